"""What the *rewrite* station may answer: the one line. Its word is not taken for it: coach.advise.verify checks it against the library line."""

from pydantic import BaseModel, ConfigDict


class Rewritten(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    line: str
