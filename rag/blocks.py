"""The lines of a page joined into blocks (a paragraph, a heading, a list item), and their looks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from rag import byline, furniture
from rag.types import Label

TEXT = (Label.BODY, Label.HEADING)


class Kind(Enum):
    """How a block reads, whatever stands around it."""

    PROSE = "prose"
    SENTENCE = "sentence"
    TRUNCATED = "truncated"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Row:
    """A non-blank line without the space around it; ``gap`` is whether a blank one is above."""

    start: int
    end: int
    gap: bool


@dataclass(slots=True)
class Block:
    """Rows ``first`` to ``last`` read as one text. ``label`` is None until a step decides."""

    first: int
    last: int
    text: str
    words: int
    kind: Kind
    shape: str
    gap: bool
    label: Label | None = None
    reason: str = ""

    def set(self, label: Label, reason: str) -> None:
        """Decide what the block is."""
        self.label, self.reason = label, reason


_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]")
_CLOSING = "\"'”’»)]*_`」』）】›"
_STOPS = (".", "!", "?", "。", "！", "？", "।", "؟", ".[1]")
_FOOTNOTE = re.compile(r"(?:\[\d{1,3}\])+$")
_LIST = re.compile(r"(?:[-*+•‣▪◦●·–—]|\(?\d{1,3}[.)]|[a-z]\))\s+\S")
_HEADING = re.compile(r"#{1,6}\s+\S")
_IMAGE = re.compile(r"(?:\[\s*)?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?$")
_LOWER = re.compile(r"[a-zà-öø-ÿ]")
_STEM = re.compile(r"[^\W_]{4,}|[A-Z]{2,3}\b|\d[\d.,]*\d|[\u3400-\u9fff]{2}")
_COMMON_WORDS = (
    "about after again against also among another around because been before being below "
    "between both could does doing down during each even every first from have having here "
    "http https into just last like made make many more most much must never next only other "
    "over said same says should since some still such than that their them then there these "
    "they this those through today under until upon very week well were what when where which "
    "while whose will with within without would year years your news story"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def rows(text: str, start: int = 0) -> list[Row]:
    """The non-blank lines of ``text[start:]`` with offsets into ``text``."""
    found: list[Row] = []
    at, gap = start, False
    for line in text[start:].split("\n"):
        bare = line.strip()
        if bare:
            left = at + len(line) - len(line.lstrip())
            found.append(Row(left, left + len(bare), gap))
        gap = not bare
        at += len(line) + 1
    return found


def count_words(text: str) -> int:
    """Words of a text; two characters of a script without spaces count as one word."""
    if text.isascii():
        return len(text.split())
    wide = len(_CJK.findall(text))
    return len(text.split()) + wide // 2


def _ending(text: str) -> str:
    tail = _FOOTNOTE.sub("", text[-40:])
    return tail.rstrip(_CLOSING + " ")


def closed(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _ending(text).endswith(_STOPS)


def cut_off(text: str) -> bool:
    """Whether a text ends in an ellipsis, as a shortened teaser does."""
    tail = text[-16:].rstrip(" ")
    return tail.rstrip("\"'”’»)]").endswith(("...", "…", ". . ."))


def kind_of(text: str, words: int) -> Kind:
    """Prose is a sentence of 8 words or more, or any text of 25; the rest by how it ends."""
    if cut_off(text):
        return Kind.PROSE if words > 60 else Kind.TRUNCATED
    if words >= 25 or (words >= 8 and closed(text)):
        return Kind.PROSE
    if closed(text) and words >= 2:
        return Kind.SENTENCE
    return Kind.SHORT


def shape_of(raw: str) -> str:
    """What the marks of a line say it is: list, heading, quote, table, image, or nothing."""
    if _LIST.match(raw):
        return "list"
    if _HEADING.match(raw):
        return "heading"
    if raw.startswith("> ") or raw == ">":
        return "quote"
    if "\t" in raw or (raw.startswith("|") and raw.count("|") >= 3):
        return "table"
    return "image" if raw[0] in "![" and _IMAGE.match(raw) else ""


def blocks(text: str, lines: Sequence[Row]) -> list[Block]:
    """Group rows into blocks: one row each, but a hard-wrapped paragraph as a whole."""
    width = _wrap_width(text, lines)
    groups: list[list[int]] = []
    for n, row in enumerate(lines):
        joins = n > 0 and not row.gap and _wraps(text, lines[n - 1], row, width)
        if joins:
            groups[-1].append(n)
        else:
            groups.append([n])
    return [_block(text, lines, group) for group in groups]


def _block(text: str, lines: Sequence[Row], group: list[int]) -> Block:
    whole = " ".join(text[lines[n].start : lines[n].end] for n in group)
    words = count_words(whole)
    head = lines[group[0]]
    shape = shape_of(whole)
    return Block(group[0], group[-1], whole, words, kind_of(whole, words), shape, head.gap)


def _wrap_width(text: str, lines: Sequence[Row]) -> int:
    """The column at which the page is hard-wrapped, or 0 when it is not."""
    pairs = [(a, b) for a, b in pairwise(lines) if not b.gap]
    long = [(a, b) for a, b in pairs if a.end - a.start >= 40]
    if len(long) < 3:
        return 0
    width = max(a.end - a.start for a, _ in long)
    if width > 110:
        return 0
    filled = [(a, b) for a, b in long if _full(text, a, b, width)]
    open_ended = sum(not closed(text[a.start : a.end]) for a, _ in long)
    # Menus and headlines of one length, too, are full lines, but each begins anew.
    going_on = sum(not text[b.start].isupper() for _, b in filled)
    wrapped = len(filled) >= 0.6 * len(long) and going_on >= 0.3 * len(filled)
    return width if wrapped and open_ended >= 0.5 * len(long) else 0


def _full(text: str, above: Row, below: Row, width: int) -> bool:
    """Whether the first word of the next line would not have fitted on this one."""
    word = text[below.start : min(below.end, below.start + 60)].split(" ", 1)[0]
    return above.end - above.start + 1 + len(word) > width - 8


def _wraps(text: str, above: Row, below: Row, width: int) -> bool:
    size = above.end - above.start
    if size < 40 or size > 120 or shape_of(text[below.start : below.end]):
        return False
    if _HEADING.match(text[above.start : above.end]):
        return False
    if width and _full(text, above, below, width):
        return True
    ended = closed(text[above.start : above.end])
    if ended or not _LOWER.match(text[below.start]):
        return False
    line = text[below.start : below.end]
    words = count_words(line)
    return not (furniture.reason(line, words=words) or byline.dateline(line, words=words))


def stems(text: str) -> set[str]:
    """Content words of a text, cut to six letters, from its first 4,000 characters."""
    found = (word.casefold() for word in _STEM.findall(text[:4000]))
    return {word[:6] for word in found if word not in _COMMON}


def overlap(text: str, known: Iterable[str] | set[str]) -> float:
    """Share of the content words of a text that are among the known ones; 0 for none."""
    mine = stems(text)
    return len(mine & set(known)) / len(mine) if mine else 0.0


def is_prose(block: Block) -> bool:
    """Whether a block is prose that no step has decided on yet."""
    return block.kind is Kind.PROSE and block.label is None


def free(block: Block) -> bool:
    """Whether a block is a short line that was taken for text."""
    return block.label in TEXT and block.kind is Kind.SHORT and not block.shape


def furnished(page: Iterable[Block]) -> bool:
    """Whether any block of a page is known to be no part of an article."""
    return any(block.label in (Label.FURNITURE, Label.RUBRIC) for block in page)


@dataclass
class Grouped:
    """Lines of one teaser, by block number, under its rubric."""

    rubric: str | None
    blocks: list[int] = field(default_factory=list)
    summary: bool = False


@dataclass
class Layout:
    """The page as far as the steps have read it. Numbers are block numbers."""

    blocks: list[Block]
    title: int | None = None
    sure: bool = False
    anchor: int = 0
    stop: int = 0
    ended: bool = False
    teasers: list[Grouped] = field(default_factory=list)
    pointers: list[int] = field(default_factory=list)
