"""`POST /v1/ask`: a question in, its Answer out. The work runs in the engine's own threads."""

import asyncio

from fastapi import APIRouter, Request, Response

from api import problems
from api.answers import remember
from api.auth import needs
from api.deps import Opened
from api.schemas import Question
from rag.ask import answer
from rag.types import Answer

_CLIENT_GONE = 499
_STOPPING = "The service is being stopped. Nothing was changed; ask again when it runs again."

questions = APIRouter(prefix="/v1", dependencies=[needs("ask")])


@questions.post(
    "/ask",
    response_model=Answer,
    responses=problems.documented(400, 404, 413, 422, 502, 503, 504),
    tags=["ask"],
)
async def ask(asked: Question, engine: Opened, request: Request) -> Answer | Response:
    """Answer a question with word-for-word quotes, or say that the articles do not hold it."""
    work = asyncio.create_task(
        answer(
            engine,
            asked.question,
            filters=asked.filters,
            as_of=asked.as_of,
            history=asked.history,
        )
    )
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            # A client that has gone away ends the call to the model as well. Nobody reads this.
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            return Response(status_code=_CLIENT_GONE)
    except asyncio.CancelledError:
        # Only the end of the service cancels a request. Its loop has no time left to wait for work.
        return problems.problem(503, detail=_STOPPING)
    finally:
        gone.cancel()
        work.cancel()
    done = await work
    remember(request.app, engine, done)
    return done


async def _gone(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
