"""Whether the process lives, whether it is ready for questions, and what there is.

None of them needs a key; what the library holds is told only to who has one.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from api import problems
from api.auth import caller
from api.deps import MAIN, Engines, Opened
from api.keys import Key
from api.state import State, look
from rag.engine import Engine
from rag.errors import EmbedError, SearchIndexError, Stopping
from rag.types import Frozen

health = APIRouter(tags=["health"])


class Well(Frozen):
    """All that is told to who has no key."""

    status: Literal["alive", "ready"]


@health.get("/livez")
async def livez() -> Well:
    """200 while the process answers at all: start it anew only when this fails."""
    return Well(status="alive")


@health.get("/readyz", responses=problems.documented(503))
async def readyz(request: Request, engines: Engines) -> Well:
    """200 when questions can be answered, 503 when not, or when the service is being stopped."""
    if request.app.state.stopping.is_set():
        raise Stopping("The service is being stopped. Send no more questions to it.")
    await run_in_threadpool(_ready, engines[MAIN])
    return Well(status="ready")


@health.get("/healthz", responses=problems.documented(404, 422, 503))
def healthz(engine: Opened, known: Annotated[Key | str | None, Depends(caller)]) -> State | Well:
    """200 when questions can be answered, 503 when not; with a key also what there is."""
    if known is None:
        _ready(engine)
        return Well(status="ready")
    state = look(engine)
    if not state.usable:
        raise SearchIndexError(state.index)
    return state


def _ready(engine: Engine) -> None:
    """Raises SearchIndexError, without the details, when no question can be answered."""
    try:
        engine.index.count()
    except (SearchIndexError, EmbedError):
        raise SearchIndexError(
            "No question can be answered now. The articles are safe; `dateline status`, or "
            "/healthz with a key, says why."
        ) from None
