"""A library as one file, and back. Nothing of the index is in it: that is made from the library."""

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rag.disk import connect_to_read, is_full
from rag.errors import BadInput, DataFolderError, DatelineError, LibraryTooNew
from rag.index import FOLDER as INDEX_FOLDER
from rag.index import Index, Stamp
from rag.lock import FILES as LOCK_FILES
from rag.lock import WriteLock
from rag.schema import FILE, VERSION, telling
from rag.seal import SUFFIX as SEAL_SUFFIX

_BESIDE = ("-wal", "-shm", "-journal")
_STAGED = ".restoring-"
_TABLES = {"meta", "articles", "sources", "passages", "vectors", "outbox"}


@dataclass(frozen=True)
class Held:
    """What a library file holds."""

    articles: int
    passages: int
    bytes: int


def backup(folder: Path, target: Path, *, force: bool = False) -> Held:
    """Write the library in ``folder`` to one file, as it is at one moment, also while it is used.

    The file is there whole or not at all. Content that was deleted is not in it. Raises BadInput
    when the target cannot be meant, DataFolderError when it cannot be written or the library not
    be read, LibraryTooNew.
    """
    library = folder / FILE
    if not library.is_file():
        raise BadInput(
            f"There is no library in {folder}. Nothing was written; name its data folder with "
            "--data before the command."
        )
    _check_target(folder, target, force=force)
    with _telling(library, "No backup was written"), _part(target) as part:
        with closing(connect_to_read(library)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(connect_to_read(part)) as connection:
            held = replace(_examined(connection, library), bytes=part.stat().st_size)
        shutil.copymode(library, part)
        _place(part, target, force=force)
    return held


def restore(
    file: Path, folder: Path, *, force: bool = False, chroma_url: str | None = None
) -> Held:
    """Put the library in ``file`` in place of the one in ``folder``; the index is dropped.

    At every moment the folder holds the old library whole or the new one. Nothing is changed when
    it raises: BadInput when the file is no library or, without ``force``, the folder has articles;
    LibraryTooNew, LibraryBusy, SearchIndexError; DataFolderError when the folder cannot be written.
    """
    library = folder / FILE
    if not file.is_file():
        raise BadInput(f"{file} is no file. Nothing was changed; check its name.")
    if library.exists() and library.samefile(file):
        raise BadInput(f"{file} is the library itself. Nothing was changed; name a backup of it.")
    held = None
    if not folder.exists():
        held = _checked(file)
        with telling(folder):
            folder.mkdir(parents=True, exist_ok=True)
    with WriteLock(folder).held():
        # Not before it is known that nobody else writes: a large file takes a while.
        held = held or _checked(file)
        if not force:
            _check_empty(folder)
        with _telling(library, "Nothing was changed"), _staged(file, folder) as staged:
            # First: an index that was left of another library would not be told from its own.
            _drop_index(folder, chroma_url)
            _swap(staged, library)
    return held


def _checked(file: Path) -> Held:
    """What a file holds that is to be restored."""
    with _telling(file, "Nothing was changed"), closing(connect_to_read(file)) as connection:
        return _examined(connection, file)


def _examined(connection: sqlite3.Connection, file: Path) -> Held:
    """Check that this is a whole library of a known version. Raises BadInput, LibraryTooNew."""
    connection.execute("PRAGMA trusted_schema = OFF")
    kinds = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    names = {name for _, name in kinds}
    if not names >= _TABLES or {"trigger", "view"} & {kind for kind, _ in kinds}:
        raise _no_library(file, "is no library of Dateline")
    found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    if found is None or not str(found[0]).isdigit():
        raise _no_library(file, "is no library of Dateline")
    if int(found[0]) > VERSION:
        raise LibraryTooNew(
            f"A newer Dateline wrote {file} (its schema is {found[0]}, known here is {VERSION}). "
            "Nothing was changed; install the newer one."
        )
    (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
        raise _no_library(file, f"is damaged ({' '.join(str(told).split())[:200]})")
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("articles", "passages", "vectors")
    ]
    if counts[1] != counts[2]:
        raise _no_library(file, "is damaged (passages without vectors)")
    return Held(articles=counts[0], passages=counts[1], bytes=file.stat().st_size)


def _no_library(file: Path, what: str) -> BadInput:
    return BadInput(f"{file} {what}. Nothing was changed; name a file that `dateline backup` made.")


# -- a backup's file


def _check_target(folder: Path, target: Path, *, force: bool) -> None:
    """Refuse what would be harmed. Raises BadInput."""
    if not target.parent.is_dir():
        raise BadInput(
            f"The folder {target.parent} is not there. Nothing was written; make it, or name "
            "another one."
        )
    if target.is_dir():
        raise BadInput(f"{target} is a folder. Nothing was written; name a file in it.")
    real, home = target.resolve(), folder.resolve()
    own = {home / f"{FILE}{end}" for end in ("", *_BESIDE)} | {home / name for name in LOCK_FILES}
    own.add((home / INDEX_FOLDER).with_suffix(SEAL_SUFFIX))
    linked = target.exists() and target.samefile(folder / FILE)
    if real in own or linked or real.is_relative_to(home / INDEX_FOLDER):
        raise BadInput(
            f"{target} is a file of the data folder itself. Nothing was written; name another one."
        )
    if target.exists() and not force:
        raise _there_already(target)


def _there_already(target: Path) -> BadInput:
    return BadInput(
        f"{target} is there already. Nothing was written; name another file, or --force replaces "
        "this one."
    )


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """An empty file in the target's folder, gone at the end."""
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent
    )
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        for end in ("", *_BESIDE):
            with suppress(OSError):
                Path(f"{part}{end}").unlink()


def _place(part: Path, target: Path, *, force: bool) -> None:
    """Give the file its name, when all of it is on the disk."""
    _sync(part)
    if force:
        part.replace(target)
    else:
        try:
            # Unlike a rename, this cannot replace a file that has come there meanwhile.
            target.hardlink_to(part)
        except FileExistsError:
            raise _there_already(target) from None
        except OSError:  # a file system without hard links
            if target.exists():
                raise _there_already(target) from None
            part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- a library put in place of another


def _check_empty(folder: Path) -> None:
    """Refuse to replace articles, or what cannot be read. Raises BadInput."""
    library = folder / FILE
    if not library.exists() or not library.stat().st_size:
        return
    try:
        with closing(connect_to_read(library)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    except sqlite3.Error as error:
        raise BadInput(
            f"{library} cannot be read ({error}). Nothing was changed; --force puts the backup in "
            "its place."
        ) from None
    if count:
        raise BadInput(
            f"The library in {folder} holds {count:,} articles. Nothing was changed; --force "
            "replaces them, `dateline backup FILE` keeps them first."
        )


@contextmanager
def _staged(file: Path, folder: Path) -> Iterator[Path]:
    """A copy of the file in the folder, as a library of its own; gone at the end.

    It has a name and a generation that no index carries, and all its passages are to be indexed.
    """
    for left in folder.glob(f"{_STAGED}*"):  # of a restore that was killed
        left.unlink()
    staged = folder / f"{_STAGED}{secrets.token_hex(4)}"
    try:
        with closing(connect_to_read(file)) as connection:
            connection.execute("VACUUM INTO ?", (str(staged),))
        with closing(sqlite3.connect(staged)) as connection, connection:
            connection.execute("DELETE FROM outbox")
            connection.execute("INSERT INTO outbox SELECT id, 'add' FROM passages")
            renamed = {"library": secrets.token_hex(8), "generation": secrets.token_hex(4)}
            connection.executemany(
                "UPDATE meta SET value = ? WHERE key = ?", [(v, k) for k, v in renamed.items()]
            )
        _sync(staged)
        yield staged
    finally:
        for end in ("", *_BESIDE):
            with suppress(OSError):
                Path(f"{staged}{end}").unlink()


def _drop_index(folder: Path, chroma_url: str | None) -> None:
    """Drop the index of the library that is there. A damaged one cannot say which is its own."""
    try:
        with closing(connect_to_read(folder / FILE)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = 'library'").fetchone()
    except sqlite3.Error:
        found = None
    if found is None:
        if chroma_url is None:
            shutil.rmtree(folder / INDEX_FOLDER, ignore_errors=True)
        return
    with closing(Index(folder, name=found[0], stamp=_no_stamp, url=chroma_url)) as index:
        index.drop()


def _no_stamp() -> Stamp:
    raise NotImplementedError("an index that is dropped is asked for no stamp")


def _swap(staged: Path, library: Path) -> None:
    """Replace the content of the library in one transaction of SQLite's.

    A rename would do harm: a reader that still has the old file open deletes, when it closes it,
    the log of the new one by its name. So the file stays, and readers see the old or the new.
    """
    if library.exists() and library.stat().st_size:
        try:
            # What is no database is told from this connection, which leaves its log alone.
            with closing(connect_to_read(library)) as live:
                live.execute("SELECT count(*) FROM sqlite_master")
            with closing(sqlite3.connect(library, timeout=5)) as live:
                live.execute("PRAGMA synchronous = FULL")
                with closing(connect_to_read(staged)) as source:
                    source.backup(live)
                with suppress(sqlite3.Error):  # it is in the log, and so safe
                    live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        except sqlite3.DatabaseError as error:
            if not _of_kind(error, "NOTADB", "CORRUPT"):
                raise
    _move_aside(library)
    staged.replace(library)
    _sync(library.parent)


def _move_aside(library: Path) -> None:
    """Keep what is no database. The logs go first: SQLite would put them into the new one."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    for end in (*reversed(_BESIDE), ""):
        path = Path(f"{library}{end}")
        if path.exists():
            path.rename(path.with_name(f"damaged-{moment}-{path.name}"))


# -- errors


def _of_kind(error: sqlite3.Error, *kinds: str) -> bool:
    name = getattr(error, "sqlite_errorname", "") or ""
    return name.removeprefix("SQLITE_").startswith(kinds)


@contextmanager
def _telling(file: Path, outcome: str) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into ours."""
    try:
        yield
    except DatelineError:
        raise
    except sqlite3.Error as error:
        if _of_kind(error, "NOTADB"):
            raise BadInput(f"{file} is no SQLite file. {outcome}; name another one.") from None
        if _of_kind(error, "CORRUPT"):
            raise BadInput(f"{file} is damaged ({error}). {outcome}; use a backup.") from None
        full = _of_kind(error, "FULL") or (_of_kind(error, "IOERR") and is_full(file.parent))
        why = "the disk is full" if full else str(error)
        raise DataFolderError(
            f"It failed with {file}: {why}. {outcome}, and the library is as it was; free some "
            "space or check the disk, and repeat it."
        ) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise DataFolderError(
            f"It failed with {file}: {error.strerror or error}{where}. {outcome}, and the library "
            "is as it was; make room, or name a place that can be written."
        ) from error
