"""Labels every block of a page: what is known at sight, the headline, then top, body and tail."""

import re
from collections.abc import Sequence
from itertools import islice, zip_longest

from rag import byline, furniture, headline, looks, openers, strays, tail
from rag.blocks import Block, Kind, Layout, closed, furnished, is_prose, overlap, stems
from rag.related import heads_text, label_stories, resumes, went_on
from rag.types import Label

_ENTRY = "time of an entry"
_ENTRIES = 5
_NEAR = 40
# `Desmond: 22,140`
_COUNT = re.compile(r"[^:]{2,30}: [$€£]?\d[\d.,]*%?")
# `What was claimed`, `The ruling`, and the buttons of a player.
_ASKING = re.compile(
    r"(?:what|why|how|who|where|when|our|the|was|is|qué|por qué|wie) ", re.IGNORECASE
)
_PLAYER = re.compile(
    r"(?:duration|current time|loaded|remaining time|playback rate)\b.{0,12}$", re.IGNORECASE
)
# Over who published a page of a government: `From:`.
_FROM = re.compile(r"(?:from|by|authors?|published by|von|par|por):?$", re.IGNORECASE)


def read(blocks: list[Block], titles: Sequence[str]) -> Layout:
    """Label all blocks. ``titles`` are headlines that the caller or the page itself names."""
    page = Layout(blocks, stop=len(blocks))
    _known(blocks)
    found = headline.find(blocks, titles)
    page.title, page.sure, page.anchor = found.title, found.sure, found.anchor
    tail.find_stop(page)
    _label_top(page)
    _label_main(page)
    strays.drop(page)
    tail.label_tail(page)
    tail.find_late_stories(page)
    tail.restore_text(page)
    return page


def _known(blocks: Sequence[Block]) -> None:
    """Label what needs no context: furniture phrases, datelines, code, pictures."""
    fenced = False
    for n, block in enumerate(blocks):
        provided = n > 0 and looks.plain(blocks[n - 1].text) == "news provided by"
        fence = block.text.startswith("```")
        if fence or fenced:
            block.set(Label.BODY, "code")
            fenced = fenced ^ fence
        elif block.shape == "image":
            block.set(Label.FURNITURE, "picture")
        elif (
            openers.related(block.text)
            or openers.pointer(block.text)
            or tail.correction(block.text)
            or _tabled(blocks, n)
        ):
            continue
        elif block.shape != "table" and (why := furniture.reason(block.text, words=block.words)):
            block.set(Label.FURNITURE, why)
        elif block.words <= 8 and provided:
            block.set(Label.FURNITURE, "who sent it")
        elif byline.dateline(block.text, words=block.words) and not byline.timestamp(block.text):
            block.set(Label.DATELINE, "by-line or date")


def _tabled(blocks: Sequence[Block], n: int) -> bool:
    """Whether a block is a row of a table of two rows or more, in which dates are no date line."""
    near = [*blocks[max(0, n - 1) : n], *blocks[n + 1 : n + 2]]
    return blocks[n].shape == "table" and any(b.shape == "table" for b in near)


def _label_top(page: Layout) -> None:
    """Label what stands above the first paragraph."""
    title = page.title if page.title is not None and page.title < page.anchor else None
    for n in range(title if title is not None else page.anchor):
        _label_above(page, page.blocks[n], titled=title is not None)
    if title is None:
        return
    dates = (n for n, b in enumerate(page.blocks[: page.anchor]) if b.label is Label.DATELINE)
    last = max(dates, default=-1)
    others = False  # a box of other stories stands between headline and by-line
    for n in range(title + 1, min(page.anchor, len(page.blocks))):
        block = page.blocks[n]
        if block.label is Label.DATELINE:
            others = False
        if block.label is None and openers.related(block.text):
            block.set(Label.RUBRIC, "heading of a block of other stories")
            others = n < last
        elif block.label is None and others and block.kind is Kind.SHORT and block.words >= 4:
            block.set(Label.TEASER, "headline of another story on the page")
            page.pointers.append(n)
        elif block.label is None:
            _label_under(page.blocks, n, page.anchor)


def _label_above(page: Layout, block: Block, *, titled: bool) -> None:
    if block.label is not None:
        return
    lone = block.kind is Kind.PROSE or (block.kind is Kind.SENTENCE and not titled)
    if lone and titled and block.words <= 30 and _over_menu(page, block):
        block.set(Label.FURNITURE, "above the menu")
    elif lone and not (titled and page.sure):
        block.set(Label.BODY, "sentence above the headline, kept")
    elif titled or openers.related(block.text) or looks.menu_row(block.text):
        block.set(Label.FURNITURE, "above the headline")
    elif block.words <= 3 and furnished(page.blocks):
        block.set(Label.FURNITURE, "short line above the text")
    else:
        block.set(Label.BODY, "kept: may belong to the text")


