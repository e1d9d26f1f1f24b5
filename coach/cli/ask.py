"""`coach advise`, `coach search`, `coach alerts`: one text, or with --jsonl one JSON object a line in and one a line out."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from coach.cli.out import JsonFlag, open_coach, print_json
from coach.errors import CoachError, InputError

Text = Annotated[str | None, typer.Argument(help="The situation. Left out or -, it is read from standard input.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Read one {text, history?} a line from standard input, write one object a line, in order.")]


def advise(
    text: Text = None,
    as_json: JsonFlag = False,
    jsonl: JsonLines = False,
    no_model: Annotated[bool, typer.Option("--no-model", help="Rules and library only.")] = False,
) -> None:
    """Word-for-word lines for a described situation."""
    with open_coach(model=not no_model) as coach:
        if jsonl:
            _lines(lambda item: _plain(coach.advise(item["text"], item.get("history") or None)))
            return
        said = _text(text)
        if as_json:
            print_json(_plain(coach.advise(said)))
            return
        from coach.cli.show import show_advice

        show_advice(coach.advise(said), coach)


def search(
    text: Text = None,
    n: Annotated[int, typer.Option("-n", min=1, max=50, help="How many.")] = 5,
    category: Annotated[str | None, typer.Option(help="Only this category.")] = None,
    situation: Annotated[str | None, typer.Option(help="Only scripts for this situation.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    as_json: JsonFlag = False,
    jsonl: JsonLines = False,
) -> None:
    """Scripts that fit a situation, without their lines and without a model."""
    with open_coach(model=False) as coach:

        def found(said: str) -> Any:
            return _plain(coach.search(said, n, category, situation, status))

        if jsonl:
            _lines(lambda item: found(item["text"]))
        elif as_json:
            print_json(found(_text(text)))
        else:
            from coach.cli.show import show_found

            show_found(coach.search(_text(text), n, category, situation, status))


def alerts(text: Text = None, as_json: JsonFlag = False, jsonl: JsonLines = False) -> None:
    """Only the alerts of a text: rules, no search, no model."""
    from coach.advise.rules_only import alerts_of
    from coach.settings import load_settings

    find = alerts_of(load_settings())
    if jsonl:
        _lines(lambda item: {"alerts": [_plain(alert) for alert in find(item["text"])]})
    elif as_json:
        print_json({"alerts": [_plain(alert) for alert in find(_text(text))]})
    else:
        from coach.cli.show import show_alerts

        show_alerts(find(_text(text)))


def _text(given: str | None) -> str:
    if given is not None and given != "-":
        return given
    if sys.stdin.isatty():
        print("Describe the situation, then press Ctrl+D on a line of its own:", file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise InputError("The text is not UTF-8. Save it again as plain UTF-8 text.") from None


def _plain(shape: Any) -> Any:
    return shape.model_dump(mode="json")


def _lines(answer: Callable[[dict[str, Any]], Any]) -> None:
    """One object out for each line in; a line that cannot be used gives {"error": …} and the rest goes on."""
    for item in _items():
        try:
            result = answer(item) if "error" not in item else item
        except CoachError as error:
            result = {"error": str(error)}
        print(json.dumps(result, ensure_ascii=False), flush=True)


def _items() -> Iterator[dict[str, Any]]:
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError:  # also invalid UTF-8
            item = None
        if not isinstance(item, dict) or not isinstance(item.get("text"), str) or not _is_texts(item.get("history")):
            item = {"error": 'This line is not an object like {"text": "…", "history": ["…"]}. Send one a line.'}
        yield item


def _is_texts(history: object) -> bool:
    return history is None or (isinstance(history, list) and all(isinstance(turn, str) for turn in history))
