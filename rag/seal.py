"""A note of how the index's files were left, to tell at open whether they can be trusted."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

SUFFIX = ".seal"


class Seal:
    """A file beside the index's folder with the sizes and times of the files in it.

    Opening a damaged folder can end the process, so it is tried out in another one first (see
    ``rag.probe``), which takes seconds. No question should pay that, so whoever has left the index
    whole seals it, and a folder whose seal fits is opened at once. Writing breaks the seal first,
    so a crash leaves none. The times of a change of content and of a file's entry are both noted:
    the second cannot be set back, so that a copy put back differs too.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._file = index.with_suffix(SUFFIX)

    def fits(self, note: dict[str, Any]) -> bool:
        """Whether it was put with this note, and no file has changed since."""
        with suppress(OSError, ValueError):
            return bool(json.loads(self._file.read_text("utf-8")) == self._now(note))
        return False

    def put(self, note: dict[str, Any]) -> None:
        """Note how the files are now. A folder that cannot be written to stays unsealed."""
        new = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            new.write_text(json.dumps(self._now(note)), encoding="utf-8")
            new.replace(self._file)

    def renew(self, note: dict[str, Any]) -> None:
        """Put it again after files were opened, unless a writer has broken it meanwhile."""
        if self._file.is_file():
            self.put(note)

    def break_off(self) -> None:
        """Take it off. Raises OSError when that is not allowed."""
        self._file.unlink(missing_ok=True)

    def _now(self, note: dict[str, Any]) -> dict[str, Any]:
        files = {}
        for folder, _, names in os.walk(self._index):
            for name in names:
                path = Path(folder, name)
                at = path.stat()
                files[str(path.relative_to(self._index))] = [
                    at.st_size,
                    at.st_mtime_ns,
                    at.st_ctime_ns,
                ]
        return {"note": note, "files": files}
