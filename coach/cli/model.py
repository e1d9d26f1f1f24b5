"""`coach model …`: the chat model and its weights."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from coach.cli.out import JsonFlag, console, print_json
from coach.errors import ModelError

app = typer.Typer(help="The chat model: list, join, exam.", no_args_is_help=True)


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """Which models are set, where they are, and whether they are ready."""
    from coach.models.weights import gguf_path, model_name, weights_possible, weights_ready
    from coach.settings import load_settings

    settings = load_settings()
    ready = weights_ready(settings)
    rows = [
        {"part": "chat", "model": settings.llm if settings.llm != "embedded" else model_name(settings), "state": _chat_state(settings.llm, ready, weights_possible(settings))},
        {"part": "embedded weights", "model": gguf_path(settings).name, "state": "joined and checked" if ready else "not joined"},
        {"part": "encoder", "model": settings.embedder or "all-MiniLM-L6-v2", "state": "packaged" if settings.embedder is None else "local path"},
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        console().print(f"[bold]{row['part']}[/bold]  {row['model']}  [dim]{row['state']}[/dim]")


@app.command()
def join() -> None:
    """Join the embedded model's parts into one file and check its hash. Done once; a second run does nothing."""
    from coach.cli.progress import terminal_progress
    from coach.models.weights import ensure_weights
    from coach.settings import load_settings

    progress = terminal_progress()
    ensure_weights(load_settings(), lambda done, total: progress("Joining the model weights", done, total))


@app.command()
def exam(
    station: Annotated[list[str] | None, typer.Option("--station", help="extract or rewrite; may be given twice. Default: both.")] = None, as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Examine the chat model that is set: which of its tasks may it be trusted with? The result is kept, and decides what it is asked."""
    from coach.advise.exams import BARS, examine
    from coach.advise.facts import load_lexicon
    from coach.cli.progress import terminal_progress
    from coach.library.taxonomy import load_taxonomy
    from coach.models.chat import ChatModel
    from coach.models.exam import keep
    from coach.models.prompts import load_prompt
    from coach.settings import load_settings, quiet_libraries

    quiet_libraries()
    settings, progress = load_settings(), terminal_progress()
    wanted = station or list(BARS)
    for name in wanted:
        if name not in BARS:
            raise ModelError(f"There is no exam of this name. The exams are: {', '.join(BARS)}.", "no such exam")
    lexicon, taxonomy = load_lexicon(settings.corpus), load_taxonomy(settings.corpus)
    results = []
    with ChatModel(settings) as model:
        for name in wanted:
            prompt = load_prompt(name, settings.prompts)
            results.append(examine(name, model, prompt, settings, lexicon, taxonomy, partial(progress, f"Exam: {name}")))
    if as_json:
        print_json([asdict(result) for result in results])
    for result in () if as_json else results:
        mark = "[green]passed[/green]" if result.passed else "[red]not passed[/red]"
        console().print(f"[bold]{result.station}[/bold]  {result.model}  {mark}  [dim]{result.cases} cases[/dim]")
        for what, bar in result.bars.items():
            console().print(f"  {result.figures[what]:.2f}  bar {bar}  {what}")
    for result in results:  # after they are shown: an exam takes minutes, and a full disk must not cost its result
        keep(result, settings)


def _chat_state(llm: str, ready: bool, possible: bool) -> str:
    if llm == "none":
        return "off: answers come from library and rules alone"
    if llm == "embedded":
        return "ready" if ready else "can be joined: `coach model join`" if possible else "its parts are not installed: `make run` installs them"
    return "set by COACH_LLM; asked when needed"
