"""An article as it is posted: in JSON, or as a file in a form."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from api.schemas import Metadata, NewArticle, Page
from rag import jsonlines
from rag.errors import BadArticle, UrlsNotAllowed
from rag.plain import one_line
from rag.sources import Source

M = TypeVar("M", bound=BaseModel)

FILE = "file"
"""The field of the form that holds the page."""

_FORM = "multipart/form-data"
_LONGEST_NAME = 200
_MOST_FIELDS = 20


def described() -> dict[str, Any]:
    """The OpenAPI entry of what ``posted`` reads."""
    known = Metadata.model_json_schema()["properties"]
    fields = {name: _as_field(schema) for name, schema in known.items()}
    form = {
        "type": "object",
        "required": [FILE],
        "properties": {FILE: {"type": "string", "format": "binary"}, **fields},
        "additionalProperties": False,
    }
    content = {
        "application/json": {"schema": NewArticle.model_json_schema()},
        _FORM: {"schema": form},
    }
    return {"requestBody": {"required": True, "content": content}}


async def _posted(request: Request) -> Source:
    """What a client posted as the ingest takes it.

    Raises RequestValidationError, HTTPException (400 or 415), UrlsNotAllowed, BadArticle.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == _FORM:
        return await _uploaded(request)
    if kind == "application/json":
        given = _checked(NewArticle, _loaded(await request.body()))
        return source_of(given, allow_urls=request.app.state.allow_urls)
    raise HTTPException(
        415,
        "An article is posted as application/json, or as a file in multipart/form-data. Nothing "
        "was stored; set the Content-Type.",
    )


Posted = Annotated[Source, Depends(_posted)]


def source_of(given: Page, *, allow_urls: bool = False) -> Source:
    """A page that was given in JSON as the ingest takes it. Raises UrlsNotAllowed."""
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


async def _uploaded(request: Request) -> Source:
    """A file with what is known of it; read as a command would read a file of that name."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        given = dict(form.multi_items())
        if len(given) < len(form.multi_items()):
            raise _unfit((), "a field is there twice")
        page = given.pop(FILE, None)
        if not isinstance(page, UploadFile):
            raise _unfit((FILE,), f"a page is missing: send it as a file in the field {FILE!r}")
        # A form sends what is left empty, too.
        known = _checked(Metadata, {name: value for name, value in given.items() if value != ""})
        content, name = await page.read(), _name(page.filename)
    if name is not None and jsonlines.is_json_lines(Path(name)):
        raise BadArticle(
            f"{name} is JSON Lines. Nothing of it was stored; post its articles one by one, or use "
            "`dateline ingest`."
        )
    return Source(content=content, label=name, **known.model_dump())


def _name(given: str | None) -> str | None:
    """The name of a file without its folders, on one line; it is only ever shown, never opened."""
    name = PureWindowsPath(PurePosixPath(given or "").name).name
    return one_line(name)[-_LONGEST_NAME:] or None


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _unfit((), "the body is no JSON") from None


def _checked(model: type[M], given: Any) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        ) from None


def _unfit(where: Sequence[str], why: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", *where), "msg": why, "type": "value_error"}])


def _as_field(schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a field of a form, which may be left out but cannot be null."""
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    return dict(kinds[0])
