"""Labels every block of an HTML page, by where it stands in the page and by what it says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rag import byline, furniture, layout, openers, webfacts
from rag.blocks import Block, Kind, Layout
from rag.related import label_stories
from rag.rendering import Shown
from rag.types import Label
from rag.webpage import WebPage

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_STORIES = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|more-?(?:from|on|stories|news|articles|posts)"
    r"|most-?(?:read|popular|viewed)|trending|popular-?(?:posts|stories|articles|news)"
    r"|also-?like|(?:read|up)-?next|outbrain|taboola|recirc\w*|latest-?(?:news|posts|stories)"
    r"|other-?(?:stories|news)|see-?also|read-?(?:more|also)|teasers?|sponsored)",
    re.IGNORECASE,
)
_PARTS = {
    "nav": "menu",
    "menu": "menu",
    "footer": "footer",
    "aside": "beside the text",
    "form": "form",
    "fieldset": "form",
    "label": "form",
    "button": "button",
    "figcaption": "caption",
    "figure": "caption",
    "dialog": "dialog",
}
_ROLES = {
    "navigation": "menu",
    "search": "menu",
    "contentinfo": "footer",
    "complementary": "beside the text",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CLOSED = frozenset(("menu", "footer", "form", "button", "caption", "dialog"))
_LINKED = 0.7
_HEADER = 12
_ROUND = 4
_HEADLINE = 4
_BREAKS = tuple("|-–—·•:")
_LONGEST_DATE = 300
_UPDATED = re.compile("updated|modified|edited", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a block stands: the part of the page, and whether other stories are listed there."""

    part: str | None = None
    stories: bool = False


def read(page: WebPage, blocks: list[Block], titles: Sequence[str]) -> Layout:
    """Label all blocks of a page. ``titles`` are headlines that the caller or the page names.

    Where no body was found the text is labelled as a pasted page would be.
    """
    body = [any(page.body[block.first : block.last + 1]) for block in blocks]
    if not any(body):
        return layout.read(blocks, titles)
    seats = _seats(blocks, page.lines)
    first = _first(page, blocks, body)
    title = _headline(page, blocks, first, titles)
    named = title is not None and any(_same(blocks[title].text, each) for each in titles)
    read_ = Layout(blocks, title=title, sure=named, anchor=first, stop=len(blocks))
    _label_header(page, read_, body)
    _take_in(page, blocks, body, seats)
    _take_in_summary(page, read_, body, seats)
    stories = _stories(page, read_, body, seats)
    for n, block in enumerate(blocks):
        if block.label is not None or n in stories:
            continue
        if body[n] and openers.pointer(block.text):
            block.set(Label.TEASER, "one-line link to another story")
            read_.pointers.append(n)
        elif body[n]:
            _label_body(page, block, over=n + 1 in stories)
        else:
            _label_rest(read_, n, seats[n])
    for start, stop in _runs(sorted(n for n in stories if blocks[n].label is None)):
        if any(block.words >= _HEADLINE for block in blocks[start:stop]):
            read_.teasers += label_stories(blocks, start, stop)
    _settle(read_)
    return read_


def published(page: WebPage, read_: Layout) -> date | None:
    """The day in the first ``<time datetime>`` of the date lines around the headline."""
    for block in read_.blocks:
        if block.label is Label.DATELINE and not _UPDATED.search(block.text):
            days = (webfacts.day(element.get("datetime")) for element in _times(page, block))
            found = next((day for day in days if day), None)
            if found:
                return found
    return None


def _times(page: WebPage, block: Block) -> "list[HtmlElement]":
    """The ``<time>`` elements that a line stands in or holds."""
    within = page.lines[block.first].within
    return list(within.iter("time")) if len(within.text_content()) <= _LONGEST_DATE else []


def _seats(blocks: Sequence[Block], lines: Sequence[Shown]) -> list[_Seat]:
    known: dict[HtmlElement, _Seat] = {}
    return [_seat(lines[block.first].within, known) for block in blocks]


