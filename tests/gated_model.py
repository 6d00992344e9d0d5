"""A model that answers only when it is let, for tests of what happens meanwhile."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Gate:
    """A model that says nothing until it is let, for so many ``seconds`` at most.

    ``reached`` can be acquired for each request.
    """

    seconds: float
    reached: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    opened: threading.Event = field(default_factory=threading.Event)

    def reply(self, _: list[dict[str, Any]]) -> str:
        self.reached.release()
        assert self.opened.wait(self.seconds)
        return "The bridge cost 412 million euros [1]."
