"""The routes. Blocking work runs in threads: Starlette's, or for a question the engine's own."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import problems
from api.schemas import Articles, NewArticle, Question, Stored
from api.state import State, look
from rag.ask import answer
from rag.engine import Engine
from rag.errors import BadArticle, NotFound, SearchIndexError, UrlsNotAllowed
from rag.ingest import delete as delete_article
from rag.ingest import ingest
from rag.sources import Source
from rag.types import Answer, Article, Filters
from rag.walk import fetched


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _filters(
    publisher: Annotated[str | None, Query(max_length=500)] = None,
    since: Annotated[date | None, Query(description="Published on this day or later.")] = None,
    until: Annotated[date | None, Query(description="Published on this day or earlier.")] = None,
) -> Filters:
    return Filters(publisher=publisher, since=since, until=until)


_CLIENT_GONE = 499
_STOPPING = "The service is being stopped. Nothing was changed; ask again when it runs again."

Opened = Annotated[Engine, Depends(_engine)]
Narrowed = Annotated[Filters, Depends(_filters)]

v1 = APIRouter(prefix="/v1")
health = APIRouter()


@v1.post(
    "/ask",
    response_model=Answer,
    responses=problems.documented(400, 413, 422, 502, 503, 504),
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
    return await work


@v1.get("/articles", responses=problems.documented(422), tags=["articles"])
def list_articles(
    engine: Opened,
    filters: Narrowed,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Articles:
    """List the articles, the newest first."""
    found = engine.library.newest(filters=filters, limit=limit + 1, offset=offset)
    more = len(found) > limit
    return Articles(articles=tuple(found[:limit]), next_offset=offset + limit if more else None)


@v1.get("/articles/{article_id}", responses=problems.documented(404, 422), tags=["articles"])
def get_article(article_id: str, engine: Opened) -> Article:
    """One article with its text, and each line of it with what it is and why."""
    return _exactly(engine, article_id)


@v1.post(
    "/articles",
    status_code=201,
    responses={
        200: {"model": Stored, "description": "Stored already, or in place of an older version"},
        **problems.documented(400, 403, 413, 422, 502, 503),
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


@v1.delete(
    "/articles/{article_id}",
    status_code=204,
    responses=problems.documented(404, 422, 503),
    tags=["articles"],
)
def remove_article(article_id: str, engine: Opened) -> None:
    """Delete an article with everything that was made of it."""
    with engine.writing():
        delete_article(engine, _exactly(engine, article_id).id)


@health.get("/healthz", responses=problems.documented(503), tags=["health"])
def healthz(engine: Opened) -> State:
    """200 when questions can be answered, 503 when not."""
    state = look(engine)
    if not state.usable:
        raise SearchIndexError(state.index)
    return state


async def _gone(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


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
