"""`dateline ingest`: what is to be added, how far it is, and what came of it."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from api.schemas import Metadata
from api.terminal import complain, print_json, say, screen, show_ingested, summary_line
from rag import jsonlines
from rag.engine import Engine
from rag.errors import BadInput
from rag.ingest import Ingested, IngestSummary, Progress, ingest
from rag.sources import LARGEST, Source
from rag.types import Article
from rag.walk import Given, is_folder, named

if TYPE_CHECKING:
    from api.remote import Server

STDIN = "-"

FAILED = "failed.jsonl"
"""In the data folder: what failed in the last ingest that had too many failures to print."""

_AT_ONCE = 200
_MOST_LINES = 100
_MOST_FAILURES = 20
_INTERRUPTED = 130


def sources(paths: Sequence[str], given: dict[str, Any]) -> list[Given]:
    """What the command line names; ``-`` is read from stdin. Raises BadInput."""
    metadata = _metadata(given)
    several = len(paths) > 1 or is_folder(Path(paths[0])) or jsonlines.is_json_lines(Path(paths[0]))
    if metadata is not None and several:
        raise BadInput(
            "The options from --url to --fetched are of one article, and several were named. "
            "Nothing was stored; ingest them one by one."
        )
    if paths.count(STDIN) > 1:
        raise BadInput("Stdin (-) is named twice. Nothing was stored; name it once.")
    known = metadata or {}
    return [_stdin(known) if path == STDIN else replace(named(path), **known) for path in paths]


def add(
    engine: Engine, chosen: Sequence[Given], *, server: "Server | None" = None, as_json: bool
) -> int:
    """Ingest, print what came of it, and return the exit code: 2 when something failed.

    The running service does it when there is one. Raises what ``rag.ingest.ingest`` raises.
    """
    with _progress() as progress:
        if server:
            summary = server.ingest(chosen, progress=progress)
        else:
            summary = ingest(engine, chosen, progress=progress)
    for failure in summary.failed[:_MOST_FAILURES]:
        complain(failure.message)
    if len(summary.failed) > _MOST_FAILURES:
        complain(_listed_in_file(engine, summary))
    if as_json:
        print_json(json.dumps(_content(engine, summary), ensure_ascii=False, indent=2))
    else:
        told = [done for done in summary.articles if done.outcome != "unchanged"]
        if len(told) <= _MOST_LINES:
            for done, article in _with_articles(engine, told):
                show_ingested(done, article)
        say(summary_line(summary))
    if summary.interrupted:
        return _INTERRUPTED
    return 2 if summary.failed else 0


def _metadata(given: dict[str, Any]) -> dict[str, Any] | None:
    told = {name: value for name, value in given.items() if value is not None}
    try:
        return Metadata(**told).model_dump(exclude_none=True) if told else None
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            f"--{first['loc'][0]} cannot be that: {first['msg']}. Nothing was stored."
        ) from None


def _stdin(known: dict[str, Any]) -> Given:
    """What is on standard input: one page, or JSON Lines when the first line is an article."""
    stream = sys.stdin.buffer
    first = stream.readline(LARGEST + 1)
    if not known and jsonlines.begins(first):
        return jsonlines.Stream(stream, first=first, name="standard input")
    return Source(content=first + stream.read(LARGEST + 1 - len(first)), **known)


def _listed_in_file(engine: Engine, summary: IngestSummary) -> str:
    """Write down what failed, and say where."""
    file = engine.library.folder / FAILED
    lines = (json.dumps(asdict(each), ensure_ascii=False) for each in summary.failed)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    more = len(summary.failed) - _MOST_FAILURES
    return f"{more} more failed; all {len(summary.failed)} are listed in {file}."


def _with_articles(
    engine: Engine, done: Sequence[Ingested]
) -> Iterator[tuple[Ingested, Article | None]]:
    """Each with its article, some at a time: all of them may not fit into memory."""
    for at in range(0, len(done), _AT_ONCE):
        some = done[at : at + _AT_ONCE]
        stored = engine.library.articles(each.id for each in some)
        yield from ((each, stored.get(each.id)) for each in some)


def _content(engine: Engine, summary: IngestSummary) -> dict[str, Any]:
    entries = [
        {
            "name": done.name,
            "outcome": done.outcome,
            "id": done.id,
            "title": done.title,
            "publisher": article.publisher if article else None,
            "published": str(article.published) if article and article.published else None,
            "passages": done.passages,
            "teasers": len(article.teasers) if article else 0,
        }
        for done, article in _with_articles(engine, summary.articles)
    ]
    failed = [{"name": each.name, "message": each.message} for each in summary.failed]
    return {
        "new": summary.new,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "interrupted": summary.interrupted,
        "articles": entries,
        "failed": failed,
    }


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None] | None]:
    """A bar on a terminal; nothing in a pipe."""
    console = screen(errors=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("articles · {task.description} ·"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    began = time.monotonic()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(at: Progress) -> None:
            speed = at.passages / max(time.monotonic() - began, 1e-9)
            bar.update(
                task,
                completed=at.done,
                total=at.total or None,
                description=f"{at.passages:,} passages, {speed:.0f}/s",
            )

        yield show
