"""Takes out what stands among and below the text: tags, notes on authors, boxes, contacts."""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from rag import authors, byline, pitches
from rag.blocks import TEXT, Block, Kind, Layout, free, overlap
from rag.pitches import QUOTED, SITE, asks, told
from rag.tail import correction
from rag.types import Label

# Reasons of furniture that stands around a box or below the article, seldom between paragraphs.
_BOXED = ("newsletter", "paywall", "comments", "topics", "cookie notice", "menu", "copyright")
_HARD = ("topics", "tag", "comments", "copyright", "about the author", "contact", "origin")
_ENDING = ("tag", *_BOXED, "sharing", "button", "contact", "about the author", "origin", "legal")
_PRESS = re.compile(
    r"\b(?:press|media|investors?|news ?room|contacts?|enquir|inquir)", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d]\D*$")
_LEAST = 60  # words of text above; before them nothing is below the article

_RUNS = 30  # of lines below the article at most


def drop(page: Layout) -> None:
    """Label as furniture what the steps before took for text. The corrections stay."""
    first = _after(page, _LEAST)
    _drop_repeats(page)
    _drop_tags(page, first)
    _drop_contacts(page, first)
    authors.drop(page, first)
    pitches.drop(page)
    _drop_counters(page.blocks[page.anchor : page.stop])
    _drop_boxes(page)
    _drop_below(page, first)


def _after(page: Layout, least: int) -> int:
    """The number of the block before which that many words of paragraphs stand."""
    done = 0
    for n in range(page.anchor, page.stop):
        block = page.blocks[n]
        done += block.words if block.label is Label.BODY and block.kind is Kind.PROSE else 0
        if done >= least:
            return n + 1
    return page.stop


def _drop_repeats(page: Layout) -> None:
    """Headlines in mid-article of which one stands among the stories below it, too."""
    stories = {b.text for b in page.blocks if b.label is Label.TEASER and b.words >= 5}
    at = page.anchor
    while at < page.stop:
        end = at
        while end < page.stop and _headline(page.blocks[end]):
            end += 1
        run = page.blocks[at:end]
        if any(b.text in stories for b in run):
            for n in range(at, end):
                page.blocks[n].set(Label.TEASER, "headline that stands below the article, too")
                page.pointers.append(n)
        at = max(end, at + 1)


def _headline(block: Block) -> bool:
    """Whether a line that was taken for text can be a headline: short, and no statement."""
    short = block.kind is Kind.SHORT or block.text.endswith("?")
    return block.label in TEXT and short and not block.shape and 4 <= block.words <= 20


def _drop_tags(page: Layout, first: int) -> None:
    """The short lines under `Tags` or `Topics`."""
    for n in range(first, page.stop):
        if page.blocks[n].reason != "topics" or ":" in page.blocks[n].text.rstrip(": "):
            continue
        end = n + 1
        while end < page.stop and free(page.blocks[end]) and page.blocks[end].words <= 5:
            end += 1
        over = end < page.stop and page.blocks[end].label in TEXT
        for block in page.blocks[n + 1 : end - 1 if over else end]:
            block.set(Label.FURNITURE, "tag")


def _drop_contacts(page: Layout, first: int) -> None:
    """Names, jobs and `Media contact:` over an address or a telephone number."""
    for n in range(first, page.stop):
        if page.blocks[n].reason != "contact":
            continue
        for at in range(n - 1, max(first, n - 5) - 1, -1):
            block = page.blocks[at]
            known = block.reason == "contact" or _PRESS.search(block.text)
            person = byline.name_alone(block.text) or byline.with_role(block.text)
            if block.reason == "contact":
                continue
            if not free(block) or not (known or person or byline.role(block.text)):
                break
            block.set(Label.FURNITURE, "contact")


def _drop_counters(blocks: Sequence[Block]) -> None:
    """The number of pictures, alone on a line over a caption and its credit."""
    for n, block in enumerate(blocks):
        credited = any(b.reason == "credit" for b in blocks[n + 1 : n + 3])
        if free(block) and block.text.isdigit() and credited:
            block.set(Label.FURNITURE, "number of a picture")


