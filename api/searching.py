"""`POST /v1/search`: the passages that fit a question best, and where they stand."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from api import problems
from api.admission import IN_TURN
from api.auth import needs
from api.deps import Opened
from api.schemas import AskedText, Given
from rag import retrieve
from rag.ask import checked, until
from rag.types import NO_FILTERS, Day, Evidence, Filters, Frozen, Kind

searching = APIRouter(prefix="/v1", dependencies=[needs("ask")])


class Search(Given):
    """What is searched for. ``filters`` and ``as_of`` narrow it as they do a question."""

    question: AskedText
    filters: Filters = NO_FILTERS
    as_of: Day | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class Found(Frozen):
    """A passage and its article: ``text`` is what the article says from ``start`` to ``end``.

    No score: it would tell who may ask but not read how near their words are to an article's.
    """

    article_id: str
    title: str
    url: str | None
    publisher: str | None
    published: date | None
    kind: Kind
    start: int
    end: int
    text: str


class Ranked(Found):
    """A passage with its place among what was found, 1 for the best."""

    rank: int


class Passages(Frozen):
    """What was found, the best first."""

    question: str
    passages: tuple[Ranked, ...]


@searching.post(
    "/search",
    dependencies=[IN_TURN],
    responses=problems.documented(400, 404, 413, 422, 502, 503),
    tags=["ask"],
)
def search(given: Search, engine: Opened) -> Passages:
    """Find passages. Of copies of one story, only one is given."""
    question = checked(given.question)
    narrowed = until(given.filters, given.as_of)
    found = retrieve.search(engine, question, filters=narrowed, limit=given.limit)
    ranked = tuple(Ranked(rank=rank, **facts(each)) for rank, each in enumerate(found, start=1))
    return Passages(question=question, passages=ranked)


def facts(evidence: Evidence) -> dict[str, Any]:
    """What is told of a piece of evidence, as the fields of a ``Found``."""
    passage, article = evidence.passage, evidence.article
    return {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "published": article.published,
        "kind": passage.kind,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }
