"""What is meant by the files and folders that are named: every article in them, as they come."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rag import jsonlines
from rag.sources import SUFFIXES, Failure, Source, readable

Given = Source | Path | str | jsonlines.Stream


def walk(given: Iterable[Given]) -> Iterator[Source | Failure]:
    """Every article that is meant: folders recursively and in order, hidden files left out.

    A file of JSON Lines is read line by line, and so are those in a folder that hold articles.
    """
    for each in given:
        if isinstance(each, jsonlines.Stream):
            yield from jsonlines.read(each.stream, each.name, first=each.first)
            continue
        source = each if isinstance(each, Source) else Source(path=Path(each))
        if source.path is None:
            yield source
        elif source.path.is_dir():
            yield from _in_folder(source.path)
        else:
            yield from _articles(source)


def count(given: Iterable[Given]) -> int:
    """How many articles are meant, near enough for a progress bar; a stream's are not counted."""
    total = 0
    for each in given:
        if isinstance(each, jsonlines.Stream):
            continue
        path = each.path if isinstance(each, Source) else Path(each)
        inside = [Source(path=path)] if path is None or not path.is_dir() else _files(path, set())
        total += sum(
            jsonlines.count(found.path)
            if isinstance(found, Source) and found.path and jsonlines.is_json_lines(found.path)
            else 1
            for found in inside
        )
    return total


def _articles(source: Source) -> Iterator[Source | Failure]:
    if source.path is not None and jsonlines.is_json_lines(source.path) and source.path.is_file():
        yield from jsonlines.in_file(source.path)
    else:
        yield source


def _in_folder(folder: Path) -> Iterator[Source | Failure]:
    found = False
    for each in _files(folder, set()):
        found = True
        if isinstance(each, Source):
            yield from _articles(each)
        else:
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
        name = readable(folder)
        message = f"The folder {name} cannot be read: {error}. Nothing of it was stored."
        yield Failure(name, message)
        return
    seen.add(real)
    for path in inside:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path, seen)
        elif path.is_file() and (path.suffix.lower() in SUFFIXES or _holds_articles(path)):
            yield Source(path=path)


def _holds_articles(path: Path) -> bool:
    """Whether a file in a folder is JSON Lines of articles, and not of anything else."""
    return jsonlines.is_json_lines(path) and jsonlines.first_is_article(path)
