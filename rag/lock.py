"""One writing process a data folder: a file lock that names its holder."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy
from rag.schema import telling

FILES = ("lock", "lock.json", "lock.new")
"""In the data folder: what is locked, the holder's note, and the note while it is written."""

_PATIENCE = 0.3


@dataclass(frozen=True)
class Address:
    """Where the holder answers: its base URL, and a secret that only it and its note know."""

    url: str
    token: str


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

    def announce(self, address: Address) -> None:
        """Say in the note where the holder answers, for commands that run beside it.

        To be called while holding the lock. Raises DataFolderError.
        """
        with telling(self._folder):
            self._write_note({"url": address.url, "token": address.token})

    def address(self) -> Address | None:
        """Where the holder says that it answers. It may be gone, and another program be there."""
        said = self._note()
        url, token = said.get("url"), said.get("token")
        return Address(url, token) if isinstance(url, str) and isinstance(token, str) else None

    def holder(self) -> str:
        """Who has it, as a message names it."""
        said = self._note()
        try:
            return f"process {said['pid']} (`{said['command']}`, since {said['since']})"
        except KeyError:
            return "another process"

    def _take(self, wait: float) -> None:
        with telling(self._folder):
            try:
                self._file.acquire(timeout=wait, poll_interval=0.02)
            except Timeout:
                raise LibraryBusy(self._refusal()) from None
        # Only a courtesy, and what is written next may well be what makes room on a full disk.
        with suppress(OSError):
            self._write_note({})

    def _refusal(self) -> str:
        if self.address() is not None:
            return (
                f"The library in {self._folder} is in use by a running service, {self.holder()}. "
                "Nothing was changed; stop the service first."
            )
        return (
            f"The library in {self._folder} is being written to by {self.holder()}. "
            "Nothing was changed; wait until it has finished, or stop it."
        )

    def _let_go(self) -> None:
        with suppress(OSError):
            self._holder.unlink()
        self._file.release()

    def _note(self) -> dict[str, Any]:
        try:
            said = json.loads(self._holder.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _write_note(self, more: dict[str, str]) -> None:
        """Write the note whole, so that nobody reads half of it; for no other user, with a secret.

        A note that a killed holder left behind is replaced, or else removed.
        """
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
        since = datetime.now(UTC).isoformat(timespec="seconds")
        said = {"pid": os.getpid(), "command": command, "since": since, **more}
        written = self._holder.with_suffix(".new")
        try:
            written.unlink(missing_ok=True)
            mode = 0o600 if more else 0o644
            with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:  # noqa: PTH123
                file.write(json.dumps(said))
            written.replace(self._holder)
        except OSError:
            for left in (written, self._holder):
                with suppress(OSError):
                    left.unlink()
            raise