def _seat(element: "HtmlElement", known: "dict[HtmlElement, _Seat]") -> _Seat:
    """What an element and those around it say of the place; the innermost part counts."""
    chain = []
    at: HtmlElement | None = element
    while at is not None and at not in known:
        chain.append(at)
        at = at.getparent()
    seat = _Seat() if at is None else known[at]
    for each in reversed(chain):
        part = _PARTS.get(each.tag) or _ROLES.get(each.get("role", ""))
        if part == "footer" and any(a.tag in ("article", "main") for a in each.iterancestors()):
            part = None
        named = f"{each.get('class', '')} {each.get('id', '')}"
        listed = each.tag not in ("html", "body", "article", "main") and _STORIES.search(named)
        seat = _Seat(part or seat.part, seat.stories or bool(listed))
        known[each] = seat
    return seat


def _headline(
    page: WebPage, blocks: Sequence[Block], first: int, titles: Sequence[str]
) -> int | None:
    """The headline: a line that says a title the page names, else the ``h1`` or ``h2`` above."""
    tags = [page.lines[block.first].within.tag for block in blocks[: first + 1]]
    named = [n for n, b in enumerate(blocks) if any(_same(b.text, title) for title in titles)]
    above = [n for n in named if n <= first + 3]
    found = next((n for n in above if tags[n : n + 1] == ["h1"]), above[-1] if above else None)
    if found is None:
        near = [n for n, tag in enumerate(tags) if tag == "h2" and n >= first - _ROUND]
        found = max([n for n, tag in enumerate(tags) if tag == "h1"] or near, default=None)
    for n in named:
        blocks[n].set(Label.TITLE, "headline again")
    if found is not None:
        blocks[found].set(Label.TITLE, "headline")
    return found


def _first(page: WebPage, blocks: Sequence[Block], body: Sequence[bool]) -> int:
    """The first block of the body that is no heading."""
    chosen = [n for n, kept in enumerate(body) if kept]
    plain = (n for n in chosen if page.lines[blocks[n].first].within.tag not in _HEADINGS)
    return next(plain, chosen[0])


def _same(line: str, title: str) -> bool:
    """Whether a line is the title, or one is the other but for something after a dash or bar."""
    short, long = sorted((" ".join(each.casefold().split()) for each in (line, title)), key=len)
    rest = long[len(short) :].lstrip()
    return short == long or (len(short) > 10 and long.startswith(short) and rest[:1] in _BREAKS)


def _label_header(page: WebPage, read_: Layout, body: Sequence[bool]) -> None:
    """Find by-lines and dates around the headline and the first lines of the text."""
    blocks, top = read_.blocks, read_.title
    start = max(0, (read_.anchor if top is None or top > read_.anchor else top) - 4)
    for n in range(start, min(len(blocks), max(read_.anchor, (top or 0) + 1) + _HEADER)):
        block = blocks[n]
        if block.label is not None or (body[n] and block.words > 12):
            continue
        timed = block.words <= 12 and not body[n] and bool(_times(page, block))
        if byline.dateline(block.text, words=block.words) or timed:
            block.set(Label.DATELINE, "by-line or date")


def _take_in(
    page: WebPage, blocks: Sequence[Block], body: list[bool], seats: Sequence[_Seat]
) -> None:
    """Count as body what stands right among it: paragraphs, and lists between two of its lines."""
    chosen = [n for n, kept in enumerate(body) if kept]
    homes = {page.lines[blocks[n].first].within.getparent() for n in chosen} - {None}
    near = range(max(0, chosen[0] - _ROUND), min(len(blocks), chosen[-1] + _ROUND))
    free = [
        n
        for n in near
        if not body[n]
        and blocks[n].label is None
        and seats[n] == _Seat()
        and page.lines[blocks[n].first].linked < _LINKED
    ]
    for n in free:
        within, block = page.lines[blocks[n].first].within, blocks[n]
        prose = block.kind is Kind.PROSE and block.words >= 15
        listed = within.tag == "li" and chosen[0] < n < chosen[-1] and block.words >= 3
        body[n] = (prose and within.getparent() in homes) or (
            listed and any(above.getparent() in homes for above in within.iterancestors("ul", "ol"))
        )


