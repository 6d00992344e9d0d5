"""Takes out what stands among and below the text: tags, notes on authors, boxes, contacts."""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from rag import byline, openers
from rag.blocks import Block, Kind, Layout, overlap, stems
from rag.tail import correction
from rag.types import Label

_TEXT = (Label.BODY, Label.HEADING)
# Reasons of furniture that stands around a box or below the article, seldom between paragraphs.
_BOXED = ("newsletter", "paywall", "comments", "topics", "cookie notice", "menu", "copyright")
_HARD = ("topics", "tag", "comments", "copyright", "about the author", "contact", "origin")
_ENDING = ("tag", *_BOXED, "sharing", "button", "contact", "about the author", "origin", "legal")
_READER = re.compile(
    r"\b(?:you|your|us|our|we|ihr|ihre|sie|wir|uns|unser\w*|vous|votre|vos|nous|notre|nos)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile('["“”„«»]')
_BIO = re.compile(
    r"(?P<name>[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){1,3}),? (?:is|was|has|have|joined|writes|covers"
    r"|reports|leads|works|lives|teaches|edits)\b.{0,100}"
    r"\b(?i:reporter|correspondent|editor|writer|columnist|journalist|contributor|author|critic"
    r"|cover(?:s|ed|ing)|writes|wrote|freelance|professor|analyst|fellow|reports|reported|joined"
    r"|books?)\b",
)
_PRESS = re.compile(
    r"\b(?:press|media|investors?|news ?room|contacts?|enquir|inquir)", re.IGNORECASE
)
# What a page speaks of to its reader, seldom an article.
_SITE = re.compile(
    r"\b(?:e-?mails?|address|privacy|subscri\w+|sign up|newsletters?|offers|inbox|notices?|terms"
    r"|account|letters page|comments?|donat\w+|guidelines|write to us|our reader\w*)\b",
    re.IGNORECASE,
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
    _drop_authors(page, first)
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


def _free(block: Block) -> bool:
    """Whether a block is a short line that was taken for text."""
    return block.label in _TEXT and block.kind is Kind.SHORT and not block.shape


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
    return block.label in _TEXT and short and not block.shape and 4 <= block.words <= 20


def _drop_tags(page: Layout, first: int) -> None:
    """The short lines under `Tags` or `Topics`."""
    for n in range(first, page.stop):
        if page.blocks[n].reason != "topics" or ":" in page.blocks[n].text.rstrip(": "):
            continue
        end = n + 1
        while end < page.stop and _free(page.blocks[end]) and page.blocks[end].words <= 5:
            end += 1
        over = end < page.stop and page.blocks[end].label in _TEXT
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
            if not _free(block) or not (known or person or byline.role(block.text)):
                break
            block.set(Label.FURNITURE, "contact")


def _drop_authors(page: Layout, first: int) -> None:
    """Paragraphs that say who the author is, with the name and the job above them."""
    names = _authors(page)
    lines = [n for n in range(page.anchor + 1, page.stop) if page.blocks[n].label in _TEXT]
    for n in lines[-5:]:
        block = page.blocks[n]
        text = block.text.lstrip("•-–—*_ ")
        if block.words > 80 or (block.kind is Kind.SHORT and not block.shape):
            continue
        told = next((name for name in names if _tells_of(name, text)), None)
        found = _BIO.match(text) if told is None and n >= first else None
        if found and _named_above(page, n, found["name"].casefold()):
            told = found["name"].casefold()
        if told:
            _drop_author(page, n, told)


def _tells_of(name: str, text: str) -> bool:
    """Whether a paragraph says something of a person, and not what the person says."""
    after = text[len(name) :].split()
    return (
        text.casefold().startswith(name)
        and text[len(name) : len(name) + 1] == " "
        and after[0].islower()
        and after[0] not in ("said", "says", "asked", "told", "and")
    )


def _named_above(page: Layout, at: int, name: str) -> bool:
    """Whether a name stands alone just above a block."""
    above = page.blocks[max(0, at - 2) : at]
    return any(b.words <= 10 and b.text.casefold().startswith(name) for b in above)


def _drop_author(page: Layout, at: int, name: str) -> None:
    page.blocks[at].set(Label.FURNITURE, "about the author")
    for line in reversed(page.blocks[page.anchor + 1 : at][-4:]):
        head = openers.about_author(line.text) or line.text.casefold().startswith(name)
        if line.reason == "contact":
            continue
        if not _free(line) or not (head or byline.role(line.text)):
            break
        line.set(Label.FURNITURE, "about the author")


def _authors(page: Layout) -> list[str]:
    """The names in the by-lines above the text, in lower case."""
    lines = [b for b in page.blocks[: page.anchor + 1] if b.label is Label.DATELINE]
    found: list[str] = []
    for line in lines:
        said = byline.author(line.text) or byline.with_role(line.text)
        said = said or (byline.name_alone(line.text) if line.reason.startswith("name") else None)
        parts = re.split(r",| and | & | und | et | y ", said) if said else []
        found += [part.strip().casefold() for part in parts if len(part.split()) >= 2]
    return found


def _drop_counters(blocks: Sequence[Block]) -> None:
    """The number of pictures, alone on a line over a caption and its credit."""
    for n, block in enumerate(blocks):
        credited = any(b.reason == "credit" for b in blocks[n + 1 : n + 3])
        if _free(block) and block.text.isdigit() and credited:
            block.set(Label.FURNITURE, "number of a picture")


def _drop_boxes(page: Layout) -> None:
    """At most three lines between two lines of a box that asks the reader to sign up."""
    marks = [n for n in range(page.anchor, page.stop) if page.blocks[n].reason in _BOXED]
    known = _known(page.blocks[: page.anchor])
    done = page.anchor
    for a, b in pairwise(marks):
        known |= _known(page.blocks[done:a])
        done = a
        inside = [x for x in page.blocks[a + 1 : b] if x.label in _TEXT]
        if 0 < len(inside) <= 3 and b - a <= 5 and page.blocks[b].reason not in _HARD:
            for block in inside:
                if _asks(block, known) or (_free(block) and not any(map(str.isdigit, block.text))):
                    block.set(Label.FURNITURE, "in a box")


def _asks(block: Block, known: set[str]) -> bool:
    """Whether a sentence speaks to the reader, of something else than the article."""
    return (
        block.kind is not Kind.SHORT
        and _READER.search(block.text) is not None
        and _SITE.search(block.text) is not None
        and _QUOTED.search(block.text) is None
        and overlap(block.text, known) < 0.3
    )


def _known(blocks: Sequence[Block]) -> set[str]:
    """The content words of the article in some blocks."""
    words: set[str] = set()
    for block in blocks:
        if block.label in (*_TEXT, Label.TITLE):
            words |= stems(block.text)
    return words


def _drop_below(page: Layout, first: int) -> None:
    """From the end upward: lines under furniture that do not carry the article on."""
    at = page.stop
    for _ in range(_RUNS):
        while at > first and page.blocks[at - 1].label not in _TEXT:
            at -= 1
        end = at
        while at > first and page.blocks[at - 1].label in _TEXT:
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
        takewhile(lambda b: b.label not in _TEXT, reversed(page.blocks[max(0, at - 8) : at]))
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
    if any(_QUOTED.search(b.text) for b in solid) and len(solid) > 1:
        return False
    known, far = _known(page.blocks[:at]), _far(page, at)
    return all(_asks(b, known) or (far and overlap(b.text, known) < 0.12) for b in solid)


def _drop_pitch(run: Sequence[Block], below: Sequence[Block]) -> None:
    """The heading of a box that stands under the last paragraph: `More of our reporting`."""
    if len(run) > 2 and len(_SITE.findall(run[-1].text)) >= 2 and _asks(run[-1], _known(run[:-1])):
        run[-1].set(Label.FURNITURE, "to the reader")
        run = run[:-1]
    while len(run) > 2 and all(b.shape == "heading" for b in run[-2:]):
        run[-1].set(Label.FURNITURE, "heading of nothing")
        run = run[:-1]
    boxed = any(b.reason == "newsletter" for b in below) and len(run) > 1
    if (
        boxed
        and _free(run[-1])
        and run[-1].words <= 8
        and _LETTERS.match(run[-1].text)
        and run[-2].kind is not Kind.SHORT
    ):
        run[-1].set(Label.FURNITURE, "heading of a box")
