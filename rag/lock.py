"""One writing process a data folder: a file lock that names its holder."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy
from rag.schema import telling

_PATIENCE = 0.5


class WriteLock:
    """The right to write to a data folder; shared by the threads of the process that has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holder = folder / "lock.json"
        # The thread that lets go may be another one than the one that took it.
        self._file = FileLock(folder / "lock", thread_local=False)
        self._turn = threading.RLock()
        self._holds = threading.Lock()
        self._held = 0

    @contextmanager
    def held(self, *, wait: float = _PATIENCE) -> Iterator[None]:
        """Have the right to write, as a server has for all its life.

        Raises LibraryBusy, naming the holder, when another process has it for ``wait`` seconds.
        """
        with self._holds:
            if not self._held:
                self._take(wait)
            self._held += 1
        try:
            yield
        finally:
            with self._holds:
                self._held -= 1
                if not self._held:
                    self._let_go()

    @contextmanager
    def turn(self, *, wait: float | None = None) -> Iterator[None]:
        """Have the right to write, and no other thread of this process writing meanwhile.

        Waits for the threads of this process, and ``wait`` seconds for another process; given 0,
        for neither. Raises LibraryBusy.
        """
        if not self._turn.acquire(blocking=wait != 0):
            raise LibraryBusy(f"The library in {self._folder} is being written to. Try again.")
        try:
            with self.held(wait=_PATIENCE if wait is None else wait):
                yield
        finally:
            self._turn.release()

    def holder(self) -> str:
        """Who has it, as a message names it."""
        try:
            said = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"process {said['pid']} (`{said['command']}`, since {said['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def _take(self, wait: float) -> None:
        with telling(self._folder):
            try:
                self._file.acquire(timeout=wait, poll_interval=0.02)
            except Timeout:
                raise LibraryBusy(
                    f"The library in {self._folder} is being written to by {self.holder()}. "
                    "Nothing was changed; wait until it has finished, or stop it."
                ) from None
            command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
            since = datetime.now(UTC).isoformat(timespec="seconds")
            said = {"pid": os.getpid(), "command": command, "since": since}
            self._holder.write_text(json.dumps(said), encoding="utf-8")

    def _let_go(self) -> None:
        with suppress(OSError):
            self._holder.unlink()
        self._file.release()