def _over_menu(page: Layout, block: Block) -> bool:
    """Whether five lines of a few words stand between a block and the headline."""
    at = page.blocks.index(block)
    between = page.blocks[at + 1 : page.title]
    return sum(b.words <= 3 for b in between) >= 5 and not any(is_prose(b) for b in between)


def _label_under(blocks: Sequence[Block], n: int, anchor: int) -> None:
    """Label a line between the headline and the first paragraph."""
    block, above = blocks[n], blocks[n - 1]
    lone = byline.timestamp(block.text) and not _entry_time(blocks, block)
    listen = byline.timestamp(block.text) and above.label is Label.FURNITURE
    if listen or lone or block.text.isdigit() or looks.menu_row(block.text):
        block.set(Label.FURNITURE, "buttons under the headline")
    elif looks.TICKER.fullmatch(block.text):
        block.set(Label.FURNITURE, "price of a share")
    elif why := _who(blocks, n):
        block.set(Label.DATELINE, why)
    elif any(looks.rating(b.text) for b in blocks[n - 1 : n + 2]):
        block.set(Label.BODY, "rating and what is rated")
    elif openers.pointer(block.text):
        block.set(Label.FURNITURE, "link to other stories")
    elif headline.SUMMARY.match(above.text) and block.text in ("Companies", "Topics"):
        block.set(Label.FURNITURE, "button over a summary")
    elif _filmed(blocks, n):
        block.set(Label.FURNITURE, "title of a video")
    elif block.shape in ("list", "table") or block.kind in (Kind.PROSE, Kind.SENTENCE):
        block.set(Label.BODY, "text under the headline")
    elif headline.SUMMARY.match(block.text) or block.shape == "heading" or _over_list(blocks, n):
        block.set(Label.HEADING, "heading")
    elif block.words <= 3 and not _COUNT.fullmatch(block.text):
        block.set(*_short_under(blocks, n, anchor))
    else:
        block.set(Label.BODY, "text under the headline")


def _short_under(blocks: Sequence[Block], n: int, anchor: int) -> tuple[Label, str]:
    """What a line of a few words between headline and first paragraph is: the article's, once its
    text has begun below the by-line, as in a recipe; a button or menu before that.
    """
    above = blocks[max(0, n - _NEAR) : n]
    last_by = max((at for at, b in enumerate(above) if b.label is Label.DATELINE), default=-1)
    begun = last_by >= 0 and any(
        b.label is Label.BODY and not (after and after.reason == "credit")
        for b, after in zip_longest(above[last_by + 1 :], above[last_by + 2 :])
    )
    over = n + 1 == anchor or _carries(blocks[n + 1])
    if closed(blocks[n].text) or (over and _ASKING.match(blocks[n].text)):
        return Label.BODY if closed(blocks[n].text) else Label.HEADING, "text under the headline"
    if headline.PART.fullmatch(blocks[n].text):
        return Label.HEADING, "heading"
    if over and blocks[n - 1].label is not Label.TITLE:
        body = any(b.label is Label.BODY for b in above) and blocks[n].text.endswith(":")
        begun = body or begun or blocks[n - 1].label is Label.BODY
        dated = blocks[n - 1].label is Label.DATELINE and not blocks[n].text.isupper()
        follows = n + 1 < len(blocks) and closed(blocks[n + 1].text)
        begun = begun or (dated and follows)
        return (Label.HEADING if begun else Label.FURNITURE), "short line under the headline"
    begun = begun and blocks[n - 1].label in (Label.BODY, Label.HEADING)
    return (Label.BODY if begun else Label.FURNITURE), "short line under the headline"


def _filmed(blocks: Sequence[Block], n: int) -> bool:
    """Whether a line is the title that stands under the buttons of a player."""
    above = blocks[max(0, n - 3) : n]
    if any(b.label is not Label.FURNITURE for b in above) or blocks[n].kind is not Kind.SHORT:
        return False
    return any(_PLAYER.match(b.text) for b in above)


