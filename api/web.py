"""The page at `/`, an article's page and the routes' page, with the files that they are made of.

Whatever an article holds, nothing but the files here runs or is shown as a part of the page.
https://www.w3.org/TR/CSP3/
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api.deps import MAIN

PAGE = Path(__file__).parent / "page"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address of a page holds the id of an article that is nobody else's business.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Asked for anew each time, so that a new version is not mixed with an old one.
    "Cache-Control": "no-cache",
}

# Tools look with HEAD whether a link to an article leads anywhere.
_READ = ["GET", "HEAD"]

_pages = APIRouter(include_in_schema=False, default_response_class=FileResponse)


def article_address(base: str, article_id: str, *, collection: str) -> str:
    """The address of an article's page in a service that is reached at ``base``."""
    within = "" if collection == MAIN else f"?collection={quote(collection)}"
    return f"{base.rstrip('/')}/articles/{quote(article_id, safe='')}{within}"


def install(app: FastAPI) -> None:
    """Serve the pages. They hold nothing of the library: a script of theirs asks the routes."""
    app.include_router(_pages)
    app.mount("/page", _Files(directory=PAGE))


@_pages.api_route("/", methods=_READ)
def home() -> FileResponse:
    """Ask, add articles, look through the library."""
    return _page("index.html")


@_pages.api_route("/articles/{article_id}", methods=_READ)
def article(article_id: str) -> FileResponse:  # noqa: ARG001 the script reads it of the address
    """One article; ``#q=START-END`` marks a quote in it."""
    return _page("article.html")


@_pages.api_route("/docs", methods=_READ)
def docs() -> FileResponse:
    """The routes, as /openapi.json describes them."""
    return _page("docs.html")


def _page(name: str) -> FileResponse:
    return FileResponse(PAGE / name, headers=HEADERS, media_type="text/html; charset=utf-8")


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response