def _drop_boxes(page: Layout) -> None:
    """At most three lines between two lines of a box that asks the reader to sign up."""
    marks = [n for n in range(page.anchor, page.stop) if page.blocks[n].reason in _BOXED]
    known = told(page.blocks[: page.anchor])
    done = page.anchor
    for a, b in pairwise(marks):
        known |= told(page.blocks[done:a])
        done = a
        inside = [x for x in page.blocks[a + 1 : b] if x.label in TEXT]
        if 0 < len(inside) <= 3 and b - a <= 5 and page.blocks[b].reason not in _HARD:
            for block in inside:
                if asks(block, known) or _loose(block, a, b, page):
                    block.set(Label.FURNITURE, "in a box")


def _loose(block: Block, a: int, b: int, page: Layout) -> bool:
    """Whether a short line in a box is no caption: between two menu lines it has a few words."""
    menus = page.blocks[a].reason == page.blocks[b].reason == "menu"
    if not free(block) or any(map(str.isdigit, block.text)):
        return False
    return block.words <= (6 if menus else 14)


def _drop_below(page: Layout, first: int) -> None:
    """From the end upward: lines under furniture that do not carry the article on."""
    at = page.stop
    for _ in range(_RUNS):
        while at > first and page.blocks[at - 1].label not in TEXT:
            at -= 1
        end = at
        while at > first and page.blocks[at - 1].label in TEXT:
            at -= 1
        run = page.blocks[at:end]
        if at <= first or not _stray(page, at, run):
            _drop_pitch(run, page.blocks[end : end + 1])
            return
        for block in run:
            block.set(Label.FURNITURE, "below the text")


def _far(page: Layout, at: int) -> bool:
    """Whether what stands over a block ends an article, or is more than one box."""
    above = list(
        takewhile(lambda b: b.label not in TEXT, reversed(page.blocks[max(0, at - 8) : at]))
    )
    ads = [b for b in above if b.reason in ("advertisement", "credit", "picture")]
    return len(above) - len(ads) >= 4 or any(b.reason in _HARD for b in above)


def _stray(page: Layout, at: int, run: Sequence[Block]) -> bool:
    """Whether a run of lines from block ``at`` on stands under the article and is not of it."""
    above = page.blocks[at - 1]
    if above.label not in (Label.TEASER, Label.RUBRIC) and above.reason not in _ENDING:
        return False
    if any(correction(b.text) or b.shape in ("table", "quote") for b in run):
        return False
    solid = [b for b in run if b.kind is not Kind.SHORT]
    if not solid:
        lists = sum(b.shape == "list" or any(map(str.isdigit, b.text)) for b in run)
        return lists <= len(run) / 2
    if len(solid) > 2 or sum(b.words for b in solid) > 80:
        return False
    if any(QUOTED.search(b.text) for b in solid) and len(solid) > 1:
        return False
    known, far = told(page.blocks[:at]), _far(page, at)
    return all(asks(b, known) or (far and overlap(b.text, known) < 0.12) for b in solid)


def _drop_pitch(run: Sequence[Block], below: Sequence[Block]) -> None:
    """The heading of a box that stands under the last paragraph: `More of our reporting`."""
    if len(run) > 2 and len(SITE.findall(run[-1].text)) >= 2 and asks(run[-1], told(run[:-1])):
        run[-1].set(Label.FURNITURE, "to the reader")
        run = run[:-1]
    while len(run) > 2 and all(b.shape == "heading" for b in run[-2:]):
        run[-1].set(Label.FURNITURE, "heading of nothing")
        run = run[:-1]
    boxed = any(b.reason == "newsletter" for b in below) and len(run) > 1
    if (
        boxed
        and free(run[-1])
        and run[-1].words <= 8
        and _LETTERS.match(run[-1].text)
        and run[-2].kind is not Kind.SHORT
    ):
        run[-1].set(Label.FURNITURE, "heading of a box")
