"""Who may come in: each route needs a scope, which the key that is sent must have."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import Depends

Scope = Literal["ask", "ingest", "admin"]


def needs(scope: Scope) -> Any:
    """A dependency for a route: let in who has this scope, answer 401 or 403 to others."""

    def check() -> None:
        """Lets everybody in: no keys are known yet, and only loopback addresses are served."""

    checking: Callable[[], None] = check
    checking.__doc__ = scope
    return Depends(checking)