def _who(blocks: Sequence[Block], n: int) -> str | None:
    """Why a line under the headline tells of the author or the time, or None."""
    block, above = blocks[n], blocks[n - 1]
    near = {above.label, blocks[n + 1].label if n + 1 < len(blocks) else None}
    job = n + 1 < len(blocks) and byline.role(blocks[n + 1].text) and blocks[n + 1].words <= 6
    name, job_of = byline.name_alone(block.text), byline.role(block.text)
    looks = (
        (byline.with_role(block.text), "name and job"),
        (
            (name or byline.with_place(block.text)) and _beside_date(blocks, n),
            "name beside a date",
        ),
        (job_of and above.reason.startswith("name") and block.words <= 6, "job under a name"),
        (
            name and (Label.DATELINE in near or job or above.label is Label.TITLE),
            "name next to a date or a job",
        ),
        (job_of and above.label is Label.DATELINE, "job or place of the author"),
        (_FROM.match(above.text) and block.kind is Kind.SHORT, "who it is from"),
        (byline.names(block.text), "names"),
        (
            above.reason.startswith("name")
            and block.words <= 3
            and block.text[0].isupper()
            and above.label is Label.DATELINE
            and not _ASKING.match(block.text),
            "outlet under a name",
        ),
        (_entry_time(blocks, block), _ENTRY),
    )
    return next((why for found, why in looks if found), None)


def _over_list(blocks: Sequence[Block], n: int) -> bool:
    """Whether a short line heads a list of sentences, as `The good` does in a review."""
    below = blocks[n + 1] if n + 1 < len(blocks) else None
    if below is None or below.shape != "list" or below.words < 4:
        return False
    return blocks[n].words <= (3 if blocks[n].text.endswith(":") else 6)


def _beside_date(blocks: Sequence[Block], n: int) -> bool:
    """Whether a line stands next to a by-line or date, or a job that stands next to one."""
    around = [blocks[at] for at in range(max(0, n - 1), min(n + 3, len(blocks))) if at != n]
    return any(b.label is Label.DATELINE for b in around if b.reason != "name beside a date")


def _label_main(page: Layout) -> None:
    """Label the article from its first paragraph on, stepping over blocks of other stories."""
    known: set[str] = set() if page.title is None else stems(page.blocks[page.title].text)
    at, clutter, strict = min(page.anchor, page.stop), _clutter(page), False
    while at < page.stop:
        block = page.blocks[at]
        strict = (strict or at in clutter) and not _text_again(page, at, known)
        kind = None if block.label is not None else openers.related(block.text)
        if kind == "weak" and _read_more(page, at):
            block.set(Label.RUBRIC, "link to the story above")
        elif kind is not None:
            at = _other_stories(page, at, strong=kind == "strong", known=known)
            continue
        if block.label is None and openers.pointer(block.text):
            block.set(Label.TEASER, "one-line link to another story")
            page.pointers.append(at)
        elif block.label is None and strict:
            block.set(Label.FURNITURE, tail.AMONG)
        elif block.label is None:
            _label_text(page.blocks, at, page.stop)
        if block.label is Label.BODY:
            known |= stems(block.text)
        at += 1


def _read_more(page: Layout, at: int) -> bool:
    """Whether `Read more` stands under the headline of another story, which becomes a teaser."""
    above, line = page.blocks[at - 1], page.blocks[at].text
    if not openers.read_more(line) or above.kind is not Kind.SHORT or above.shape:
        return False
    if not 4 <= above.words <= 20 or above.label not in (Label.BODY, Label.HEADING):
        return False
    above.set(Label.TEASER, "headline over a link to its story")
    page.pointers.append(at - 1)
    return True


def _clutter(page: Layout) -> set[int]:
    """Where runs of six or more menu lines and short lines begin, below 60 words of text."""
    starts = _word_runs(page)
    done, first, size, plain = 0, -1, 0, 0
    for n in range(page.anchor, page.stop):
        block = page.blocks[n]
        if block.label is Label.FURNITURE:
            first = n if first < 0 else first
            plain += block.reason not in ("advertisement", "credit")
        elif block.label is None and (block.kind is not Kind.SHORT or block.shape):
            done += block.words if block.kind is Kind.PROSE else 0
            first, size, plain = -1, 0, 0
        size = size + 1 if first >= 0 else 0
        if size == 6 and plain >= 2 and done >= 60:
            starts.add(first)
    return starts


def _word_runs(page: Layout) -> set[int]:
    """Where ten or more lines of three words or fewer, mostly without digits, stand in a row."""
    starts: set[int] = set()
    if not furnished(page.blocks):
        return starts
    first, done, digits = page.anchor, 0, 0
    for n in range(page.anchor, page.stop):
        block = page.blocks[n]
        if (
            block.label is not None
            or block.words > 3
            or block.kind is not Kind.SHORT
            or block.shape
        ):
            done += block.words if is_prose(block) else 0
            first, digits = n + 1, 0
            continue
        digits += any(map(str.isdigit, block.text))
        if n + 1 - first == 10 and digits <= 3 and done >= 60:
            starts.add(first)
    return starts


