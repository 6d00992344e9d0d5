"""`GET /v1/catalogue`: what a client needs to know to offer questions, filters and forms."""

from datetime import date

from fastapi import APIRouter, Request

from api import problems
from api.auth import needs
from api.deps import Engines, Opened
from rag.outlets import Outlet
from rag.types import Frozen

MOST_PUBLISHERS = 500

catalogue = APIRouter(prefix="/v1", dependencies=[needs("ask")])


class Catalogue(Frozen):
    """What there is to ask about. ``publishers`` are those with the most articles, by name.

    ``newest`` is the day of the newest dated article. ``fetches_urls`` says whether an article can
    be given by its URL alone.
    """

    collections: tuple[str, ...]
    articles: int
    newest: date | None
    publishers: tuple[Outlet, ...]
    fetches_urls: bool


@catalogue.get("/catalogue", responses=problems.documented(404, 422), tags=["articles"])
def get_catalogue(engine: Opened, engines: Engines, request: Request) -> Catalogue:
    """The collections there are, and how many articles, of whom, this one holds."""
    return Catalogue(
        collections=tuple(engines),
        articles=engine.library.counts().articles,
        newest=engine.library.last_published(),
        publishers=tuple(engine.library.outlets(limit=MOST_PUBLISHERS)),
        fetches_urls=request.app.state.allow_urls,
    )
