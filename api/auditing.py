"""The audit in `dateline status`: whether every passage is found, and how far the looking is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.state import State
from api.terminal import screen
from rag.engine import Engine
from rag.errors import LibraryBusy, SearchIndexError

_MOST = 20_000
"""So many are looked for unless all are asked for: half a minute's work."""

_QUIET = 2.0


def audit(engine: Engine, state: State, *, every: bool) -> tuple[str, bool]:
    """What the audit of the index came to, as a line, and whether nothing is amiss.

    Raises DataFolderError, EmbedError.
    """
    if not state.usable:
        return "not done; the index cannot be used", False
    try:
        with _progress() as progress:
            found = engine.audit(most=None if every else _MOST, progress=progress)
    except LibraryBusy as busy:
        if engine.lock.address() is not None:
            return (
                f"not done; {engine.lock.holder()} serves the index, which is looked through "
                "by `dateline status` once that is stopped",
                True,
            )
        return f"not done. {busy}", True
    except SearchIndexError as error:
        return str(error), False
    if found.sound:
        return str(found), True
    return f"{found}. The articles are safe in the library; run `dateline rebuild`.", False


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal once it takes two seconds; nothing in a pipe."""
    console = screen(errors=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("looking for passages"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task("", total=None)
    began = time.monotonic()

    def show(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if time.monotonic() - began >= _QUIET and not bar.live.is_started:
            bar.start()

    try:
        yield show
    finally:
        bar.stop()
