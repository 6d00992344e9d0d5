"""What one request is known by, from where it comes in to its Answer."""

import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass, field


def new_id() -> str:
    """16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass
class Trace:
    """One request: its id, when it began (``time.perf_counter``), and what became of it.

    ``status`` is that of the Answer, ``failure`` the code of the ModelError in its place.
    """

    id: str = field(default_factory=new_id)
    began: float = field(default_factory=time.perf_counter)
    status: str | None = None
    failure: str | None = None

    def waited(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began


_current: ContextVar[Trace | None] = ContextVar("dateline_trace", default=None)


def begin(trace: Trace) -> None:
    """Make it the trace of whatever this task does from now on, and of the tasks it starts."""
    _current.set(trace)


def current() -> Trace:
    """The trace of this task; a new one where none was begun, as under a command."""
    return _current.get() or Trace()
