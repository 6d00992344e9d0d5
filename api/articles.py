"""Articles over HTTP: listed, read, added and deleted. Starlette runs these in threads."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import problems
from api.auth import needs
from api.deps import Narrowed, Opened
from api.schemas import Articles, NewArticle, Stored
from rag.engine import Engine
from rag.errors import BadArticle, NotFound, UrlsNotAllowed
from rag.ingest import delete as delete_article
from rag.ingest import ingest
from rag.sources import Source
from rag.types import Article
from rag.walk import fetched

reading = APIRouter(prefix="/v1", dependencies=[needs("ask")])
changing = APIRouter(prefix="/v1", dependencies=[needs("ingest")])


@reading.get("/articles", responses=problems.documented(404, 422), tags=["articles"])
def list_articles(
    engine: Opened,
    filters: Narrowed,
    title: Annotated[str | None, Query(max_length=500, description="Part of the title.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Articles:
    """List the articles, the newest first."""
    found = engine.library.newest(filters=filters, titled=title, limit=limit + 1, offset=offset)
    more = len(found) > limit
    return Articles(articles=tuple(found[:limit]), next_offset=offset + limit if more else None)


@reading.get("/articles/{article_id}", responses=problems.documented(404, 422), tags=["articles"])
def get_article(article_id: str, engine: Opened) -> Article:
    """One article with its text, and each line of it with what it is and why."""
    return _exactly(engine, article_id)


@changing.post(
    "/articles",
    status_code=201,
    responses={
        200: {"model": Stored, "description": "Stored already, or in place of an older version"},
        **problems.documented(400, 403, 404, 413, 422, 502, 503),
    },
    tags=["articles"],
)
def add_article(given: NewArticle, response: Response, request: Request, engine: Opened) -> Stored:
    """Ingest a page given as text, as HTML or by its URL. The same one again changes nothing."""
    source = _source(given, allow_urls=request.app.state.allow_urls)
    # Fetched before it is anybody's turn to write, since a slow site takes seconds.
    if source.address is not None:
        source = fetched(source, source.address)
    summary = ingest(engine, [source])
    if summary.failed:
        raise BadArticle(summary.failed[0].message)
    (done,) = summary.articles
    if done.outcome != "new":
        response.status_code = 200
    return Stored(id=done.id, outcome=done.outcome, title=done.title, passages=done.passages)


@changing.delete(
    "/articles/{article_id}",
    status_code=204,
    responses=problems.documented(404, 422, 503),
    tags=["articles"],
)
def remove_article(article_id: str, engine: Opened) -> None:
    """Delete an article with everything that was made of it."""
    with engine.writing():
        delete_article(engine, _exactly(engine, article_id).id)


def _exactly(engine: Engine, article_id: str) -> Article:
    """The article with this very id: a program that cuts an id short has a fault. NotFound."""
    article = engine.library.articles([article_id]).get(article_id)
    if article is None:
        raise NotFound(f"No article has the id {article_id!r}. GET /v1/articles lists them.")
    return article


def _source(given: NewArticle, *, allow_urls: bool) -> Source:
    """What a client gave as the ingest takes it. Raises UrlsNotAllowed."""
    known = given.model_dump(exclude={"text", "html"})
    if given.text is not None:
        return Source(content=given.text, **known)
    if given.html is not None:
        return Source(content=given.html, media_type="text/html", **known)
    if not allow_urls:
        raise UrlsNotAllowed(
            "This service fetches no pages. Nothing was stored; send the page as text or html, or "
            "start the service with DATELINE_ALLOW_URLS=true."
        )
    return Source(address=given.url, **known | {"url": None})
