"""Blocks of other stories on a page: where they end, and which lines make one teaser."""

import re
from collections.abc import Sequence
from itertools import islice

from rag import looks, openers
from rag.blocks import TEXT, Block, Grouped, Kind, overlap, stems
from rag.types import Label

_CONTINUES = re.compile(
    r"[\"“„«'‘]|(?:he|she|they|it|its|his|her|their|but|however|meanwhile|still|yet|and|this|these"
    r"|that|those|also|both|such|in addition|according to|asked|the (?:company|minister|group|bank"
    r"|firm|government|report|plan|move|deal|agency|court|study|two|move|decision))\b",
    re.IGNORECASE,
)
_FOLLOW = re.compile(r"(?:follow|like|join|find|contact|about) [A-Z@][^.!?]{2,40}$", re.IGNORECASE)
_TWO_SENTENCES = re.compile(r"[^.!?\s]{3}[.!?][\"”’)]? [\"“‘]?[A-Z][\w'’]* [a-z]")
_RUBRIC_WORDS = 3
_NAME = re.compile(r"(?<=\S )[A-Z][^\W\d_]{3,}")
_NUMBERED = re.compile(r"#?(\d{1,3})[.):]? +\S")
_RANK = re.compile(r"\d{1,2}[.)]?$")
_CLOSING = ("copyright", "newsletter", "cookie notice", "menu", "topics", "contact", "legal")


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
    if block.kind is not Kind.PROSE or block.label is not None or _RANK.match(page[at - 1].text):
        return False
    if _titled(block.text):
        return False
    ahead = [b for b in page[at + 1 : min(stop, at + 7)] if b.label is None]
    before = page[at - 1]
    score = 0 if strong else 1
    score += 3 if ended and at < stop else 0
    score += _followed(ahead) + _set_apart(page, at)
    score += 1 if block.words >= 45 else 0
    share = overlap(block.text, known)
    score += 2 if share >= 0.3 else 1 if share >= 0.18 else -1 if share < 0.08 else 0
    score += 1 if _CONTINUES.match(block.text) else 0
    score += 1 if block.words >= 30 and _names(block.text) & known else 0
    score += 1 if _unlike(page, at) and block.text.split()[0].casefold()[:6] in known else 0
    # A teaser says what its story is about in one sentence.
    score += 1 if not strong and _TWO_SENTENCES.search(block.text) else 0
    headed = before.kind is Kind.SHORT and openers.related(before.text) is None
    if headed and ahead and ahead[0].kind is not Kind.PROSE:
        score -= 1 if not strong and (share >= 0.3 or block.words >= 35) else 2
        below = [b for b in ahead[1:2] if b.kind is Kind.PROSE]
        score += 2 if any(overlap(b.text, known) >= 0.25 for b in below) else 0
    if _unlike(page, at):
        score += 2
    elif strong and not any(b.kind is Kind.PROSE for b in ahead):
        score -= 2
    score -= 2 if block.text.endswith("?") and not _TWO_SENTENCES.search(block.text) else 0
    return score >= (3 if strong else 2)


def went_on(page: Sequence[Block], first: int, at: int) -> int:
    """Where the article went on, when it surely does at block ``at``: there, or a little above.

    The line right above is its heading when it says what the paragraph says, and a paragraph of
    two sentences over such a heading is the article's, too.
    """
    head = page[at - 1]
    if at - 1 <= first or head.label is not None or head.kind is not Kind.SHORT:
        return at
    before = page[at - 2]
    whole = before.kind is Kind.PROSE and _TWO_SENTENCES.search(before.text) is not None
    if before.label is None and whole and at - 2 > first:
        return at - 2
    about = stems(page[at].text)
    others = [b for b in page[first : at - 1] if b.label is None]
    if head.words > 8 or overlap(head.text, about) < 0.5:
        return at
    return at if any(overlap(b.text, about) >= 0.5 for b in others) else at - 1


def heads_text(page: Sequence[Block], at: int, stop: int, *, strong: bool) -> bool:
    """Whether a line inside other stories is a heading of the article or the first row of a table.

    Tables stand in no list of stories. A short question is a heading where the article has asked
    two before.
    """
    block = page[at]
    if _counted(page, at):
        return True
    below = [b.shape for b in page[at + 1 : min(stop, at + 4)]]
    if block.shape == "table":
        return below[:1] == ["table"]
    if block.words > 8 or block.kind is Kind.TRUNCATED:
        return False
    if below == ["table"] * 3:
        return True
    return not strong and _asked_again(page, at)


def _asked_again(page: Sequence[Block], at: int) -> bool:
    """Whether a line is a question where the article has two headings that are questions."""
    text = page[at].text
    if not text.endswith("?") or _RANK.match(page[at - 1].text) or _titled(text):
        return False
    asked = (b for b in page[:at] if b.label in TEXT and b.words <= 8 and b.text.endswith("?"))
    return len(list(islice(asked, 2))) == 2


