"""Finds the headline of a page and the first paragraph below it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from rag import byline, looks, openers
from rag.blocks import Block, Kind, closed, is_prose, overlap, stems
from rag.types import Label

_SIGNED_WITHIN = 8
_LEAD = 40  # blocks above the first paragraph among which the headline is looked for
# `Reviews / Smart home`, an entry of a live blog, and what a caption with its credit holds.
_PATH = re.compile(r"[^/>›»·|]{2,30}(?: +[/>›»·|] +[^/>›»·|]{2,30})+")
_ENTRY = re.compile(r"\d\d?[:.]\d\d(?: ?[ap]\.?m\b\.?)?(?: [A-Z]{2,4})?[ –—-]+\w.*")
_CAPTION = re.compile(
    r"\b(?:photo(?:graph)?s?|image|picture|illustration|foto|bild)(?: credit)?(?:[:/]| by [A-Z])"
    r"|/File Photo|/Getty",
    re.IGNORECASE,
)
SUMMARY = re.compile(
    r"(?:key (?:points|takeaways|facts|findings)|takeaways|summary|at a glance|in brief|highlights"
    r"|the (?:gist|essentials)|tl;?dr|in short|auf einen blick|l'essentiel|en resumen)\W*$",
    re.IGNORECASE,
)

# What the parts of a recipe, a review or a release are called.
PART = re.compile(
    r"(?:the )?(?:ingredients?|method|directions|instructions|preparation|nutrition(?: facts)?"
    r"|equipment|notes|tips|pros|cons|verdict|our verdict|specs|specifications|background|overview"
    r"|introduction|abstract|methods|results|conclusions?|facts|zutaten|zubereitung|ingrédients"
    r"|préparation|ingredientes|elaboración|preparación)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """Block numbers of headline and first paragraph; ``sure`` when the headline was named."""

    title: int | None
    sure: bool
    anchor: int


def find(blocks: Sequence[Block], titles: Sequence[str]) -> Found:
    """Find the headline, label it wherever it stands, and find the first paragraph below it.

    ``titles`` are headlines that the caller or the page itself names.
    """
    named = [n for n, b in enumerate(blocks) if any(_same(b.text, t) for t in titles)]
    anchor = _first_paragraph(blocks, 0)
    title: int | None
    if named:
        above = [n for n in named if anchor is None or n <= anchor] or named[:1]
        title = above[-1]
        anchor = _first_paragraph(blocks, title + 1)
    else:
        title = _only_headline(blocks) if anchor is None else _best_headline(blocks, anchor)
    _label(blocks, title, anchor, named)
    return Found(title, bool(named), len(blocks) if anchor is None else anchor)


def _label(
    blocks: Sequence[Block], title: int | None, anchor: int | None, named: Sequence[int]
) -> None:
    """Label the headline, and the lines that only say it again."""
    for n in named:
        blocks[n].set(Label.TITLE, "headline again")
    if title is None:
        return
    for block in blocks[:anchor]:
        if _same(block.text, blocks[title].text.lstrip("# ")):
            block.set(Label.TITLE, "headline again")
    blocks[title].set(Label.TITLE, "headline")


def _first_paragraph(blocks: Sequence[Block], start: int) -> int | None:
    """The first paragraph that others stand near to; a lone one only when there is no such."""
    prose = [n for n in range(start, len(blocks)) if is_prose(blocks[n])]
    for n, after in pairwise(prose):
        if _over_byline(blocks, n):
            continue
        if after - n <= 5 or blocks[n].words >= 60:
            return n
    return max(prose, key=lambda n: blocks[n].words, default=None)


def _over_byline(blocks: Sequence[Block], n: int) -> bool:
    """Whether a sentence stands over the first by-line or date, as headline or standfirst do.

    So does the caption of a picture over the headline. Buttons and credits may stand between.
    """
    below = (b for b in blocks[n + 1 : n + 12] if b.label is not Label.FURNITURE)
    near = list(islice(below, 2))
    if blocks[n].words > 40 or all(b.label is not Label.DATELINE for b in near):
        return False
    return all(b.label is not Label.DATELINE for b in blocks[:n])


def _same(a: str, b: str) -> bool:
    return a.lstrip("# ").casefold().strip() == b.casefold().strip()


def _only_headline(blocks: Sequence[Block]) -> int | None:
    """On a page without paragraphs: the first unknown line, when others follow."""
    free = [n for n, b in enumerate(blocks) if b.label is None]
    return free[0] if len(free) > 1 and blocks[free[0]].words <= 25 else None


def _best_headline(blocks: Sequence[Block], anchor: int) -> int | None:
    about: set[str] = set()
    for block in [b for b in blocks[anchor : anchor + 40] if is_prose(b)][:8]:
        about |= stems(block.text)
    seen: dict[str, int] = {}
    for block in blocks[: anchor + 3]:
        seen[block.text] = seen.get(block.text, 0) + 1
    best, top = None, 0.9
    opening = next((n for n in range(anchor) if blocks[n].label is None), anchor)
    signed = _signature(blocks, anchor)
    for n in range(max(0, anchor - _LEAD), anchor):
        score = _headline_score(blocks, n, about) - 0.03 * (anchor - n)
        if score > 0 and seen[blocks[n].text] > 1:
            score += 0.5
        if score > 0 and n == opening and blocks[n].words >= 4 and blocks[n].kind is Kind.SHORT:
            score += 0.4
        if signed is not None and score > 0:
            score += 0.8 if signed - _SIGNED_WITHIN <= n < signed else 0
            score -= 2 if n > signed else 0
        if score > top:
            best, top = n, score
    return best if best is None else _over_standfirst(blocks, best, about)


def _signature(blocks: Sequence[Block], anchor: int) -> int | None:
    """The first by-line or date that stands near under a line that could be a headline.

    The headline is over it: what stands below is the article's own. A date over the menu is none.
    """
    for n in range(anchor):
        if blocks[n].label is Label.DATELINE:
            above = blocks[max(0, n - _SIGNED_WITHIN) : n]
            if any(b.label is None and b.words >= 4 and not _no_headline(b) for b in above):
                return n
    return None


def _over_standfirst(blocks: Sequence[Block], n: int, about: set[str]) -> int:
    """The headline above a line that turns out to be its standfirst; else the line itself.

    A standfirst tells as much of the article as the headline does, so it scores as well. Between
    the two a by-line, a rating or a place may stand, but no menu.
    """
    longer = n > 0 and blocks[n - 1].words > blocks[n].words
    if blocks[n].words < (4 if longer else 8) or blocks[n].text.startswith("# "):
        return n
    rated = False
    near_by = [up for up in range(n - 1, max(n - 12, -1), -1) if not _button(blocks[up])]
    for up in near_by[:4]:
        block = blocks[up]
        rated = rated or any(looks.rating(b.text) for b in blocks[up - 1 : up + 1])
        by = block.label is Label.DATELINE or byline.name_alone(block.text)
        again = block.text in (b.text for b in blocks[max(0, up - 3) : up]) and block.words < 4
        if by or again or (rated and block.label is None and block.words < 4):
            continue
        if block.label is not None or block.shape or block.text.endswith((")", ".")):
            return n
        if block.text.casefold().endswith(" obituary"):
            return up
        if _no_headline(block) or block.words < 4 or _trail(blocks, up):
            return n
        told = overlap(block.text, about)
        near = (rated or up == near_by[0]) and (block.words >= 6 or closed(blocks[n].text))
        return up if told >= (0.15 if near else 0.3) else n
    return n


def _trail(blocks: Sequence[Block], n: int) -> bool:
    """Whether a line is the way to the page, at the end of which the headline stands again."""
    below = (b.text for b in blocks[n + 1 : n + 6] if b.words >= 4)
    return any(blocks[n].text.endswith(f" {text}") for text in below)


def _button(block: Block) -> bool:
    """Whether a line is a button of the kind that stands between a headline and its text."""
    return block.label is Label.FURNITURE and block.reason in ("sharing", "comments", "signs only")


def _no_headline(block: Block) -> bool:
    """Whether a line is a heading of something else, a menu, a writer or a credited caption."""
    return bool(
        byline.with_role(block.text)
        or openers.related(block.text)
        or looks.menu_row(block.text)
        or SUMMARY.match(block.text)
        or _PATH.fullmatch(block.text)
        or _ENTRY.fullmatch(block.text)
        or _CAPTION.search(block.text)
    )


def _headline_score(blocks: Sequence[Block], n: int, about: set[str]) -> float:
    """Evidence that a line above the first paragraph is the headline; 0 when it cannot be."""
    block = blocks[n]
    if block.label is not None or block.words > 30 or block.shape in ("list", "table", "quote"):
        return 0
    if _no_headline(block) or _trail(blocks, n):
        return 0
    share = overlap(block.text, about) * min(1.0, len(stems(block.text)) / 4)
    score = 3 * share + min(block.words, 8) / 8
    below = [b for b in blocks[n + 1 : n + 8] if b.label is not Label.FURNITURE][:2]
    dated = [b.label is Label.DATELINE for b in below]
    score += 1 if dated[:1] == [True] else 0
    if dated == [False, True] and block.words >= 4 and below[0].words >= 5 and share >= 0.3:
        score += 2  # a standfirst between the headline and the by-line
    score += 2 if block.text.startswith("# ") else 0
    score -= 0.7 if any(b.label is Label.DATELINE for b in blocks[max(0, n - 6) : n]) else 0
    score -= 1 if block.kind is Kind.SENTENCE and block.text.endswith(".") else 0
    if any(b.reason == "credit" for b in blocks[n + 1 : n + 2]):
        score -= 2 if closed(block.text) else 0.5  # a caption
    score -= 2 if block.words < 3 else 0
    score -= 1.5 if any(openers.related(b.text) for b in blocks[max(0, n - 6) : n]) else 0
    return score
