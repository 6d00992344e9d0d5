"""Question in, Answer out: retrieve, read, verify."""

import secrets
import time
from datetime import UTC, datetime
from functools import lru_cache

from rag import question as questions
from rag import reader, retrieve, verify
from rag.embed import shipped
from rag.engine import Engine
from rag.errors import BadQuestion
from rag.features import Featuriser
from rag.types import NO_FILTERS, Answer, ArticleRef, Evidence, Filters

EVIDENCE = 8
"""Passages that the reader is given."""

LONGEST_QUESTION = 4_000
"""Characters. A question longer than this is a text pasted by mistake."""

_NEAREST = 3


def ask(engine: Engine, question: str, *, filters: Filters = NO_FILTERS) -> Answer:
    """Answer one question from the articles that the filters leave.

    Raises BadQuestion, and what ``retrieve.search`` raises. An answer that fails a check in
    ``verify`` is not given: the status is then not_found and ``unsupported`` says what failed.
    """
    asked = checked(question)
    asked_at = datetime.now(UTC)
    started = time.perf_counter()
    evidence = retrieve.search(engine, asked, filters=filters, limit=EVIDENCE)
    retrieved = time.perf_counter()
    reading = _reader().read(questions.read(asked), evidence)
    faults = verify.faults(reading.citations, short=reading.short, evidence=evidence)
    if faults:
        reading = reader.withdrawn()
    dates = [citation.published for citation in reading.citations if citation.published]
    return Answer(
        question=asked,
        status=reading.status,
        text=reading.text,
        short=reading.short,
        citations=reading.citations,
        reason=reading.reason,
        nearest=_nearest(evidence) if reading.status == "not_found" else (),
        as_of=max(dates, default=None),
        unsupported=tuple(faults),
        model=reader.NAME,
        timings={
            "retrieve": round(retrieved - started, 4),
            "answer": round(time.perf_counter() - retrieved, 4),
        },
        trace_id=secrets.token_hex(8),
        asked_at=asked_at,
    )


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


@lru_cache(maxsize=1)
def _reader() -> reader.Reader:
    """The reader, which always reads with the shipped embedder, whatever searches."""
    return reader.Reader(Featuriser(shipped()))


def _nearest(evidence: list[Evidence]) -> tuple[ArticleRef, ...]:
    """The articles that came closest, each once."""
    articles = {item.article.id: item.article for item in evidence}
    return tuple(
        ArticleRef(
            id=article.id,
            title=article.title,
            url=article.url,
            publisher=article.publisher,
            published=article.published,
        )
        for article in list(articles.values())[:_NEAREST]
    )
