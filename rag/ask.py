"""Question in, Answer out: retrieve, read or ask a model, verify."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TypeVar

from prompts import identity
from rag import composing, copies, crossencoder, gate, messages, reader, retrieve, trace, verify
from rag import question as questions
from rag.answering import ModelAnswer
from rag.comparison import Comparison
from rag.composing import Composed
from rag.condense import stand_alone
from rag.embed import shipped
from rag.engine import Engine
from rag.errors import BadQuestion, ModelError, ModelTimeout
from rag.messages import Message
from rag.parts import name_the_two, take_apart
from rag.reader import Reading
from rag.several import Several
from rag.types import (
    NO_FILTERS,
    Answer,
    Article,
    ArticleRef,
    Done,
    Evidence,
    Filters,
    Retrieved,
    Token,
    Turn,
    Unsupported,
)

T = TypeVar("T")

EVIDENCE = 8
"""Passages that the reader is given."""

FOR_MODEL = 16
"""Passages that are retrieved for a model; as many of them are sent as the prompt has room for."""

LONGEST_QUESTION = 4_000
"""Characters. A question longer than this is a text pasted by mistake."""

_NEAREST = 3


async def events(
    engine: Engine,
    question: str,
    *,
    filters: Filters = NO_FILTERS,
    as_of: date | None = None,
    history: Sequence[Turn] = (),
) -> AsyncGenerator[Retrieved | Token | Done]:
    """Answer one question: what was retrieved, the draft as it is written, the checked answer.

    ``history`` are the turns before it, which a follow-up leans on. ``as_of`` answers as if it were
    that day: later articles are left out, and so are undated ones. With a model the whole takes no
    longer than its deadline. Raises BadQuestion, ModelError, and what ``retrieve.search`` raises.
    When the iterator is closed or its task is cancelled, the call to the model ends with it.
    """
    asking = _Asking(engine, checked(question), filters, as_of, history)
    known = trace.current()
    try:
        async with aclosing(asking.events()) as found:
            async for event in found:
                if isinstance(event, Done):
                    known.status = event.answer.status
                yield event
    except ModelError as error:
        known.failure = error.code
        raise


async def answer(
    engine: Engine,
    question: str,
    *,
    filters: Filters = NO_FILTERS,
    as_of: date | None = None,
    history: Sequence[Turn] = (),
) -> Answer:
    """The Answer at the end of ``events``."""
    last: Answer | None = None
    stream = events(engine, question, filters=filters, as_of=as_of, history=history)
    async with aclosing(stream) as found:
        async for event in found:
            if isinstance(event, Done):
                last = event.answer
    assert last is not None
    return last


def ask(
    engine: Engine,
    question: str,
    *,
    filters: Filters = NO_FILTERS,
    as_of: date | None = None,
    history: Sequence[Turn] = (),
) -> Answer:
    """``answer`` for callers that have no event loop."""

    async def alone() -> Answer:
        try:
            return await answer(engine, question, filters=filters, as_of=as_of, history=history)
        finally:
            if engine.answering is not None:
                await engine.answering.model.close()

    return asyncio.run(alone())


def warm(engine: Engine) -> None:
    """Load what the first question would have to wait for. Calls no model.

    Raises what ``retrieve.search`` raises.
    """
    question = "What is in the articles?"
    evidence = retrieve.search(engine, question, limit=EVIDENCE)
    _reader().read(questions.read(question), evidence)
    if engine.answering is not None:
        engine.answering.model.load()
        messages.answering(question, evidence, budget=engine.answering.prompt_tokens)


def checked(question: str) -> str:
    """The question with the white space at its ends gone. Raises BadQuestion."""
    asked = question.strip()
    if not any(map(str.isalnum, asked)):
        raise BadQuestion("The question is empty. Nothing was asked; give a question in words.")
    if not asked.isprintable() and any("\ud800" <= char <= "\udfff" for char in asked):
        raise BadQuestion("The question is no valid text. Nothing was asked; send it as UTF-8.")
    if len(asked) > LONGEST_QUESTION:
        raise BadQuestion(
            f"The question has {len(asked):,} characters; at most {LONGEST_QUESTION:,} are read. "
            "Nothing was asked; shorten it, or use `dateline ingest` if it is an article."
        )
    return asked


def until(filters: Filters, as_of: date | None) -> Filters:
    """The filters, without what was published after the day that a question is asked as of."""
    if as_of is None:
        return filters
    last = min(filters.until, as_of) if filters.until else as_of
    return filters.model_copy(update={"until": last})


class _Asking:
    """One question on its way to its answer."""

    def __init__(
        self,
        engine: Engine,
        question: str,
        filters: Filters,
        as_of: date | None,
        history: Sequence[Turn],
    ) -> None:
        self._engine = engine
        self._question = question
        self._filters = until(filters, as_of)
        self._as_of = as_of
        self._history = history
        self._asked_at = datetime.now(UTC)
        self._started = time.perf_counter()
        self._retrieved = self._started
        self._found: Sequence[Evidence] = ()
        answering_ = engine.answering
        self._model: ModelAnswer | None = None
        if answering_ is not None:
            # What a request has waited for its turn is a part of it.
            left = answering_.deadline - trace.current().waited()
            deadline = asyncio.get_running_loop().time() + left
            self._model = ModelAnswer(answering_, deadline, as_of)

    async def events(self) -> AsyncGenerator[Retrieved | Token | Done]:
        """See the function of this name."""
        question = await self._stand_alone()
        several = take_apart(question)
        found = await self._in_time(self._search, question, several)
        evidence = retrieve.interleaved(found)[: FOR_MODEL if self._model else None]
        self._found = evidence
        asked: list[Message] = []
        weak = self._too_weak(question, evidence)
        given = evidence
        if self._model is not None and weak is None:
            asked, given = await self._in_time(self._messages, question, evidence)
        self._retrieved = time.perf_counter()
        yield Retrieved(question, tuple(given))
        if weak is not None:
            yield await self._done(question, given, reader.not_found(weak))
            return
        if self._model is None:
            composed = await asyncio.to_thread(_read, question, several, found)
            yield Token(composed.reading.text)
            yield await self._done(question, given, composed.reading, composed.compared)
            return
        stream = self._model.events(questions.read(question), given, asked, reader=_reader)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Token):
                    yield piece
                else:
                    yield await self._done(question, given, piece)

    async def _stand_alone(self) -> str:
        if not self._history:
            return self._question
        if self._model is not None:
            condensed = await self._model.condense(self._question, self._history)
        else:
            condensed = name_the_two(self._question, self._history)
            if condensed == self._question:
                condensed = await asyncio.to_thread(stand_alone, condensed, self._history)
        return condensed if len(condensed) <= LONGEST_QUESTION else self._question

    async def _in_time(self, work: Callable[..., T], *given: object) -> T:
        """Blocking work in a thread, waited for until the deadline. Raises ModelTimeout."""
        if self._model is None:
            return await asyncio.to_thread(work, *given)
        try:
            async with asyncio.timeout_at(self._model.deadline):
                return await asyncio.to_thread(work, *given)
        except TimeoutError:
            raise ModelTimeout(
                "The articles could not be searched before the deadline. Nothing was changed; ask "
                "again, or raise DATELINE_DEADLINE."
            ) from None

    def _search(self, question: str, several: Several | None) -> list[list[Evidence]]:
        """What is found for the question, and then for each of its parts."""
        limit = FOR_MODEL if self._model else EVIDENCE
        asked = [question]
        if several is not None:
            asked += [part.question for part in several.parts]
        return [
            retrieve.search(self._engine, each, filters=self._filters, limit=limit)
            for each in asked
        ]

    def _messages(
        self, question: str, evidence: list[Evidence]
    ) -> tuple[list[Message], list[Evidence]]:
        assert self._engine.answering is not None
        budget = self._engine.answering.prompt_tokens
        return messages.answering(question, evidence, budget=budget, as_of=self._as_of)

    def _too_weak(self, question: str, evidence: list[Evidence]) -> str | None:
        if self._model is None:
            return None  # the reader has a gate of its own
        by_shipped = self._engine.embedder.name == shipped().name
        return gate.too_weak(question, evidence, shipped=by_shipped)

    async def _done(
        self,
        question: str,
        evidence: Sequence[Evidence],
        reading: Reading,
        compared: Comparison | None = None,
    ) -> Done:
        faults = verify.faults(
            reading.citations, short=reading.short, evidence=evidence, compared=compared
        )
        unsupported = [*reading.unsupported]
        if faults:
            unsupported += [Unsupported(part=reading.text, why=fault) for fault in faults]
            reading = reader.withdrawn()
        found = reading.status != "not_found"
        citations = await asyncio.to_thread(copies.named, reading.citations, self._found)
        days = [each.published for each in citations]
        days += [copy.published for each in citations for copy in each.also]
        as_of = max((day for day in days if day), default=None)
        if not citations:
            as_of = await asyncio.to_thread(self._engine.library.last_published, self._filters)
        finished = time.perf_counter()
        return Done(
            Answer(
                question=self._question,
                condensed=question if question != self._question else None,
                status=reading.status,
                text=reading.text,
                short=reading.short,
                confidence=reading.confidence,
                citations=citations,
                reason=reading.reason,
                nearest=() if found else _nearest(evidence),
                as_of=as_of,
                unsupported=tuple(unsupported),
                model=self._model.answering.model.name if self._model else reader.NAME,
                prompt=identity("answer") if self._model else None,
                usage=self._model.usage if self._model else None,
                timings={
                    "retrieve": round(self._retrieved - self._started, 4),
                    "answer": round(finished - self._retrieved, 4),
                },
                trace_id=trace.current().id,
                asked_at=self._asked_at,
            )
        )


@lru_cache(maxsize=1)
def _reader() -> reader.Reader:
    """The reader, which always reads with the shipped embedder, whatever searches."""
    return reader.Reader(shipped(), crossencoder.shipped())


def _read(question: str, several: Several | None, found: list[list[Evidence]]) -> Composed:
    """What the reader answers, part by part where there are several."""
    asked = questions.read(question)
    if several is None:
        return Composed(_reader().read(asked, found[0]))
    return composing.read(_reader(), asked, several, found)


def _nearest(evidence: Sequence[Evidence]) -> tuple[ArticleRef, ...]:
    """The articles that came closest, each once; of copies and of one headline only the first."""
    near: list[ArticleRef] = []
    known: set[str] = set()
    for item in evidence:
        named = {item.article.id, _headline(item.article)}
        if not named & known:
            near.append(copies.ref(item.article))
        known |= named | {copy.id for copy in item.copies}
    return tuple(near[:_NEAREST])


def _headline(article: Article) -> str:
    return " ".join(article.title.casefold().split())
