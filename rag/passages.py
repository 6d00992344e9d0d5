"""Article -> Passages: at most 200 embedder tokens each, cut only at sentence ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rag.sentences import Span, sentences
from rag.types import Article, Citation, Evidence, Kind, Label, Passage

SPLITTER = "sentences-200-1"
"""Name and version of the way of splitting; stored with the index."""

LIMIT = 200
"""Most embedder tokens a passage may have, its prefix not counted."""

_PREFIX_TITLE = 160
_WORD = re.compile(r"\S{1,60}\s*")

Count = Callable[[str], int]


@dataclass(frozen=True)
class _Unit:
    """A sentence or a heading."""

    start: int
    end: int
    heading: bool = False


def split(article: Article, *, count: Count) -> list[Passage]:
    """Split an article into passages, body first, then its teasers.

    ``count`` gives the embedder tokens of a text. A passage is one run of the stored text
    (``text == article.text[start:end]``), never crosses furniture or a teaser, and a subheading
    begins a new one unless the one before is short. When a paragraph is cut, the last sentence of
    one passage is also the first of the next. One sentence over the limit is cut between words.
    """
    runs: list[tuple[Kind, list[_Unit]]] = [("body", run) for run in _body_runs(article)]
    runs += [("teaser", _units(article.text, t.start, t.end)) for t in article.teasers]
    spans = [(kind, span) for kind, run in runs for span in _pack(article.text, run, count)]
    return [
        Passage(
            article_id=article.id,
            ordinal=ordinal,
            kind=kind,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for ordinal, (kind, (start, end)) in enumerate(spans)
    ]


def quotable(article: Article, passage: Passage) -> list[Span]:
    """Offsets of the sentences of a passage that may be quoted: headings are left out."""
    if passage.kind == "teaser":
        return [(unit.start, unit.end) for unit in _units(article.text, passage.start, passage.end)]
    start, end = passage.start, passage.end
    inside = [line for line in article.lines if line.start < end and line.end > start]
    found: list[Span] = []
    for label, group in groupby(inside, key=lambda line: line.label):
        if label is Label.BODY:
            lines = list(group)
            begin, stop = max(lines[0].start, start), min(lines[-1].end, end)
            found += [(unit.start, unit.end) for unit in _units(article.text, begin, stop)]
    return found


def cite(
    n: int, evidence: Evidence, start: int, end: int, *, highlight: tuple[int, int] | None = None
) -> Citation:
    """The citation of ``article.text[start:end]``."""
    article = evidence.article
    return Citation(
        n=n,
        quote=article.text[start:end],
        article_id=article.id,
        title=article.title,
        start=start,
        end=end,
        kind=evidence.passage.kind,
        url=article.url,
        publisher=article.publisher,
        published=article.published,
        highlight=highlight,
    )


def embedding_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: title, publisher and date before its text.

    A teaser belongs to another story, so the host's title is left out there.
    """
    title = article.title[:_PREFIX_TITLE] if passage.kind == "body" else ""
    published = article.published.isoformat() if article.published else ""
    prefix = " | ".join(part for part in (title, article.publisher, published) if part)
    return f"{prefix}\n{passage.text}" if prefix else passage.text


def _units(text: str, start: int, end: int) -> list[_Unit]:
    return [_Unit(start + left, start + right) for left, right in sentences(text[start:end])]


def _body_runs(article: Article) -> Iterator[list[_Unit]]:
    """Sentences and headings of the body, in runs that no line of another kind interrupts.

    Neighbouring body lines are split together, so that a hard-wrapped sentence stays whole.
    """
    run: list[_Unit] = []
    for label, group in groupby(article.lines, key=lambda line: line.label):
        lines = list(group)
        if label is Label.BODY:
            run += _units(article.text, lines[0].start, lines[-1].end)
        elif label is Label.HEADING:
            run += [_Unit(line.start, line.end, heading=True) for line in lines]
        elif run:
            yield run
            run = []
    if run:
        yield run


def _pack(text: str, run: list[_Unit], count: Count) -> Iterator[Span]:
    """Group units into spans of at most LIMIT tokens."""
    pieces = [piece for unit in run for piece in _fit(text, unit, count)]
    sizes = [count(text[piece.start : piece.end]) for piece in pieces]
    begin = total = 0
    for at, size in enumerate(sizes):
        full = total + size > LIMIT
        new_section = pieces[at].heading and not pieces[at - 1].heading and total >= LIMIT // 2
        if at > begin and (full or new_section):
            yield pieces[begin].start, pieces[at - 1].end
            begin, total = at, 0
            if full and _overlaps(text, pieces[at - 2 : at + 1], sizes[at - 1] + size):
                begin, total = at - 1, sizes[at - 1]
        total += size
    if pieces:
        yield pieces[begin].start, pieces[-1].end


def _overlaps(text: str, pieces: list[_Unit], size: int) -> bool:
    """Whether the middle one of three pieces goes into both passages: one paragraph, it fits."""
    if len(pieces) < 3 or size > LIMIT or pieces[1].heading:
        return False
    return "\n" not in text[pieces[0].end : pieces[2].start]


def _fit(text: str, unit: _Unit, count: Count) -> Iterator[_Unit]:
    """A unit as it is, or cut between words where it alone is over the limit."""
    if count(text[unit.start : unit.end]) <= LIMIT:
        yield unit
        return
    begin = at = unit.start
    total = 0
    for word in _WORD.finditer(text, unit.start, unit.end):
        size = count(word.group())
        if at > begin and total + size > LIMIT:
            yield _Unit(begin, begin + len(text[begin:at].rstrip()))
            begin, total = word.start(), 0
        at = word.end()
        total += size
    yield _Unit(begin, begin + len(text[begin:at].rstrip()))
