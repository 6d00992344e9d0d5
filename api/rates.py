"""How many requests a key may make a minute: a bucket of tokens for each.

Our own, since one process serves a library: a library such as `limits` adds stores and windows
that nothing here uses.
"""

import time
from collections.abc import Callable

from rag.errors import RateLimited


class Rates:
    """``per_minute`` requests a minute, all of them at once if need be; None is no limit.

    Only callers that are known are counted, so that there are no more buckets than keys.
    """

    def __init__(
        self, per_minute: int | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = per_minute
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> None:
        """Count one request. Raises RateLimited when it is one too many."""
        if self._most is None:
            return
        now = self._clock()
        left, then = self._left.get(caller, (float(self._most), now))
        left = min(self._most, left + (now - then) * self._most / 60)
        if left < 1:
            self._left[caller] = (left, now)
            raise RateLimited(
                f"This key has made its {self._most} requests a minute. Nothing was done; send it "
                "again later.",
                retry_after=(1 - left) * 60 / self._most,
            )
        self._left[caller] = (left - 1, now)
