"""Takes out what a page says of its authors: their jobs, what they wrote, where they live."""

import re

from rag import byline, openers
from rag.blocks import TEXT, Kind, Layout, free
from rag.types import Label

_BIO = re.compile(
    r"(?P<name>[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){1,3}),? (?:is|was|has|have|joined|writes|covers"
    r"|reports|leads|works|lives|teaches|edits)\b.{0,100}"
    r"\b(?i:reporter|correspondent|editor|writer|columnist|journalist|contributor|author|critic"
    r"|cover(?:s|ed|ing)|writes|wrote|freelance|professor|analyst|fellow|reports|reported|joined"
    r"|books?)\b",
)


_IS = re.compile(r"(?:is|was|has been|covers|writes|reports|has written|joined) ")
_TITLE = r"(?:mr|ms|mrs|dr|prof|professor)\.? "


def drop(page: Layout, first: int) -> None:
    """Paragraphs that say who the author is, with the name and the job above them."""
    names = _names(page)
    _drop_above(page, names)
    _drop_signed(page, names, first)
    lines = [n for n in range(page.anchor + 1, page.stop) if page.blocks[n].label in TEXT]
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


def _drop_above(page: Layout, names: list[str]) -> None:
    """A note on the author between the by-line and the first paragraph: `Ms. Doe is a lawyer.`"""
    top = page.title if page.title is not None else page.anchor
    for block in page.blocks[top + 1 : page.anchor + 1]:
        if block.label not in TEXT or block.kind is Kind.SHORT:
            continue
        for name in names:
            text = block.text.casefold()
            called = re.match(_TITLE + re.escape(name.split()[-1]) + " ", text)
            after = text[called.end() if called else len(name) + 1 :]
            if (called or text.startswith(f"{name} ")) and _IS.match(after):
                block.set(Label.FURNITURE, "about the author")
                break


def _drop_signed(page: Layout, names: list[str], first: int) -> None:
    """The last paragraph, when it stands under the author's name alone or with a job."""
    solid = [
        n
        for n in range(first, page.stop)
        if page.blocks[n].label in TEXT and page.blocks[n].kind is not Kind.SHORT
    ]
    if not solid or page.blocks[solid[-1]].words > 60:
        return
    last = solid[-1]
    for n in range(last - 1, max(first, last - 4) - 1, -1):
        block = page.blocks[n]
        if block.text.casefold() in names:
            for line in page.blocks[n : last + 1]:
                line.set(Label.FURNITURE, "about the author")
            return
        if block.label in TEXT and block.kind is not Kind.SHORT:
            return


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
        if not free(line) or not (head or byline.role(line.text)):
            break
        line.set(Label.FURNITURE, "about the author")


def _names(page: Layout) -> list[str]:
    """The names in the by-lines above the text, in lower case."""
    lines = [b for b in page.blocks[: page.anchor + 1] if b.label is Label.DATELINE]
    found: list[str] = []
    for line in lines:
        said = byline.author(line.text) or byline.with_role(line.text)
        said = said or (byline.name_alone(line.text) if line.reason.startswith("name") else None)
        parts = re.split(r",| and | & | und | et | y ", said) if said else []
        found += [part.strip().casefold() for part in parts if len(part.split()) >= 2]
    return found
