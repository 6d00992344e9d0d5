"""What the commands print for people: plain into a pipe, with a little style on a terminal.

Whatever comes from an article is stripped of control characters here, since it could move the
cursor, hide text or change the window's title.
"""

import re
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rag.plain import day, one_line, plain
from rag.types import Answer, Article, ArticleRef, Citation, Label

if TYPE_CHECKING:
    from rag.ingest import Ingested, IngestSummary
    from rag.rows import Listed

_INDENT = 4


def screen(*, errors: bool = False) -> Console:
    """A console on stdout or stderr that changes nothing in a text and wraps only on a terminal."""
    console = Console(stderr=errors, highlight=False, markup=False, emoji=False)
    console.soft_wrap = not console.is_terminal
    return console


def say(line: str) -> None:
    """Print one line to stdout at once, also into a pipe."""
    sys.stdout.write(f"{one_line(line)}\n")
    sys.stdout.flush()


def print_json(text: str) -> None:
    """Print JSON, which is UTF-8 whatever the terminal's encoding is (RFC 8259)."""
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.buffer.flush()


def complain(line: str) -> None:
    """Print one line to stderr."""
    sys.stderr.write(f"{one_line(line)}\n")
    sys.stderr.flush()


def show_answer(answer: Answer) -> None:
    """The answer, its numbered quotes and where they stand, and as of when it holds."""
    console = screen()
    if answer.condensed:
        console.print(Text(f"Asked as: {one_line(answer.condensed)}", style="dim"))
    console.print(Text(_lead(answer), style="bold"))
    if answer.reason:
        console.print(one_line(answer.reason))
    for citation in answer.citations:
        console.print()
        console.print(Text.assemble(f"[{citation.n}] ", _quote(citation)))
        _indented(console, _origin(citation))
        if citation.url:
            _indented(console, Text(one_line(citation.url)))
        if citation.also:
            _indented(console, Text(f"Also in: {'; '.join(map(_outlet, citation.also))}"))
    if answer.nearest:
        console.print("\nNearest articles:")
    for near in answer.nearest:
        _indented(console, Text(f"{_named(near)} · {near.id}"))
    for part in answer.unsupported:
        console.print(f"Left out: {one_line(part.part)} ({one_line(part.why)})")
    if answer.as_of:
        console.print(f"\nAs of {day(answer.as_of)}.")


def show_ingested(done: "Ingested", article: Article | None) -> None:
    """One line on an article that is new or changed."""
    parts = [done.outcome, one_line(done.title)]
    if article is not None:
        parts += [one_line(article.publisher or "no publisher"), day(article.published)]
    parts.append(_number(done.passages, "passage"))
    if article is not None and article.teasers:
        parts.append(_number(len(article.teasers), "teaser"))
    say(" · ".join([*parts, done.id]))


def summary_line(summary: "IngestSummary") -> str:
    """How many articles are new, changed, unchanged and failed."""
    line = f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged"
    return f"{line}, {len(summary.failed)} failed"


def show_list(listed: Sequence["Listed"]) -> None:
    """Articles in columns: id, date, publisher, passages, title."""
    rows = [
        (each.id, _iso(each.published), one_line(each.publisher or "-"), str(each.passages))
        for each in listed
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    console = screen()
    for each, row in zip(listed, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        line = Text(f"{cells}  {one_line(each.title)}")
        if console.is_terminal:
            console.print(line, overflow="ellipsis", no_wrap=True)
        else:
            console.print(line)


def show_article(article: Article) -> None:
    """What is known of an article, its text without the furniture, and its teasers."""
    console = screen()
    _head(console, article)
    for line in article.lines:
        if line.label in (Label.BODY, Label.HEADING):
            style = "bold" if line.label is Label.HEADING else ""
            console.print()
            console.print(Text(one_line(article.text[line.start : line.end]), style=style))
    if article.teasers:
        console.print(f"\n{_number(len(article.teasers), 'teaser')} of other stories:")
    for teaser in article.teasers:
        rubric = f"{one_line(teaser.rubric)}: " if teaser.rubric else ""
        _indented(console, Text(f"{rubric}{one_line(article.text[teaser.start : teaser.end])}"))
    hidden = sum(line.label is Label.FURNITURE for line in article.lines)
    if hidden:
        console.print(
            f"\n{_number(hidden, 'line')} of page furniture left out; --layers shows all."
        )


def show_raw(text: str) -> None:
    """What was given for an article: as it is into a pipe, without control codes on a terminal."""
    given = plain(text) if sys.stdout.isatty() else text
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{given}\n".encode())
    sys.stdout.buffer.flush()


def show_layers(article: Article) -> None:
    """Every line of an article with what it is and why."""
    console = screen()
    _head(console, article)
    console.print()
    for line in article.lines:
        text = one_line(article.text[line.start : line.end])
        label = Text(f"{line.label:<9} ", style="" if line.label is Label.BODY else "cyan")
        console.print(Text.assemble(label, text, (f"  ({one_line(line.reason)})", "dim")))


def _lead(answer: Answer) -> str:
    """What answers: the text, or where that is made of the quotes below it, the short answer."""
    if not all(citation.quote in answer.text for citation in answer.citations):
        return plain(answer.text)
    if answer.status == "conflicting":
        return "The articles differ."
    if not answer.citations:
        return plain(answer.text)
    return one_line(answer.short) if answer.short else "The articles say:"


def _quote(citation: Citation) -> Text:
    """The quote on one line, what answers in it underlined."""
    left, right = citation.highlight or (citation.start, citation.start)
    at, end = left - citation.start, right - citation.start
    before, marked, after = (
        re.sub(r"\s+", " ", plain(part))
        for part in (citation.quote[:at], citation.quote[at:end], citation.quote[end:])
    )
    return Text.assemble("“", before, (marked, "bold underline"), after, "”")


def _origin(citation: Citation) -> Text:
    origin = Text(_named(citation), style="dim")
    if citation.kind == "teaser":
        origin.append(" [teaser of another story]", style="yellow")
    return origin


def _named(article: ArticleRef | Citation) -> str:
    publisher = one_line(article.publisher or "no publisher")
    return f"{one_line(article.title)} · {publisher} · {day(article.published)}"


def _outlet(article: ArticleRef) -> str:
    """Who printed a copy and when; its headline where the publisher is not known."""
    return f"{one_line(article.publisher or article.title)}, {day(article.published)}"


def _head(console: Console, article: Article) -> None:
    console.print(Text(one_line(article.title), style="bold"))
    known = {
        "id": article.id,
        "publisher": article.publisher,
        "author": article.author,
        "published": _iso(article.published) if article.published else None,
        "updated": _iso(article.updated) if article.updated else None,
        "url": article.url,
        "file": article.source,
    }
    for name, value in known.items():
        if value:
            console.print(f"{name}: {one_line(value)}")


def _indented(console: Console, text: Text) -> None:
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, _INDENT)))
    else:
        console.print(Text.assemble(" " * _INDENT, text))


def _iso(when: date | None) -> str:
    return "-" if when is None else when.isoformat()


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
