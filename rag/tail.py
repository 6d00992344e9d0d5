"""Finds where an article is over, and tells its last lines from what stands below them."""

import re
from collections.abc import Sequence

from rag import furniture, openers
from rag.blocks import Block, Kind, Layout, furnished, is_prose
from rag.looks import plain
from rag.related import label_stories
from rag.types import Label

AMONG = "among menus below the text"
_END = "below the end of the article"
_LEFT = (AMONG, _END, "below the other stories", "short line below the text")
_MORE = re.compile(r"(?:more|weitere|más|plus de|mehr) \S")
_NEXT_TO = re.compile(
    r"(?:previous|next|prev|older|newer)(?: article| post| story| entry| page)?"
    r"|(?:vorheriger|nächster) (?:artikel|beitrag)|article (?:précédent|suivant)"
)
# Headings that an article may have although menus have them, too.
_HEADS = re.compile(
    r"contact(?: us)?|about|help|support|feedback|careers|jobs|notifications|accessibility|faqs?"
    r"|corrections|languages?|kontakt|contacto|more information|profile|settings|home|copy|account"
)
_CORRECTION = re.compile(
    r"\W*(?:correction|clarification|editor'?s'? note|update|amended|note)s?\b.{0,40}:"
    r"|\W*(?:correction|clarification)s?\W{1,3}(?=[^:]*\d).{0,40}$"
    r"|\W*(?:this (?:article|story|report)|an earlier version)\b.{0,60}"
    r"(?:corrected|amended|updated|misstated|said|incorrectly)",
    re.IGNORECASE,
)


def correction(text: str) -> bool:
    """Whether a line is a note on the article itself: `Correction: ...`."""
    return _CORRECTION.match(text) is not None


def find_stop(page: Layout) -> None:
    """Find where the page itself says that the article is over."""
    blocks, total = page.blocks, sum(b.words for b in page.blocks if is_prose(b))
    marks = [n for n, b in enumerate(blocks) if furniture.appeared_first(b.text)]
    for n in marks:
        blocks[n].set(Label.FURNITURE, "appeared first on")
    if marks and marks[-1] > page.anchor:
        page.stop, page.ended = marks[-1], True
        return
    done = 0
    for n in range(page.anchor, len(blocks)):
        block = blocks[n]
        done += block.words if is_prose(block) else 0
        if block.label is Label.FURNITURE and block.reason == "copyright" and done >= 0.8 * total:
            page.stop = n
            return
        if openers.comments(block.text) and done >= 60 and _commented(blocks, n):
            block.set(Label.FURNITURE, "comments")
            page.stop = n
            return


def _commented(blocks: Sequence[Block], at: int) -> bool:
    """Whether what only readers' comments have stands below a line."""
    return sum(openers.comment_sign(b.text) for b in blocks[at + 1 : at + 16]) >= 2


def label_tail(page: Layout) -> None:
    """Label what stands below the article, and short lines left over at its end."""
    at = page.stop
    while at < len(page.blocks):
        block = page.blocks[at]
        if block.label is None and openers.related(block.text):
            block.set(Label.RUBRIC, "heading of a block of other stories")
            page.teasers += label_stories(page.blocks, at + 1, len(page.blocks))
            break
        if block.label is Label.DATELINE:
            block.set(Label.FURNITURE, _END)
        elif block.label is None:
            kept = correction(block.text)
            block.set(
                Label.BODY if kept else Label.FURNITURE,
                "note on the article" if kept else _END,
            )
        at += 1
    _drop_loose_ends(page)


