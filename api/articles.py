"""Articles over HTTP: listed, read, added, replaced, deleted. Starlette runs these in threads."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from api import problems, uploads
from api.auth import needs
from api.deps import Limit, Narrowed, Offset, Opened, paged
from api.idempotency import REPLAYED, DoneOnce
from api.schemas import Articles, Replacement, Stored
from api.uploads import Posted
from rag.engine import Engine
from rag.errors import BadArticle, NotFound
from rag.ingest import Ingested, ingest, replace
from rag.ingest import delete as delete_article
from rag.types import Article
from rag.walk import fetched

reading = APIRouter(prefix="/v1", dependencies=[needs("ask")])
changing = APIRouter(prefix="/v1", dependencies=[needs("ingest")])

_OUTCOME = "Dateline-Outcome"
_HEADERS: dict[str, Any] = {
    REPLAYED: {
        "description": "That the reply is the one that was given for this Idempotency-Key before.",
        "schema": {"type": "string", "const": "true"},
    },
    _OUTCOME: {
        "description": "What it came to; what is stored is told the same way each time.",
        "schema": {"type": "string", "enum": ["new", "changed", "unchanged"]},
    },
}

# An original is a stranger's page, and shown by a browser as this site's it could act as it.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


@reading.get("/articles", responses=problems.documented(404, 422), tags=["articles"])
def list_articles(
    engine: Opened,
    filters: Narrowed,
    q: Annotated[
        str | None, Query(min_length=1, max_length=500, description="Words of the title.")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Articles:
    """List the articles, the newest first."""
    found = engine.library.newest(filters=filters, title=q, limit=limit + 1, offset=offset)
    articles, after = paged(found, limit=limit, offset=offset)
    return Articles(articles=articles, next_offset=after)


@reading.get("/articles/{article_id}", responses=problems.documented(404, 422), tags=["articles"])
def get_article(article_id: str, engine: Opened) -> Article:
    """One article with its text, and each line of it with what it is and why."""
    return _exactly(engine, article_id)


@reading.get(
    "/articles/{article_id}/raw",
    response_class=PlainTextResponse,
    responses=problems.documented(404, 422),
    tags=["articles"],
)
def get_original(article_id: str, engine: Opened) -> Response:
    """What was given for an article: its HTML, or its text before cleaning; always as text."""
    original = engine.library.raw(_exactly(engine, article_id).id)
    return PlainTextResponse(original, headers=_HARMLESS)


@changing.post(
    "/articles",
    status_code=201,
    response_model=Stored,
    responses={
        200: {
            "model": Stored,
            "description": "Stored already, or in place of an older version",
            "headers": _HEADERS,
        },
        201: {"headers": _HEADERS},
        **problems.documented(400, 403, 404, 409, 413, 415, 422, 502, 503),
    },
    openapi_extra=uploads.described(),
    tags=["articles"],
)
def add_article(given: Posted, engine: Opened, once: DoneOnce) -> Response:
    """Ingest a page given as text, HTML, a file or its URL. The same one again changes nothing."""

    def work() -> Response:
        # Fetched before it is anybody's turn to write, since a slow site takes seconds.
        source = fetched(given, given.address) if given.address is not None else given
        summary = ingest(engine, [source])
        if summary.failed:
            raise BadArticle(summary.failed[0].message)
        (done,) = summary.articles
        return _stored(done)

    return once.do(work, given=given)


@changing.put(
    "/articles/{article_id}",
    response_model=Stored,
    responses={
        200: {"headers": _HEADERS},
        **problems.documented(400, 404, 409, 413, 422, 502, 503),
    },
    tags=["articles"],
)
def replace_article(
    article_id: str, given: Replacement, engine: Opened, once: DoneOnce
) -> Response:
    """Put a page in place of an article, whole, under its id. The old version is gone at once."""

    def work() -> Response:
        with engine.writing():
            article = _exactly(engine, article_id)
            return _stored(replace(engine, article.id, uploads.source_of(given)))

    return once.do(work, given=given)


@changing.delete(
    "/articles/{article_id}",
    status_code=204,
    response_model=None,
    responses=problems.documented(404, 409, 422, 503),
    tags=["articles"],
)
def remove_article(article_id: str, engine: Opened, once: DoneOnce) -> Response:
    """Delete an article with everything that was made of it."""

    def work() -> Response:
        with engine.writing():
            delete_article(engine, _exactly(engine, article_id).id)
        return Response(status_code=204)

    return once.do(work, given=None)


def _exactly(engine: Engine, article_id: str) -> Article:
    """The article with this very id: a program that cuts an id short has a fault. NotFound."""
    article = engine.library.articles([article_id]).get(article_id)
    if article is None:
        raise NotFound(f"No article has the id {article_id!r}. GET /v1/articles lists them.")
    return article


def _stored(done: Ingested) -> Response:
    """The body only says what is stored, so that who came first or last reads the same."""
    body = Stored(id=done.id, title=done.title, passages=done.passages)
    return Response(
        body.model_dump_json(),
        201 if done.outcome == "new" else 200,
        {_OUTCOME: done.outcome},
        media_type="application/json",
    )
