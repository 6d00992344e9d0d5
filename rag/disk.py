"""What a disk allows: whether it is full or read-only, and how a library is read there then."""

import os
import shutil
import sqlite3
from pathlib import Path

_FULL = 1_000_000
"""Bytes: with fewer left, an error of the disk is put down to that."""


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder has next to no room left."""
    try:
        return shutil.disk_usage(folder).free < _FULL
    except OSError:
        return False


def can_write(folder: Path) -> bool:
    """Whether files can be put into a folder: its disk and its permissions allow it."""
    return os.access(folder, os.W_OK)


def connect_to_read(file: Path) -> sqlite3.Connection:
    """A connection that cannot write, also to a file in a folder that cannot be written.

    Its transactions are begun by hand. Raises sqlite3.Error.
    """
    # SQLite reads a file in WAL mode only where it can put files beside it, or is told that
    # nobody changes it. What is in a log that was left behind would be overlooked then.
    log = Path(f"{file}-wal")
    alone = not can_write(file.parent) and not (log.exists() and log.stat().st_size)
    uri = f"{file.absolute().as_uri()}?{'immutable=1' if alone else 'mode=ro'}"
    return sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
