"""The words of the design as types. Frozen pydantic where data crosses a boundary.

Every offset is a pair of Python string indices into ``Article.text``, end exclusive.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from rag.address import PATTERN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Frozen(BaseModel):
    """Base of everything that leaves the process: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _in_utc(moment: datetime) -> datetime:
    if not 1990 <= moment.year <= 2200:
        raise ValueError("no page was fetched then")
    return moment.astimezone(UTC)


def _written(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.match(value)):
        raise ValueError("it is no date of the form 2026-05-04")
    return value


def _only_a_day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("it is no date of the form 2026-05-04")
    return _written(value)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Day = Annotated[date, BeforeValidator(_only_a_day)]
"""A date as it is given: pydantic alone would take 0, and "0", for the first of January 1970."""

Fetched = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""When a page was fetched, in UTC."""

Url = Annotated[str, Field(max_length=2_000, pattern=PATTERN)]
"""An address as it is given."""


class Label(StrEnum):
    """What one line of a page is."""

    TITLE = "title"
    BODY = "body"
    HEADING = "heading"
    DATELINE = "dateline"
    TEASER = "teaser"
    RUBRIC = "rubric"
    FURNITURE = "furniture"


class Line(Frozen):
    """A non-blank line of the page with its label and why it has it."""

    start: int
    end: int
    label: Label
    reason: str


class Teaser(Frozen):
    """A teaser of another story that stands on the page. Never the host article's text."""

    start: int
    end: int
    rubric: str | None = None


class Article(Frozen):
    """One page as stored: its text, what each line of it is, and what it says of itself.

    ``source`` is where it came from (a file's absolute path, or None); ``url`` is what the page or
    the caller gave. ``published`` and ``updated`` are None unless the page or the caller says so;
    ``fetched`` is when it was fetched from its address, in UTC.
    """

    id: str
    title: str
    text: str
    lines: tuple[Line, ...]
    teasers: tuple[Teaser, ...] = ()
    url: str | None = None
    source: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    fetched: datetime | None = None
    content_hash: str


Kind = Literal["body", "teaser"]


@dataclass(frozen=True)
class Passage:
    """A run of whole sentences of one article that is searched as one piece.

    ``text == article.text[start:end]``. ``id`` is 0 until the library has stored it; stored ids
    are never used again.
    """

    article_id: str
    ordinal: int
    kind: Kind
    start: int
    end: int
    text: str
    id: int = 0


@dataclass(frozen=True, eq=False)
class PassageVector:
    """A stored passage as the search index takes it: its vector, and what filters need."""

    passage_id: int
    article_id: str
    kind: Kind
    vector: "NDArray[np.float32]"
    publisher: str | None = None
    published: date | None = None


@dataclass(frozen=True)
class Evidence:
    """A passage with its article and its scores for one question.

    ``dense`` is the cosine similarity (None when only keywords found it), ``keyword`` the BM25
    score (higher is better, None when only vectors found it), ``score`` the fused one, seldom
    under 0 or over 1.7 (see ``rag.retrieve``).
    ``copies`` are other articles that print the same passage or a part of it (see ``rag.copies``);
    ``score`` is then the best among them all.
    """

    passage: Passage
    article: Article
    score: float
    dense: float | None = None
    keyword: float | None = None
    copies: tuple[Article, ...] = ()

    @property
    def titles(self) -> str:
        """The headlines that the passage stands under, a line each."""
        return "\n".join(dict.fromkeys(each.title for each in (self.article, *self.copies)))


class Filters(Frozen):
    """Narrows a search. Undated articles never match when ``since`` or ``until`` is given.

    ``publisher`` is compared without regard to case; both dates are inclusive.
    """

    articles: tuple[str, ...] = ()
    publisher: str | None = None
    since: Day | None = None
    until: Day | None = None


NO_FILTERS = Filters()


class ArticleRef(Frozen):
    """An article as named to a reader."""

    id: str
    title: str
    url: str | None = None
    publisher: str | None = None
    published: date | None = None


class Citation(Frozen):
    """A verbatim quote: ``quote == article.text[start:end]``, always.

    ``highlight`` are the offsets of the short answer, inside start..end. ``also`` are the other
    articles found that print it, the earliest first. What is promised of them is a little less:
    each has the same sentence with the same figures, dates and names, but white space, quotation
    marks, a dateline and up to three words may differ. They are copies, not further sources.
    """

    n: int
    quote: str
    article_id: str
    title: str
    start: int
    end: int
    kind: Kind = "body"
    url: str | None = None
    publisher: str | None = None
    published: date | None = None
    highlight: tuple[int, int] | None = None
    also: tuple[ArticleRef, ...] = ()


Status = Literal[
    "answered", "partial", "conflicting", "not_found", "refused", "filtered", "truncated"
]


class Usage(Frozen):
    """What a model server says it used, over all calls for one answer.

    ``cost`` is in the server's own currency (credits or dollars), None when it names none.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


class Turn(Frozen):
    """One turn of the conversation before a question."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=100_000)


class Unsupported(Frozen):
    """A part of a model's answer that the articles do not bear out, and why it was taken out."""

    part: str
    why: str


class Answer(Frozen):
    """What was asked, what the articles say, and where they say it.

    ``text`` carries [n] markers that name ``citations``. ``short`` is the phrase that answers,
    when one fits the question. ``confidence`` is how likely the quotes answer it, 0 to 1, held to
    what was right by ``evals.bench.reader``; of a question in several parts it is that of the part
    that is least likely answered, among those found. None when nothing was found or a model wrote
    the answer. ``reason`` and ``nearest`` are set when the answer was not found.
    ``condensed`` is the stand-alone question that was answered, when the one asked leant on the
    conversation before it. ``as_of`` is the newest date among the cited articles and those named
    beside them; when none is cited, that of the newest article that was searched. ``prompt`` is the
    id and hash of the prompt, None when no model is set. ``timings`` are seconds by step.
    """

    question: str
    condensed: str | None = None
    status: Status
    text: str
    short: str | None = None
    confidence: float | None = None
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    nearest: tuple[ArticleRef, ...] = ()
    as_of: date | None = None
    unsupported: tuple[Unsupported, ...] = ()
    model: str
    prompt: str | None = None
    usage: Usage | None = None
    timings: dict[str, float] = {}
    trace_id: str
    asked_at: datetime


@dataclass(frozen=True)
class Retrieved:
    """The first event of an answer: the question as it was searched for, and what was found.

    ``evidence`` are the passages that will be read, in the order of their numbers.
    """

    question: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Token:
    """A piece of the draft as it is written, not checked yet: ``Done`` has what holds."""

    text: str


@dataclass(frozen=True)
class Done:
    """The last event: the checked answer."""

    answer: Answer
