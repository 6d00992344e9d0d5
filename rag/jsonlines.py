"""Articles in bulk: JSON Lines, one object a line, read as they come."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from rag.sources import LARGEST, Failure, Source, readable
from rag.types import Fetched, Url

SUFFIXES = (".jsonl", ".ndjson")

_LONGEST_LINE = 6 * LARGEST
"""Bytes: JSON may spell a character with six."""


def _day(value: object) -> object:
    """The day of a date, or of a time as ISO 8601 or RFC 5322 (as in feeds) write it."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, IndexError, TypeError, OverflowError):
        raise ValueError("it is no date such as 2026-03-14") from None


_Day = Annotated[date | None, BeforeValidator(_day)]
_Words = Annotated[str | None, Field(max_length=2_000)]


class Record(BaseModel):
    """One line: the page as ``text`` or ``html``, and what is known of it. More is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str | None = None
    html: str | None = None
    url: Url | None = None
    title: _Words = None
    publisher: _Words = None
    author: _Words = None
    published: _Day = None
    updated: _Day = None
    fetched: Fetched | None = None

    @model_validator(mode="after")
    def _one_page(self) -> "Record":
        if (self.text is None) == (self.html is None):
            raise ValueError("it needs either text or html")
        return self


@dataclass(frozen=True)
class Stream:
    """Articles that come from a stream without a name, such as standard input."""

    stream: BinaryIO
    first: bytes
    name: str


def is_json_lines(path: Path) -> bool:
    """Whether a file is taken for JSON Lines, by its name."""
    return path.suffix.lower() in SUFFIXES


def begins(line: bytes) -> bool:
    """Whether a first line is an article of JSON Lines, as on standard input, which has no name."""
    if not line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        return False
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and not {"text", "html"}.isdisjoint(found)


def first_is_article(path: Path) -> bool:
    """Whether the first line of a file is an article."""
    try:
        with path.open("rb") as file:
            return begins(file.readline(_LONGEST_LINE))
    except OSError:
        return False


def count(path: Path) -> int:
    """How many lines a file has, 0 when it cannot be read."""
    try:
        with path.open("rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 0


def in_file(path: Path) -> Iterator[Source | Failure]:
    """The articles of a file. A line that is none is a failure that names it."""
    name = readable(path)
    try:
        with path.open("rb") as file:
            yield from read(file, name)
    except OSError as error:
        yield Failure(
            name,
            f"{name} cannot be read ({error.strerror}). What was read of it until then is stored; "
            "check its name and permissions.",
        )


def read(stream: BinaryIO, name: str, *, first: bytes = b"") -> Iterator[Source | Failure]:
    """The articles of a stream; ``name`` and the number of the line name each.

    ``first`` is a first line that was taken from it already.
    """
    found = False
    for number, line in numbered(stream, first=first):
        each = article(line, f"{name} line {number}")
        if each is not None:
            found = True
            yield each
    if not found:
        yield Failure(
            name, f"{name} holds no article. Nothing was stored; give a file with a line for each."
        )


def numbered(
    stream: BinaryIO, *, first: bytes = b"", after: int = 0
) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, ``after`` being that of the line before the first.

    When one is given, the stream stands behind it. Of a line that is too long for an article, no
    more than shows that it is too long is given.
    """
    number = after
    while line := first or stream.readline(_LONGEST_LINE + 1):
        first = b""
        number += 1
        if len(line) > _LONGEST_LINE:
            _skip_line(stream, line)
        yield number, line


def article(line: bytes, where: str) -> Source | Failure | None:
    """What a line of ``numbered`` holds; None when it is blank. ``where`` is how to name it."""
    if len(line) > _LONGEST_LINE:
        why = f"is longer than {_LONGEST_LINE // 1_000_000} MB"
        return Failure(where, f"{where} {why}. Nothing of it was stored; split the article.")
    return _source(line, where) if line.strip() else None


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(1 << 20)


def _source(line: bytes, where: str) -> Source | Failure:
    try:
        record = Record.model_validate_json(line.strip().removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"{part}: " for part in first["loc"])
        said = " ".join(first["msg"].split()).removeprefix("Value error, ").rstrip(".")
        return Failure(
            where, f"{where} is no article: {place}{said}. Nothing of it was stored; mend the line."
        )
    return Source(
        content=record.html if record.text is None else record.text,
        media_type="text/html" if record.text is None else None,
        label=where,
        url=record.url,
        title=record.title or None,
        publisher=record.publisher or None,
        author=record.author or None,
        published=record.published,
        updated=record.updated,
        fetched=record.fetched,
    )