def _text_again(page: Layout, at: int, known: set[str]) -> bool:
    """Whether text below a run of menu lines may be the article's; a lone, strange line is not."""
    block = page.blocks[at]
    if block.label is not None or (block.kind is Kind.SHORT and not block.shape):
        return False
    if page.ended or tail.correction(block.text):
        return True
    below = page.blocks[at + 1] if at + 1 < page.stop else None
    share = overlap(block.text, known)
    follows = below is not None and is_prose(below) and overlap(below.text, known) >= 0.15
    return share >= 0.15 or (share >= 0.05 and block.words >= 45) or follows


def _goes_on(page: Layout, at: int, *, strong: bool, known: set[str]) -> bool:
    """Whether the article goes on at a block that stands below other stories or menus."""
    block = page.blocks[at]
    if block.label is not None:
        return False
    if tail.correction(block.text) or heads_text(page.blocks, at, page.stop, strong=strong):
        return True
    return resumes(page.blocks, at, stop=page.stop, strong=strong, known=known, ended=page.ended)


def _other_stories(page: Layout, at: int, *, strong: bool, known: set[str]) -> int:
    """Label a block of other stories; the number of the block where the article goes on."""
    blocks = page.blocks
    end = at + 1
    while end < page.stop and not _goes_on(page, end, strong=strong, known=known):
        end += 1
    if end < page.stop:
        end = went_on(blocks, at + 1, end)
    blocks[at].set(Label.RUBRIC, "heading of a block of other stories")
    page.teasers += label_stories(blocks, at + 1, end)
    return end


def _label_text(blocks: Sequence[Block], at: int, stop: int) -> None:
    """Label one block of the article itself."""
    block = blocks[at]
    after = blocks[at + 1] if at + 1 < stop else None
    if byline.name_alone(block.text) and _signs_entry(blocks, at, stop):
        block.set(Label.DATELINE, "name of who wrote the entry")
    elif (
        byline.timestamp(block.text)
        and not _entry_time(blocks, block)
        and block.text[-1].isdigit()
        and _boxed(blocks, at)
    ):
        block.set(Label.FURNITURE, "length of a video")
    elif _entry_time(blocks, block):
        block.set(Label.DATELINE, _ENTRY)
    elif block.shape == "heading" or byline.timestamp(block.text):
        block.set(Label.HEADING, "heading")
    elif block.shape in ("list", "table", "quote"):
        block.set(Label.BODY, f"{block.shape} in the text")
    elif block.kind is not Kind.SHORT:
        block.set(Label.BODY, "paragraph")
    elif block.words <= 14 and after is not None and _carries(after):
        block.set(Label.HEADING, "short line over a paragraph")
    else:
        block.set(Label.BODY, "kept: may belong to the text")


def _signs_entry(blocks: Sequence[Block], at: int, stop: int) -> bool:
    """Whether a name stands under the time of an entry, over the entry's heading or below it."""
    above = blocks[max(0, at - 2) : at]
    if any(byline.timestamp(b.text) for b in above):
        return True
    if all(b.label is not Label.DATELINE for b in above):
        return False
    dates = (b for b in blocks[:stop] if b.label is Label.DATELINE)
    if len(list(islice(dates, _ENTRIES))) < _ENTRIES:
        return False
    return above[-1].label is not Label.DATELINE or not any(map(_carries, blocks[at + 1 : at + 2]))


def _boxed(blocks: Sequence[Block], at: int) -> bool:
    """Whether furniture or another story stands right over or under a block."""
    around = [*blocks[max(0, at - 1) : at], *blocks[at + 1 : at + 2]]
    boxes = (Label.FURNITURE, Label.TEASER, Label.RUBRIC)
    return any(b.label in boxes or openers.pointer(b.text) for b in around)


def _entry_time(blocks: Sequence[Block], block: Block) -> bool:
    """Whether a line is the time of an entry: a lone one on a page is how long a video is."""
    if not byline.timestamp(block.text):
        return False
    # No more of them are looked for than are needed: a live blog has hundreds.
    return len(list(islice((b for b in blocks if byline.timestamp(b.text)), 2))) == 2


def _carries(block: Block) -> bool:
    """Whether a block can stand under a heading."""
    return block.label is None and (
        block.kind is not Kind.SHORT or block.shape in ("list", "table")
    )
