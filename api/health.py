"""Whether questions can be answered."""

from fastapi import APIRouter

from api import problems
from api.deps import Opened
from api.state import State, look
from rag.errors import SearchIndexError

health = APIRouter()


@health.get("/healthz", responses=problems.documented(404, 422, 503), tags=["health"])
def healthz(engine: Opened) -> State:
    """200 when questions can be answered, 503 when not."""
    state = look(engine)
    if not state.usable:
        raise SearchIndexError(state.index)
    return state
