"""Tries the index's folder out in a process of its own: a damaged one can end or hang who opens it.

It is called as ``python -m rag.probe DATA_FOLDER STAMP`` and prints what is wrong, or nothing.
"""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from rag.audit import audit
from rag.errors import DatelineError
from rag.index import FOLDER, Index, Stamp
from rag.library import Library

_LOOKED_FOR = 2_000
"""So many passages are looked for by their own vectors, evenly spread; the rest is for the audit of
`dateline status`. To look for all of many would take as long as to make the index anew."""

_SECONDS = 60.0
_SECONDS_A_PASSAGE = 0.005


def probe(library: Library, stamp: Stamp, *, only_open: bool = False) -> str | None:
    """What is wrong with the index in the library's folder, as part of a line; None if nothing is.

    The folder is opened, counted, searched and compared with the library in another process. With
    ``only_open`` it is only asked whether that process survives, for a folder that is being
    written to.
    """
    command = [sys.executable, "-P", "-m", "rag.probe", str(library.folder.resolve())]
    limit = _SECONDS + _SECONDS_A_PASSAGE * library.counts().passages
    try:
        done = subprocess.run(  # noqa: S603 - our own module, nothing from outside in the command
            [*command, json.dumps(asdict(stamp))],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it did not open within {limit:.0f} seconds"
    except OSError as error:
        return f"it could not be tried out: {error}"
    if done.returncode < 0:
        return f"opening it ends the process (signal {-done.returncode})"
    if only_open:
        return None
    said = done.stderr if done.returncode else done.stdout
    return " ".join(said.decode(errors="replace").split())[-300:] or None


def main(folder: str, stamp: str) -> None:
    """The child: print what is wrong."""
    # SQLite first: it says what is wrong where Chroma may crash, and says it at once.
    sys.stdout.write(_damage(Path(folder, FOLDER, "chroma.sqlite3")) or _fault(folder, stamp) or "")


def _fault(folder: str, stamp: str) -> str | None:
    library = Library(Path(folder))
    given = Stamp(**json.loads(stamp))
    index = Index(library.folder, name=library.name, stamp=lambda: given)
    try:
        found = audit(library, index, most=_LOOKED_FOR)
    except DatelineError as error:
        return str(error.__cause__ or error)
    return None if found.sound else str(found)


def _damage(database: Path) -> str | None:
    """What SQLite itself finds wrong, which is more than what Chroma reads for an answer."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            [(said,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.Error as error:
        said = str(error)
    return None if said == "ok" else f"its database is damaged: {said}"


if __name__ == "__main__":
    main(*sys.argv[1:])
