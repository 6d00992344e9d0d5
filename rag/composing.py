"""One answer made of the answers to the parts of a question, all of them quoted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.belonging import belongs, is_sure
from rag.comparatives import Measure
from rag.comparison import Comparison, compare, marked
from rag.question import Question
from rag.question import read as read_question
from rag.reader import Reader, Reading, not_found
from rag.several import Part, Several, Wants
from rag.types import Citation, Evidence, Status

_BEFORE = 300
"""Characters before a quote that tell what it is about."""


@dataclass(frozen=True)
class Composed:
    """The answer, and what in it was worked out from two of its quotes."""

    reading: Reading
    compared: Comparison | None = None


def read(
    reader: Reader, question: Question, several: Several, evidence: Sequence[Sequence[Evidence]]
) -> Composed:
    """Answer each part from its own evidence and put the answers together.

    ``evidence`` is that for the whole question, and then for each part. Where two names joined by
    "and" get one and the same answer they may be one name, and the question is read as a whole.
    """
    whole, *each = evidence
    readings = [
        reader.read(read_question(part.question), found)
        for part, found in zip(several.parts, each, strict=True)
    ]
    places = {_place(reading.citations[0]) for reading in readings if reading.citations}
    if several.named and len(places) == 1 and all(reading.citations for reading in readings):
        return Composed(reader.read(question, whole))
    return compose(several, readings, each)


def compose(
    several: Several, readings: Sequence[Reading], evidence: Sequence[Sequence[Evidence]]
) -> Composed:
    """The answers to the parts, one behind the other, and what follows from them for certain."""
    parts = several.parts
    readings = [
        _own(part, reading, parts, found)
        for part, reading, found in zip(parts, readings, evidence, strict=True)
    ]
    missing = [
        (part, reading)
        for part, reading in zip(parts, readings, strict=True)
        if not reading.citations
    ]
    reason = _reason(missing) if missing else None
    if len(missing) == len(parts):
        return Composed(not_found(reason or ""))
    numbered, citations = _numbered(readings)
    lines = [_line(part, reading) for part, reading in zip(parts, numbered, strict=True)]
    conflicting = any(reading.status == "conflicting" for reading in readings)
    status: Status = "conflicting" if conflicting else "partial" if missing else "answered"
    reading = Reading(
        status,
        " ".join(lines),
        None,
        citations,
        reason,
        confidence=_lowest(readings),
    )
    if status != "answered" or several.wants is Wants.EACH or len(parts) != 2:
        return Composed(reading)
    return _with_verdict(several, numbered, reading, evidence)


def _lowest(readings: Sequence[Reading]) -> float | None:
    """The confidence of the part that is least likely answered, among those that were found."""
    found = [one.confidence for one in readings if one.citations and one.confidence is not None]
    return min(found, default=None)


def _place(citation: Citation) -> tuple[str, int, int, tuple[int, int] | None]:
    return citation.article_id, citation.start, citation.end, citation.highlight


def _own(
    part: Part, reading: Reading, parts: Sequence[Part], evidence: Sequence[Evidence]
) -> Reading:
    """The answer, without the quotes that are said of another of the things asked about."""
    if not reading.citations or part.thing is None:
        return reading
    others = [other.thing for other in parts if other.thing and other is not part]
    kept = tuple(
        each
        for each in reading.citations
        if belongs(each, part.thing, others, near=_near(each, evidence)) is not False
    )
    if not kept:
        return not_found(f"What was found is not said of {part.thing}.")
    # Articles on two quarters do not differ.
    settled = reading.status == "conflicting" and len(kept) == 1
    return replace(reading, status="answered" if settled else reading.status, citations=kept)


def _near(citation: Citation, evidence: Sequence[Evidence]) -> str:
    """The text of the article just before a quote."""
    start = citation.start
    article = next((e.article for e in evidence if e.article.id == citation.article_id), None)
    return "" if article is None else article.text[max(0, start - _BEFORE) : start]


def _numbered(readings: Sequence[Reading]) -> tuple[list[Reading], tuple[Citation, ...]]:
    """The answers with their quotes numbered through, the same quote once."""
    kept: dict[tuple[str, int, int, tuple[int, int] | None], Citation] = {}
    numbered: list[Reading] = []
    for reading in readings:
        mine = []
        for citation in reading.citations:
            fresh = citation.model_copy(update={"n": len(kept) + 1})
            mine.append(kept.setdefault(_place(citation), fresh))
        numbered.append(replace(reading, citations=tuple(mine)))
    return numbered, tuple(kept.values())


def _line(part: Part, reading: Reading) -> str:
    if not reading.citations:
        return f"{_label(part)}: not in the articles."
    said = ", ".join(_said(citation) for citation in reading.citations)
    differ = "the articles differ: " if reading.status == "conflicting" else ""
    return f"{_label(part)}: {differ}{said}."


def _label(part: Part) -> str:
    return f"{part.label[:1].upper()}{part.label[1:]}"


def _said(citation: Citation) -> str:
    origin = "from a teaser of another story, " if citation.kind == "teaser" else ""
    if citation.highlight is None:
        return f"{origin}“{citation.quote}” [{citation.n}]"
    left, right = (at - citation.start for at in citation.highlight)
    return f"{origin}{citation.quote[left:right]} [{citation.n}]"


def _reason(missing: Sequence[tuple[Part, Reading]]) -> str:
    """What is missing, and why, in one line."""
    labels = "; ".join(part.label for part, _ in missing)
    why = dict.fromkeys(reading.reason for _, reading in missing if reading.reason)
    return " ".join([f"Not found: {labels}.", *why])


def _with_verdict(
    several: Several,
    readings: Sequence[Reading],
    reading: Reading,
    evidence: Sequence[Sequence[Evidence]],
) -> Composed:
    """The answer with what follows from its two values, when that is certain."""
    first, second = several.parts
    one, other = (each.citations[0] for each in readings)
    if not _are_sure(several, (one, other), evidence):
        return Composed(reading)
    found = compare(one, other, (first.label, second.label))
    if found is None or not _fits(several, one):
        return Composed(reading)
    text, short = _verdict(several, found, dated=bool(marked(one)[0].when))
    return Composed(replace(reading, text=f"{reading.text} {text}", short=short), found)


def _are_sure(
    several: Several, cited: Sequence[Citation], found: Sequence[Sequence[Evidence]]
) -> bool:
    """Whether each of the two values is for certain that of its own thing."""
    first, second = several.parts
    return all(
        is_sure(
            citation,
            part.thing or part.label,
            other.thing or other.label,
            near=_near(citation, evidence),
            question=part.question,
        )
        for citation, evidence, part, other in zip(
            cited, found, (first, second), (second, first), strict=True
        )
    )


def _fits(several: Several, citation: Citation) -> bool:
    """Whether the values are of the kind that is compared: dates for "first", none for "more"."""
    dated = any(value.when for value in marked(citation))
    return several.by is Measure.AGE or dated == (several.by is Measure.DATE)


def _verdict(several: Several, found: Comparison, *, dated: bool) -> tuple[str, str | None]:
    """What is said of the two values, and the short answer."""
    if found.order == 0:
        return ("Both are on the same day." if dated else "The two are equal."), None
    less, more, lesser = several.less, "higher", "lower"
    if dated:
        more, lesser = "later", "earlier"
        if several.by is Measure.AGE:
            # The older one has the earlier date.
            less, more, lesser = not less, "younger", "older"
    elif several.by is Measure.AGE:
        more, lesser = "older", "younger"
    at = (0 if found.order > 0 else 1) if not less else (1 if found.order > 0 else 0)
    part = several.parts[at]
    by = f", by {found.difference}" if found.difference else ""
    text = f"{_label(part)} is {lesser if less else more}{by}."
    if several.wants is Wants.DIFFERENCE:
        return text, found.difference
    if several.wants is Wants.MORE_BY:
        return text, found.difference if at == 0 else None
    return text, part.label