def _counted(page: Sequence[Block], at: int) -> bool:
    """Whether a line carries on the count of a list's headings: `6 Marrow` after `7 Auntie`."""
    number = _NUMBERED.match(page[at].text)
    if number is None or page[at].words > 12:
        return False
    above = (_NUMBERED.match(b.text) for b in reversed(page[:at]) if b.label in TEXT)
    last = [int(found[1]) for found in islice(filter(None, above), 2)]
    return len(last) == 2 and int(number[1]) - last[0] == last[0] - last[1] in (1, -1)


def _titled(text: str) -> bool:
    """Whether a line is written as American headlines are: `The City That Sells Its Own Noise`."""
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 4]
    return len(words) >= 3 and len(text.split()) <= 25 and all(w[0].isupper() for w in words)


def _unlike(page: Sequence[Block], at: int) -> bool:
    """Whether a paragraph of two sentences stands under two headlines or more without a text."""
    if not _TWO_SENTENCES.search(page[at].text) or page[at].text.endswith("?"):
        return False
    stories = []
    for block in reversed(page[max(0, at - 30) : at]):
        if block.label is not None or openers.related(block.text):
            break
        stories.append(block)
    heads = [b for b in stories if b.words >= 4]
    return len(heads) >= 2 and all(b.kind is Kind.SHORT or _titled(b.text) for b in heads)


def _names(text: str) -> set[str]:
    """The stems of the names in a paragraph: capitalised words but the first."""
    return {name.casefold()[:6] for name in _NAME.findall(text)}


def _set_apart(page: Sequence[Block], at: int) -> int:
    """What blank lines say, where the article has them and the other stories have none.

    One for a paragraph with a blank line above it, minus two for one without.
    """
    text = [
        b for b in page[max(0, at - 200) : at] if b.kind is Kind.PROSE and b.label is Label.BODY
    ]
    if len(text) < 2 or sum(b.gap for b in text) < 0.8 * len(text):
        return 0
    stories = []
    for block in reversed(page[max(0, at - 60) : at]):
        if block.label is not None:
            break
        stories.append(block)
    if len(stories) < 2 or any(b.gap for b in stories[:-1]):
        return 0
    return 1 if page[at].gap else -2


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
    """Label the blocks of other stories in ``page[first:stop]`` and group them into teasers.

    What stands below the stories, up to the next heading of such a block, is furniture.
    """
    made: list[Grouped] = []
    name: str | None = None
    lasting = over = False
    heads = _heads(page)
    for at in range(first, stop):
        block = page[at]
        opens = openers.related(block.text) is not None or _paid(page, at, stop)
        if block.label is Label.FURNITURE and not opens:
            over = over or (_closes(block) and not (block.reason == "topics" and _told(page, at)))
            continue
        over = (over or _ends(page, at, stop, heads)) and not opens
        if over:
            block.set(Label.FURNITURE, "below the other stories")
        elif opens or rubric(page, at, stop):
            block.set(Label.RUBRIC, "rubric of another story")
            name, lasting = block.text, opens
            made.append(Grouped(name))
        else:
            _add(made, block, at, name if lasting else None)
    return [group for group in made if group.blocks]


def _heads(page: Sequence[Block]) -> tuple[str, ...]:
    """The lines of two words or more at the top of the page, where its name stands."""
    return tuple(
        b.text.casefold() for b in page[:40] if 2 <= b.words <= 6 and b.reason.startswith("above")
    )


def _ends(page: Sequence[Block], at: int, stop: int, heads: tuple[str, ...]) -> bool:
    """Whether the foot of the page begins at a line: a menu, or what the outlet says of itself."""
    block = page[at]
    if _FOLLOW.match(block.text) or looks.menu_row(block.text):
        return True
    section = block.text.casefold() in heads and _told(page, at)
    named = not section and bool(heads) and block.text.casefold().startswith(heads)
    return _menu(page, at, stop) or named


def _told(page: Sequence[Block], at: int) -> bool:
    """Whether a headline stands right below a line, which then names its section."""
    below = page[at + 1] if at + 1 < len(page) else None
    return below is not None and below.label is None and below.words >= 5


def _paid(page: Sequence[Block], at: int, stop: int) -> bool:
    """Whether a line says that the stories below it are paid for."""
    return at + 1 < stop and _told(page, at) and openers.sponsored(page[at].text)


def _menu(page: Sequence[Block], at: int, stop: int) -> bool:
    """Whether four lines of up to three words begin here, or five of up to four: no headlines."""
    lines = []
    for block in page[at : min(at + 5, stop)]:
        if block.words > 4 or block.kind is not Kind.SHORT or block.label is Label.DATELINE:
            break
        lines.append(block)
    return (len(lines) == 5 and lines[0].words <= 3) or (
        len(lines) == 4 and all(b.words <= 3 for b in lines)
    )


def _closes(block: Block) -> bool:
    """Whether furniture stands below a list of stories, not between two of them."""
    if block.reason == "comments":
        return not any(map(str.isdigit, block.text))
    return block.reason in _CLOSING and (block.words >= 2 or block.reason in ("topics", "contact"))


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