def _drop_loose_ends(page: Layout) -> None:
    """Take short lines after the last sentence for furniture when furniture stands around them."""
    text = [n for n, b in enumerate(page.blocks[: page.stop]) if _solid(b)]
    last = max(text, default=None)
    if last is None or not furnished(page.blocks):
        return
    whole = max((n for n in text if page.blocks[n].kind is not Kind.TRUNCATED), default=last)
    end = whole + 1
    while end < page.stop and page.blocks[end].label not in (Label.TEASER, Label.RUBRIC):
        end += 1
    if sum(b.kind is Kind.TRUNCATED for b in page.blocks[whole + 1 : end]) >= 2:
        _unmarked_stories(page, whole + 1, end)
        return
    rest = [
        b
        for b in page.blocks[last + 1 : page.stop]
        if b.label in (Label.BODY, Label.HEADING) and b.shape == ""
    ]
    joined = True
    for n in range(last + 1, page.stop):
        block = page.blocks[n]
        joined &= block in rest
        if block in rest and (
            (block.words <= 4 and block.text[0] != "(") or (len(rest) >= 3 and not joined)
        ):
            block.set(Label.FURNITURE, "short line below the text")


def _unmarked_stories(page: Layout, first: int, end: int) -> None:
    """Several cut-off texts below the last paragraph are teasers, with the lines around them."""
    for block in page.blocks[first:end]:
        if block.label in (Label.BODY, Label.HEADING):
            block.label = None
    page.teasers += label_stories(page.blocks, first, end)


def _solid(block: Block) -> bool:
    return block.label is Label.BODY and (block.kind is not Kind.SHORT or block.shape != "")


def find_late_stories(page: Layout) -> None:
    """Label headlines that were taken for menu lines below the text.

    Three or more in a row are other stories, two under `More from the harbour`, and one under
    `Previous article`.
    """
    at = page.anchor
    while at < len(page.blocks):
        end = at
        while end < len(page.blocks) and _headline(page.blocks[end]):
            end += 1
        above = page.blocks[at - 1] if at else None
        named = above is not None and above.reason in _LEFT and above.words <= 3
        more = named and above is not None and _MORE.match(plain(above.text)) is not None
        if end - at >= (2 if more else 3):
            for block in page.blocks[at - named : end]:
                block.label = None
            page.teasers += label_stories(page.blocks, at - named, end)
        elif above is not None and end > at and _NEXT_TO.fullmatch(plain(above.text)):
            page.blocks[at].set(Label.TEASER, "headline of the story before or after")
            page.pointers.append(at)
        at = max(end, at + 1)


def _headline(block: Block) -> bool:
    """Whether a line below the text that was taken for furniture can be a headline."""
    short = block.kind is Kind.SHORT or block.text.endswith("?")
    return block.reason in _LEFT and short and 5 <= block.words <= 25


def restore_text(page: Layout) -> None:
    """Give the article back what only looks like a menu: `Contact us` over its paragraph.

    A menu line that stands alone between text and a paragraph heads that paragraph; three or more
    in a row, without another line of furniture, are lines of the text.
    """
    at = page.anchor + 1
    while at < page.stop:
        end = at
        while end < page.stop and _menu_word(page.blocks[end]):
            end += 1
        if end == at and _entry_head(page, at):
            page.blocks[at].set(Label.HEADING, "heading of an entry")
        if end - at in (1, 3, 4, 5) and end < page.stop:
            above, below = page.blocks[at - 1], page.blocks[end]
            inside = above.label is Label.BODY and below.label is Label.BODY
            if inside and _solid(below):
                for block in page.blocks[at:end]:
                    lone = Label.HEADING if end - at == 1 else Label.BODY
                    block.set(lone, "menu word between paragraphs")
        at = max(end, at + 1)


def _entry_head(page: Layout, at: int) -> bool:
    """Whether a line stands between the date of an entry and its text."""
    block, above, below = page.blocks[at], page.blocks[at - 1], page.blocks[at + 1 : at + 2]
    left = block.reason == AMONG and block.kind is Kind.SHORT and 2 <= block.words <= 14
    dated = above.label is Label.DATELINE
    return left and dated and bool(below) and below[0].label is Label.BODY


def _menu_word(block: Block) -> bool:
    known = block.label is Label.FURNITURE and block.reason in ("menu", "sharing", "topics")
    return known and block.words <= 2 and _HEADS.fullmatch(plain(block.text)) is not None