def _take_in_summary(
    page: WebPage, read_: Layout, body: list[bool], seats: Sequence[_Seat]
) -> None:
    """Count as body the sentence that stands right under the headline."""
    top = read_.anchor if read_.title is None else read_.title
    for n in range(top + 1, min(top + 3, read_.anchor)):
        block = read_.blocks[n]
        linked = page.lines[block.first].linked >= _LINKED
        if block.label is not None or linked or seats[n] != _Seat():
            return
        if block.kind is Kind.PROSE:
            body[n] = True
            return


def _stories(
    page: WebPage, read_: Layout, body: Sequence[bool], seats: Sequence[_Seat]
) -> set[int]:
    """The blocks that are other stories: under such a heading, in such a part, or lone links."""
    blocks, found = read_.blocks, set()
    for n, block in enumerate(blocks):
        linked = page.lines[block.first].linked >= _LINKED
        if seats[n].part in _CLOSED - {"caption"} or block.label is not None:
            continue
        if body[n] and (not linked or _amid(page, blocks, body, n)):
            continue
        if seats[n].stories or (linked and block.words >= 5 and seats[n].part != "caption"):
            found.add(n)
        if openers.related(block.text):
            found |= _listed(page, blocks, body, n)
    return found


def _amid(page: WebPage, blocks: Sequence[Block], body: Sequence[bool], n: int) -> bool:
    """Whether a line of link stands alone among text, and does not name another story."""
    text = blocks[n].text
    capitals = sum(map(str.isupper, text)) > 0.7 * sum(map(str.isalpha, text))
    if capitals or openers.pointer(text) or openers.related(text):
        return False
    near = [at for at in (n - 1, n + 1) if 0 <= at < len(blocks)]
    return all(body[at] and page.lines[blocks[at].first].linked < _LINKED for at in near)


def _listed(page: WebPage, blocks: Sequence[Block], body: Sequence[bool], at: int) -> set[int]:
    """The blocks of links right below a heading such as `Related`, the heading left out."""
    found: set[int] = set()
    for n in range(at + 1, len(blocks)):
        linked = page.lines[blocks[n].first].linked >= _LINKED
        if blocks[n].label is not None or (not linked and (body[n] or n - 1 not in found)):
            break
        if furniture.reason(blocks[n].text, words=blocks[n].words):
            break
        found.add(n)
    return found


def _label_body(page: WebPage, block: Block, *, over: bool) -> None:
    """Label a block of the body; ``over`` is whether other stories stand below it."""
    why = furniture.reason(block.text, words=block.words)
    if over and openers.related(block.text):
        block.set(Label.RUBRIC, "heading of a block of other stories")
    elif why is not None:
        block.set(Label.FURNITURE, why)
    elif page.lines[block.first].within.tag in _HEADINGS:
        block.set(Label.HEADING, "heading in the text")
    else:
        block.set(Label.BODY, "text of the article")


def _label_rest(read_: Layout, n: int, seat: _Seat) -> None:
    """Label a block that is neither the article's nor another story."""
    block = read_.blocks[n]
    top = read_.title if read_.title is not None else read_.anchor
    why = furniture.reason(block.text, words=block.words)
    if openers.related(block.text):
        block.set(Label.RUBRIC, "heading of a block of other stories")
        return
    if why is None and seat.part:
        why = seat.part
    elif why is None:
        why = "above the headline" if n < top else "outside the text of the article"
    block.set(Label.FURNITURE, why)


def _settle(read_: Layout) -> None:
    """Furniture for what label_stories passed over."""
    for block in read_.blocks:
        if block.label is None:
            block.set(Label.FURNITURE, "outside the text of the article")


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as (first, past the last)."""
    found: list[tuple[int, int]] = []
    for n in numbers:
        if found and found[-1][1] == n:
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return found
