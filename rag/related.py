"""Blocks of other stories on a page: where they end, and which lines make one teaser."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag import furniture
from rag.blocks import Block, Kind, overlap
from rag.types import Label

_CONTINUES = re.compile(
    r"[\"“„«'‘]|(?:he|she|they|it|its|his|her|their|but|however|meanwhile|still|yet|and|this|these"
    r"|that|those|also|both|such|in addition|according to|asked|the (?:company|minister|group|bank"
    r"|firm|government|report|plan|move|deal|agency|court|study|two|move|decision))\b",
    re.IGNORECASE,
)
_FOLLOW = re.compile(r"(?:follow|like|join|find) [A-Z@][^.!?]{2,40}$", re.IGNORECASE)
_RUBRIC_WORDS = 3


@dataclass
class Grouped:
    """Lines of one teaser, by block number, under its rubric."""

    rubric: str | None
    blocks: list[int] = field(default_factory=list)
    summary: bool = False


def resumes(
    page: Sequence[Block], at: int, *, stop: int, strong: bool, known: set[str], ended: bool
) -> bool:
    """Whether the article goes on at block ``at``, inside a block of other stories.

    ``known`` are the content words of the article so far; ``ended`` is whether the page says
    itself where the article ends, later on. When the evidence is even the article goes on.
    """
    block = page[at]
    if block.kind is Kind.SENTENCE and not block.text.endswith(("?", "!")) and at + 1 < stop:
        at, block = at + 1, page[at + 1]
    if block.kind is not Kind.PROSE or block.label is not None:
        return False
    ahead = [b for b in page[at + 1 : min(stop, at + 7)] if b.label is None]
    before = page[at - 1]
    score = 0 if strong else 1
    score += 3 if ended and at < stop else 0
    score += _followed(ahead)
    score += 1 if block.words >= 45 else 0
    share = overlap(block.text, known)
    score += 2 if share >= 0.3 else 1 if share >= 0.18 else -1 if share < 0.08 else 0
    score += 1 if _CONTINUES.match(block.text) else 0
    headed = before.kind is Kind.SHORT and furniture.related(before.text) is None
    if headed and ahead and ahead[0].kind is not Kind.PROSE:
        score -= 1 if share >= 0.3 and not strong else 2
    if strong and not any(b.kind is Kind.PROSE for b in ahead):
        score -= 2
    return score >= (3 if strong else 2)


def _followed(ahead: Sequence[Block]) -> int:
    """Two for a paragraph right below, one more for a second."""
    run = 0
    for block in ahead[:2]:
        if block.kind is not Kind.PROSE:
            break
        run += 1
    return (0, 2, 3)[run]


def rubric(page: Sequence[Block], at: int, stop: int) -> bool:
    """Whether a line names the section of the teaser below it: `World News`."""
    block = page[at]
    if block.words > _RUBRIC_WORDS or block.kind is not Kind.SHORT or block.shape == "list":
        return False
    if at + 1 >= stop or page[at + 1].label is not None:
        return False
    summary = at + 2 < stop and page[at + 2].label is None and page[at + 2].kind is not Kind.SHORT
    if page[at + 1].words <= _RUBRIC_WORDS and not summary:
        return False
    words = block.text.split()
    return len(words) < _RUBRIC_WORDS or block.text.isupper() or all(w[0].isupper() for w in words)


def label_stories(page: Sequence[Block], first: int, stop: int) -> list[Grouped]:
    """Label the blocks of other stories in ``page[first:stop]`` and group them into teasers."""
    made: list[Grouped] = []
    name: str | None = None
    lasting = False
    for at in range(first, stop):
        block = page[at]
        if block.label is Label.FURNITURE and furniture.related(block.text) is None:
            continue
        if _FOLLOW.match(block.text):
            block.set(Label.FURNITURE, "sharing")
            continue
        opens = furniture.related(block.text) is not None
        if opens or rubric(page, at, stop):
            block.set(Label.RUBRIC, "rubric of another story")
            name, lasting = block.text, opens
            made.append(Grouped(name))
        else:
            _add(made, block, at, name if lasting else None)
    return [group for group in made if group.blocks]


def _add(made: list[Grouped], block: Block, at: int, rubric_: str | None) -> None:
    """Put one line into the teaser it belongs to."""
    dated = block.label is Label.DATELINE
    headline = block.kind is Kind.SHORT and not dated
    current = made[-1] if made else None
    if current is None or (
        current.blocks and not dated and (headline or current.summary or block.shape == "list")
    ):
        current = Grouped(rubric_)
        made.append(current)
    current.blocks.append(at)
    current.summary |= not headline and not dated
    why = "date or by-line of" if dated else "headline of" if headline else "text of"
    block.set(Label.TEASER, f"{why} another story on the page")
