"""What is meant by the files, folders and addresses named: every article in them, as they come."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rag import jsonlines
from rag.errors import BadArticle
from rag.plain import one_line
from rag.sources import SUFFIXES, Failure, Source, readable

_LONGEST_NAME = 200
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

Given = Source | Path | str | jsonlines.Stream


def walk(given: Iterable[Given]) -> Iterator[Source | Failure]:
    """Every article that is meant: folders recursively and in order, hidden files left out.

    A file of JSON Lines is read line by line, and so are those in a folder that hold articles. A
    page at an address is fetched.
    """
    for each in _found(given):
        if isinstance(each, jsonlines.Stream):
            yield from jsonlines.read(each.stream, each.name, first=each.first)
        elif isinstance(each, Failure):
            yield each
        elif each.address is not None:
            yield _fetched(each, each.address)
        elif (lines := _of_json_lines(each)) is not None:
            yield from jsonlines.in_file(lines)
        else:
            yield each


def count(given: Iterable[Given]) -> int:
    """How many articles are meant, near enough for a progress bar; a stream's are not counted."""
    total = 0
    for each in _found(given):
        if not isinstance(each, jsonlines.Stream):
            lines = _of_json_lines(each) if isinstance(each, Source) else None
            total += 1 if lines is None else jsonlines.count(lines)
    return total


def is_folder(path: Path) -> bool:
    """Whether there is a folder; what cannot be looked at is none, and reading it tells why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def named(name: Path | str) -> Source:
    """What a name means: the page at an address (`scheme://...`), or else a file or folder."""
    if isinstance(name, str) and _ADDRESS.match(name):
        return Source(address=name)
    return Source(path=Path(name))


def fetched(source: Source, address: str) -> Source:
    """A source with the page at its address. Raises AddressRefused or FetchFailed."""
    # Most of a second to import, and most articles come from files.
    from rag.fetch import fetch

    page = fetch(address)
    charset = f"; charset={page.charset}" if page.charset else ""
    return replace(
        source,
        address=None,
        content=page.content,
        media_type=page.media_type + charset,
        base=page.url,
        label=_name(address),
        fetched=page.fetched_at,
    )


def _fetched(source: Source, address: str) -> Source | Failure:
    try:
        return fetched(source, address)
    except BadArticle as error:
        return Failure(_name(address), str(error))


def _name(address: str) -> str:
    return one_line(address)[:_LONGEST_NAME]


def _found(given: Iterable[Given]) -> Iterator[Source | Failure | jsonlines.Stream]:
    """What is named, with the files in a folder in its place; nothing is read or fetched yet."""
    for each in given:
        if isinstance(each, jsonlines.Stream):
            yield each
            continue
        source = each if isinstance(each, Source) else named(each)
        if source.path is not None and is_folder(source.path):
            yield from _in_folder(source.path)
        else:
            yield source


def _of_json_lines(source: Source) -> Path | None:
    """The path of a file of JSON Lines, None for everything else."""
    path = source.path
    return path if path and jsonlines.is_json_lines(path) and path.is_file() else None


def _in_folder(folder: Path) -> Iterator[Source | Failure]:
    found = False
    for each in _files(folder, set()):
        found = True
        yield each
    if not found:
        name, kinds = readable(folder), ", ".join((*SUFFIXES, *jsonlines.SUFFIXES))
        yield Failure(
            name,
            f"The folder {name} holds no article ({kinds} files are read). Nothing of it was "
            "stored; give another folder.",
        )


def _files(folder: Path, seen: set[Path]) -> Iterator[Source | Failure]:
    """Files that can hold articles. Links are followed, but no folder twice."""
    try:
        real = folder.resolve()
        inside = [] if real in seen else sorted(folder.iterdir())
    except (OSError, RuntimeError) as error:
        yield _unread(folder, error)
        return
    seen.add(real)
    for path in inside:
        if path.name.startswith("."):
            continue
        try:
            folder_in_it, is_file = path.is_dir(), path.is_file()
        except OSError as error:
            yield _unread(path, error)
            continue
        if folder_in_it:
            yield from _files(path, seen)
        elif is_file and (path.suffix.lower() in SUFFIXES or _holds_articles(path)):
            yield Source(path=path)


def _unread(path: Path, error: Exception) -> Failure:
    name = _name(readable(path))
    why = error.strerror if isinstance(error, OSError) else error
    advice = "check its name and permissions"
    return Failure(name, f"{name} cannot be read: {why}. Nothing of it was stored; {advice}.")


def _holds_articles(path: Path) -> bool:
    """Whether a file in a folder is JSON Lines of articles, and not of anything else."""
    return jsonlines.is_json_lines(path) and jsonlines.first_is_article(path)
