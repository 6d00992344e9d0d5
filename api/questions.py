"""`POST /v1/ask`: a question in, its Answer out, whole or as it is made."""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from sse_starlette import ServerSentEvent

from api import problems
from api.admission import IN_TURN
from api.answers import remember
from api.auth import needs
from api.deps import Opened
from api.schemas import Question
from api.searching import Found, facts
from api.streaming import EVENT_STREAM, described, line, streamed, unless_gone, wants_events
from rag.ask import answer, events
from rag.engine import Engine
from rag.types import Answer, Done, Frozen, Retrieved, Token

questions = APIRouter(prefix="/v1", dependencies=[needs("ask")])


class Numbered(Found):
    """A passage with the number that a draft names it by."""

    n: int


class Searched(Frozen):
    """The first event: the question as it was searched for, and what will be read for it."""

    question: str
    passages: tuple[Numbered, ...]


_STREAM = {
    "description": (
        "The Answer; or, to who would rather have `text/event-stream`, the events `retrieved` "
        "(once), `token` (pieces of a draft that is not checked yet), `citation` (each quote that "
        "holds) and `done` (the Answer). `error` (a problem document) comes in place of `done`."
    ),
    "content": {
        EVENT_STREAM: described(
            retrieved={
                "type": "object",
                "properties": {
                    "question": {"type": "string"},
                    "passages": {"type": "array", "items": Numbered.model_json_schema()},
                },
            },
            token={"type": "object", "properties": {"text": {"type": "string"}}},
            citation={"$ref": "#/components/schemas/Citation"},
            done={"$ref": "#/components/schemas/Answer"},
            error=problems.SCHEMA,
        )
    },
}


@questions.post(
    "/ask",
    dependencies=[IN_TURN],
    response_model=Answer,
    responses={200: _STREAM, **problems.documented(400, 404, 413, 422, 502, 503, 504)},
    tags=["ask"],
)
async def ask(asked: Question, engine: Opened, request: Request) -> Answer | Response:
    """Answer a question with word-for-word quotes, or say that the articles do not hold it."""
    given: dict[str, Any] = {
        "filters": asked.filters,
        "as_of": asked.as_of,
        "history": asked.history,
    }
    if wants_events(request):
        found = _remembered(events(engine, asked.question, **given), request, engine)
        return await streamed(found, request, write=_lines, failed=_failed)
    done = await unless_gone(answer(engine, asked.question, **given), request)
    if isinstance(done, Answer):
        remember(request.app, engine, done)
    return done


async def _remembered(
    made: AsyncGenerator[Retrieved | Token | Done], request: Request, engine: Engine
) -> AsyncGenerator[Retrieved | Token | Done]:
    """The same events; the Answer is kept, so that feedback on it can be given."""
    async with aclosing(made):
        async for event in made:
            if isinstance(event, Done):
                remember(request.app, engine, event.answer)
            yield event


def _lines(event: Retrieved | Token | Done) -> Iterator[ServerSentEvent]:
    """An event of the engine as it is told to a client."""
    if isinstance(event, Retrieved):
        numbered = enumerate(event.evidence, start=1)
        passages = tuple(Numbered(n=n, **facts(each)) for n, each in numbered)
        searched = Searched(question=event.question, passages=passages)
        yield line(searched.model_dump_json(), event="retrieved")
    elif isinstance(event, Token):
        yield line(json.dumps({"text": event.text}), event="token")
    else:
        for citation in event.answer.citations:
            yield line(citation.model_dump_json(), event="citation")
        yield line(event.answer.model_dump_json(), event="done")


def _failed(document: dict[str, Any]) -> Iterator[ServerSentEvent]:
    yield line(json.dumps(document), event="error")
