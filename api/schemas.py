"""What HTTP takes and gives besides the engine's own types; the CLI checks with it too."""

import hmac
from datetime import date
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticSerializationError

from rag.rows import Listed
from rag.types import NO_FILTERS, Day, Fetched, Filters, Frozen, Turn, Url

INTERNAL = "/internal"
"""Where the routes are that only commands of this machine use, see ``api.commands``."""

JOBS = "/v1/jobs"
"""Where bulk ingests are sent, see ``api.jobs``."""

# An empty one is told as an empty file is.
_Text = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1})]

AskedText = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": r"[\p{L}\p{N}]", "minLength": 1, "maxLength": 4_000}
    ),
]
"""A question, described as ``rag.ask.checked`` checks it, which says better what is wrong."""

_Words = Annotated[str, Field(min_length=1, max_length=500)]


class Given(Frozen):
    """What a client sends."""

    @model_validator(mode="after")
    def _of_characters(self) -> Self:
        # JSON can spell half a surrogate pair, which can neither be stored nor sent back.
        try:
            self.model_dump_json()
        except PydanticSerializationError:
            raise ValueError("a lone surrogate (\\ud800 to \\udfff) is no character") from None
        return self


class Question(Given):
    """A question, and what narrows the articles that may answer it.

    ``as_of`` leaves out later articles, and undated ones. ``history`` are the turns before it, the
    oldest first, for a follow-up such as "And in 2025?".
    """

    question: AskedText
    filters: Filters = NO_FILTERS
    as_of: Day | None = None
    history: Annotated[tuple[Turn, ...], Field(max_length=100)] = ()


class Metadata(Given):
    """What is known of an article; it wins over what the page says of itself."""

    url: Url | None = None
    title: _Words | None = None
    publisher: _Words | None = None
    author: _Words | None = None
    published: Day | None = None
    updated: Day | None = None
    fetched: Fetched | None = None


def _needs_one_of(*names: str) -> dict[str, Any]:
    """What the validators below check, as JSON schema says it."""
    given = {n: {"required": [n], "properties": {n: {"type": "string"}}} for n in names}
    return {
        "anyOf": [given[name] for name in names],
        "not": {"allOf": [given["text"], given["html"]]},
    }


class Page(Metadata):
    """A page as text or HTML."""

    text: _Text | None = None
    html: _Text | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.text is not None and self.html is not None:
            raise ValueError("text and html are two forms of one page; give one of them")
        return self


class NewArticle(Page):
    """A page as text or HTML, or only its URL, from which it is fetched where that is allowed.

    One whose text or URL is stored already is compared with what is there.
    """

    model_config = ConfigDict(json_schema_extra=_needs_one_of("text", "html", "url"))

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if self.text is None and self.html is None and self.url is None:
            raise ValueError("a page is missing: give text, html or url")
        return self


class Replacement(Page):
    """A page as text or HTML. What was known of the older one is forgotten."""

    model_config = ConfigDict(json_schema_extra=_needs_one_of("text", "html"))

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if self.text is None and self.html is None:
            raise ValueError("a page is missing: give text or html")
        return self


class Stored(Frozen):
    """An article that was given, as it is stored now."""

    id: str
    title: str
    passages: int


class Articles(Frozen):
    """A page of the list, the newest first. ``next_offset`` is None on the last one."""

    articles: tuple[Listed, ...]
    next_offset: int | None


class Sent(Frozen):
    """One source of a command: what a file holds, or a text, and what is known of it.

    ``file`` is the path that the command read it from: a label, never opened by who gets it.
    As JSON, ``content`` is base64. The rest is as in ``rag.sources.Source``.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    label: str
    file: str | None
    content: bytes | None = None
    text: str | None = None
    media_type: str | None = None
    base: str | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    fetched: Fetched | None = None


class Batch(Frozen):
    """Sources that a command sends at once."""

    sources: tuple[Sent, ...]


class Hello(Frozen):
    """What a running service says of itself; ``proof`` shows that it wrote the note."""

    proof: str
    version: str
    embedder: str


class Gone(Frozen):
    """An article that was deleted."""

    id: str
    title: str


def proof(token: str, nonce: str) -> str:
    """What only who knows the token can answer to a nonce, and what does not give it away."""
    return hmac.new(token.encode(), nonce.encode(), "sha256").hexdigest()
