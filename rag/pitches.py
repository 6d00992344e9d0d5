"""Takes out of the text what asks for the reader's money, address or attention, and adverts."""

import re
from collections.abc import Sequence

from rag import openers
from rag.blocks import TEXT, Block, Kind, Layout, closed, free, overlap, stems
from rag.looks import plain
from rag.types import Label

_READER = re.compile(
    r"\b(?:you|your|us|our|we|ihr|ihre|sie|wir|uns|unser\w*|vous|votre|vos|nous|notre|nos)\b",
    re.IGNORECASE,
)
QUOTED = re.compile('["“”„«»]')
# What a page speaks of to its reader, seldom an article.
SITE = re.compile(
    r"\b(?:e-?mails?|address|privacy|subscri\w+|sign up|newsletters?|offers|inbox|notices?|terms"
    r"|account|letters page|comments?|donat\w+|guidelines|write to us|our reader\w*)\b",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"(?:sign ?up|subscribe|register|donate|join|support us|give)(?: now| today| here| for free)?"
    r"|anmelden|abonnieren|s'inscrire|s'abonner|suscríbete|apúntate|e-?mail(?: address)?|your"
    r" e-?mail"
)
_SUM = re.compile(r"[$€£]\d[\d.,]* [a-z]")


def asks(block: Block, known: set[str]) -> bool:
    """Whether a sentence speaks to the reader, of something else than the article."""
    return (
        block.kind is not Kind.SHORT
        and _READER.search(block.text) is not None
        and SITE.search(block.text) is not None
        and QUOTED.search(block.text) is None
        and overlap(block.text, known) < 0.3
    )


def told(blocks: Sequence[Block]) -> set[str]:
    """The content words of the article in some blocks."""
    words: set[str] = set()
    for block in blocks:
        if block.label in (*TEXT, Label.TITLE):
            words |= stems(block.text)
    return words


def drop(page: Layout) -> None:
    """Label as furniture, in mid-article, what belongs to an advert or to a box with a button."""
    pointers = set(page.pointers)
    for n in range(page.anchor, page.stop):
        block = page.blocks[n]
        if openers.sponsored(block.text):
            _drop_paid(page, n)
        elif block.reason == "advertisement" and block.words >= 2:
            _drop_between(page, n)
        elif block.label is Label.FURNITURE and _button(block):
            _drop_pitch(page, n)
        elif n in pointers:
            _drop_again(page, n)


def _drop_paid(page: Layout, at: int) -> None:
    """The headline and the name of an advert under `Sponsored`; a heading over text is kept."""
    end = at + 1
    while end < page.stop and free(page.blocks[end]) and end - at <= 4:
        end += 1
    over = end < page.stop and page.blocks[end].label in TEXT
    for block in page.blocks[at + 1 : end - 1 if over else end]:
        block.set(Label.FURNITURE, "in an advertisement")


def _drop_between(page: Layout, at: int) -> None:
    """A short sentence between two lines of one advert."""
    inside = page.blocks[at + 1 : at + 2]
    below = page.blocks[at + 2 : at + 3]
    ad = bool(below) and below[0].reason == "advertisement" and below[0].words >= 2
    if ad and inside[0].label in TEXT and inside[0].words <= 12:
        inside[0].set(Label.FURNITURE, "in an advertisement")


def _button(block: Block) -> bool:
    """Whether a line is where a reader signs up or pays."""
    return block.reason == "newsletter" or _BUTTON.fullmatch(plain(block.text)) is not None


def _drop_pitch(page: Layout, at: int) -> None:
    """What stands over a button: a line that speaks to the reader, and the heading over that."""
    n = at - 1
    block = page.blocks[n]
    if block.label in TEXT and _SUM.match(block.text) and block.kind is Kind.SHORT:
        block.set(Label.FURNITURE, "sum to give")
        return
    speaks = _READER.search(block.text) and SITE.search(block.text)
    short = block.kind is not Kind.PROSE or block.words <= 14
    if block.label not in TEXT or not speaks or not short or QUOTED.search(block.text):
        return
    block.set(Label.FURNITURE, "in a box")
    head, over = page.blocks[n - 1], page.blocks[n - 2]
    if free(head) and head.words <= 8 and closed(over.text) and n - 2 >= page.anchor:
        head.set(Label.FURNITURE, "heading of a box")


def _drop_again(page: Layout, at: int) -> None:
    """What says a one-line link again below it, and a link above it that has no word before it."""
    link = page.blocks[at].text
    for n in range(at + 1, min(at + 4, page.stop)):
        if free(page.blocks[n]) and page.blocks[n].words >= 3 and page.blocks[n].text in link:
            for block in page.blocks[at + 1 : n + 1]:
                if free(block):
                    block.set(Label.FURNITURE, "link again")
    above = page.blocks[at - 1]
    kept = free(above) and above.reason.startswith("kept") and not above.text.endswith(":")
    if kept and 3 <= above.words <= 12 and closed(page.blocks[at - 2].text):
        above.set(Label.TEASER, "one-line link to another story")
        page.pointers.append(at - 1)
