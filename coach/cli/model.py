"""`coach model …`: the chat model and its weights."""

import typer

from coach.cli.out import JsonFlag, console, print_json

app = typer.Typer(help="The chat model: list, join.", no_args_is_help=True)


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


def _chat_state(llm: str, ready: bool, possible: bool) -> str:
    if llm == "none":
        return "off: answers come from library and rules alone"
    if llm == "embedded":
        return "ready" if ready else "can be joined: `coach model join`" if possible else "its parts are not installed: `make run` installs them"
    return "set by COACH_LLM; asked when needed"
