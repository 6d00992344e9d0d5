"""OpenAI's `/v1/models` and `/v1/chat/completions`: each collection is a model to chat with."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from sse_starlette import ServerSentEvent

from api import chat_errors, chat_side, problems
from api.admission import IN_TURN
from api.answers import remember
from api.auth import needs
from api.chat_forms import (
    FINISHES,
    ChatModel,
    ChatModels,
    ChatReply,
    ChatRequest,
    Said,
    Tokens,
    split,
)
from api.chat_text import content, sources
from api.deps import MAIN, Engines
from api.streaming import EVENT_STREAM, line, streamed, unless_gone
from api.web import article_address
from rag import tokens
from rag.ask import answer
from rag.engine import Engine
from rag.errors import NoSuchCollection
from rag.messages import Message
from rag.types import Answer, Usage

PATIENCE_SECONDS = 2.0
"""How long an answer may take before its stream begins. What fails sooner has a status."""

_LONGEST_COUNTED = 20_000
_MOST_COUNTED = 20

WAITING: Literal["waiting"] = "waiting"

chat = APIRouter(prefix="/v1", dependencies=[needs("ask")])


@chat.get("/models", responses=chat_errors.documented(401, 403, 429), tags=["OpenAI-compatible"])
def list_models(engines: Engines) -> ChatModels:
    """The collections, as models to chat with."""
    return ChatModels(data=tuple(ChatModel(id=_model(name)) for name in engines))


@chat.get(
    "/models/{model}",
    responses=chat_errors.documented(401, 403, 404, 422, 429),
    tags=["OpenAI-compatible"],
)
def get_model(model: str, engines: Engines) -> ChatModel:
    """One of them."""
    _chosen(engines, model)
    return ChatModel(id=model)


@chat.post(
    "/chat/completions",
    response_model=ChatReply,
    responses={
        200: {
            "description": "The reply; with `stream`, chunks of it and a last line `[DONE]`.",
            "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
        },
        **chat_errors.documented(400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504),
    },
    tags=["OpenAI-compatible"],
    dependencies=[IN_TURN],
)
async def complete(asked: ChatRequest, engines: Engines, request: Request) -> Any:
    """Answer the last question of a chat. No word is sent that was not checked."""
    if asked.n not in (None, 1):
        return _unfit("n", "There is one answer to a question. Nothing was asked; leave n out.")
    name, engine = _chosen(engines, asked.model)
    messages = asked.said()
    side = chat_side.wanted(messages)
    if side is None and split(messages) is None:
        return _unfit("messages", "No message of a user has text. Nothing was asked; send one.")
    if side is None:
        base = request.app.state.public_url or str(request.base_url)
        kept = partial(remember, request.app, engine)
        work = partial(_answered, asked, messages, engine, name=name, base=base, keep=kept)
    else:
        work = partial(_aside, asked, messages, side, engine)
    if not asked.stream:
        said = await unless_gone(work(), request)
        if isinstance(said, Response):
            return chat_errors.fit(request.url.path, said)
        return said.whole()

    def write(event: Said | Literal["waiting"]) -> Iterator[ServerSentEvent]:
        if event == WAITING:
            yield ServerSentEvent(comment="reading the articles", sep="\n")
        else:
            with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
            yield from event.lines(style=asked.citation_style or "markdown", with_usage=with_usage)

    found = await streamed(_soon(work), request, write=write, failed=_failed)
    return chat_errors.fit(request.url.path, found)


async def _answered(
    asked: ChatRequest,
    messages: list[Message],
    engine: Engine,
    *,
    name: str,
    base: str,
    keep: Callable[[Answer], None],
) -> Said:
    """The checked answer as a reply. Raises what ``rag.ask.answer`` raises."""
    question, history = split(messages) or ("", ())
    found = await answer(engine, question, history=history)
    keep(found)

    def page(article_id: str) -> str:
        return article_address(base, article_id, collection=name)

    text = content(found, style=asked.citation_style or "markdown", page=page)
    read = [*(turn.content for turn in history), question]
    return Said(
        model=asked.model,
        text=text,
        usage=await asyncio.to_thread(_tokens, found.usage, read, text),
        finish=FINISHES.get(found.status, "stop"),
        sources=sources(found, page=page),
    )


async def _aside(
    asked: ChatRequest, messages: list[Message], side: chat_side.Side, engine: Engine
) -> Said:
    text, said = await chat_side.reply(messages, side, answering=engine.answering)
    read = [each["content"][:_LONGEST_COUNTED] for each in messages[-_MOST_COUNTED:]]
    usage = await asyncio.to_thread(_tokens, said.usage if said else None, read, text)
    return Said(model=asked.model, text=text, usage=usage)


async def _soon(
    work: Callable[[], Coroutine[Any, Any, Said]],
) -> AsyncGenerator[Said | Literal["waiting"]]:
    """What the work gives; before it, when that takes long, a sign that it goes on."""
    working = asyncio.create_task(work())
    try:
        done, _ = await asyncio.wait((working,), timeout=PATIENCE_SECONDS)
        if not done:
            yield WAITING
        yield await working
    finally:
        working.cancel()


def _tokens(reported: Usage | None, read: Sequence[str], text: str) -> Tokens:
    """What the model's server says that it used; without that, the tokens of the texts."""
    if reported is not None and reported.prompt_tokens + reported.completion_tokens > 0:
        prompt, completion = reported.prompt_tokens, reported.completion_tokens
    else:
        prompt, completion = sum(map(tokens.count, read)), tokens.count(text)
    return Tokens(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion
    )


def _model(collection: str) -> str:
    return MAIN if collection == MAIN else f"{MAIN}-{collection}"


def _chosen(engines: dict[str, Engine], model: str) -> tuple[str, Engine]:
    """The collection of a model, and its engine. Raises NoSuchCollection."""
    names = {_model(name): name for name in engines}
    if model not in names:
        raise NoSuchCollection(
            f"There is no model {model[:100]!r}. Nothing was asked; there are: {', '.join(names)}."
        )
    return names[model], engines[names[model]]


def _unfit(field: str, message: str) -> Response:
    told = problems.problem(
        400,
        detail=message,
        kind="urn:dateline:UnfitRequest",
        fields=[{"field": field, "message": message}],
    )
    return chat_errors.fit(chat_errors.CHAT, told)


def _failed(document: dict[str, Any]) -> Iterator[ServerSentEvent]:
    yield line(json.dumps(chat_errors.error_of(document)))
