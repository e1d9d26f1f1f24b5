"""A progress bar on stderr for anything that takes long; nothing at all for what is already done."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


def terminal_progress() -> Callable[[str, int, int], None]:
    """`progress(step, done, total)`: draws one bar a step. Safe from several threads."""
    console = Console(stderr=True)
    bars: dict[str, tuple[Progress, TaskID]] = {}

    def progress(step: str, done: int, total: int) -> None:
        if step not in bars:
            bar = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(), console=console)
            bar.start()
            bars[step] = (bar, bar.add_task(step, total=total))
        bar, task = bars[step]
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()
            del bars[step]

    return progress
