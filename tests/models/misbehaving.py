"""Every way in which a model server may misbehave, with the error of ours that must come of it."""

import json

from coach.errors import ModelMisbehaved, ModelTimeout
from tests.models import scripted
from tests.models.scripted import drips, frame, says, sends

SECRET = "Zebulon Quartermaine"


def done(text: str) -> bytes:
    return frame(text) + frame("", "stop") + b"data: [DONE]\n\n"


def status(code: int, **headers: str):
    return sends(json.dumps({"error": {"message": SECRET, "type": "x", "code": code}}).encode(), code, "application/json", **headers)


KINDS = {
    "hangs after accept": (scripted.hangs, ModelTimeout),
    "hangs after the headers": (scripted.hangs_after_headers, ModelTimeout),
    "hangs in the middle": (scripted.hangs_after('{"fears": "'), ModelTimeout),
    "drips headers": (drips(b"", before_headers=True), ModelTimeout),
    "drips bytes": (drips(frame("a")), ModelTimeout),
    "tokens too slow for the whole": (says(*"a" * 40, pause=0.2), ModelTimeout),
    "pings without a token": (scripted.keeps_alive, ModelTimeout),
    "reset in the middle": (scripted.resets, ModelMisbehaved),
    "closed in the middle": (sends(frame('{"fears": "be')), ModelMisbehaved),
    "empty reply": (sends(b""), ModelMisbehaved),
    "HTML with 200": (sends(b"<html><body>proxy login</body></html>", kind="text/html"), ModelMisbehaved),
    "JSON but no stream": (sends(b'{"choices": []}', kind="application/json"), ModelMisbehaved),
    "a frame that is no JSON": (sends(b"data: {oops\n\n"), ModelMisbehaved),
    "a frame of another kind": (sends(b'data: {"choices": "no"}\n\n'), ModelMisbehaved),
    "an error frame": (sends(b'data: {"error": {"message": "' + SECRET.encode() + b'", "code": 500}}\n\n'), ModelMisbehaved),
    "invalid UTF-8": (sends(b"data: \xff\xfe\xfa\n\n"), ModelMisbehaved),
    "truncated JSON": (sends(done('{"fears": "being al')), ModelMisbehaved),
    "wrong schema": (sends(done('{"mood": "low"}')), ModelMisbehaved),
    "wrong type": (sends(done('{"fears": 5}')), ModelMisbehaved),
    "a field twice": (sends(done('{"fears": "a", "fears": "b"}')), ModelMisbehaved),
    "a list": (sends(done("[]")), ModelMisbehaved),
    "deep nesting": (sends(done("[" * 9000)), ModelMisbehaved),
    "NUL in the stream": (sends(b"\x00" * 100), ModelMisbehaved),
    "NUL in a value": (sends(done('{"fears": "a\\u0000b"}')), ModelMisbehaved),
    "refusal text": (sends(done("I'm sorry, I can't help with that.")), ModelMisbehaved),
    "prompt echoed": (sends(done("scenario: " + SECRET)), ModelMisbehaved),
    "endless tokens": (scripted.endless, ModelMisbehaved),
    "endless line": (scripted.endless_line, ModelMisbehaved),
    "ten megabytes": (sends(done("a" * 10_000_000)), ModelMisbehaved),
    "redirect": (sends(b"", 302, Location="http://127.0.0.1:1/elsewhere"), ModelMisbehaved),
    **{f"status {code}": (status(code), ModelMisbehaved) for code in (400, 401, 403, 404, 408, 409, 413, 422, 500, 502, 503)},
    "status 429 with Retry-After": (status(429, Retry_After="60"), ModelMisbehaved),
    "an error of ten megabytes": (sends(b"x" * 10_000_000, 500), ModelMisbehaved),
}
