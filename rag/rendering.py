"""A tree of a page -> its visible lines in order, each with the part of the page it stands in."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.clean import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_TAGS = (
    "address article aside blockquote body button caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html label legend "
    "li main menu nav ol option p pre section summary table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_CELLS = frozenset(("td", "th"))
_NO_TEXT = frozenset(("head", "script", "title"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One visible line. ``gap`` is whether a blank one is above; ``within`` the block it is from.

    ``linked`` is the share of its characters that are text of links.
    """

    text: str
    gap: bool
    within: "HtmlElement"
    linked: float


def shown(tree: "HtmlElement") -> list[Shown]:
    """The lines of a page as a browser would give them to be pasted, cleaned; one block a line.

    ``<br>`` and the lines of a ``<pre>`` end a line without a gap, cells of a table row are parted
    by tabs.
    """
    page = _Page(tree)
    # Not recursive: a page is as deep as it likes. The second entry is for what follows the tag.
    todo: list[tuple[HtmlElement, bool]] = [(tree, False)]
    while todo:
        element, closing = todo.pop()
        if closing:
            page.close(element)
            if element is not tree and element.tail:
                page.add(element.tail)
            continue
        todo.append((element, True))
        if element.tag not in _NO_TEXT:
            page.open(element)
            todo += [(child, False) for child in reversed(element) if isinstance(child.tag, str)]
    page.end_line()
    return page.lines


@dataclass
class _Page:
    """The lines so far, the words of the current one, and the blocks that are open."""

    root: "HtmlElement"
    lines: list[Shown] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    pre: int = 0
    gap: bool = True
    after_link: bool = False
    within: "list[HtmlElement]" = field(default_factory=list)

    def open(self, element: "HtmlElement") -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.end_line()
            self.gap = self.gap or tag != "tr"
            self.within.append(element)
        elif tag in _CELLS and self.words:
            self.words.append("\t")
        elif tag == "br":
            self.break_line()
        elif tag == "a" and self.after_link:
            self.words.append(" ")  # menus are links side by side, parted by style alone
        self.links += tag == "a"
        self.pre += tag == "pre"
        if element.text:
            self.add(element.text)

    def close(self, element: "HtmlElement") -> None:
        tag = element.tag
        self.links -= tag == "a"
        self.after_link = tag == "a"
        self.pre -= tag == "pre"
        if tag in _BLOCKS and self.within and self.within[-1] is element:
            self.end_line()
            self.gap = self.gap or tag != "tr"
            self.within.pop()

    def add(self, text: str) -> None:
        first, *rest = text.split("\n") if self.pre else [text]
        self._put(first)
        for line in rest:
            self.break_line()
            self._put(line)

    def _put(self, text: str) -> None:
        self.words.append(text)
        self.after_link = False
        if self.links:
            self.linked += len(text.strip())

    def break_line(self) -> None:
        """End a line within a block; two breaks in a row make a gap."""
        if not self.end_line():
            self.gap = True

    def end_line(self) -> bool:
        """End the current line; False when nothing stands on it."""
        cells = "".join(self.words).split("\t") if "\t" in self.words else ["".join(self.words)]
        text = clean("\t".join(" ".join(cell.split()) for cell in cells)).strip()
        share = min(1.0, self.linked / len(text)) if text else 0.0
        self.words, self.linked = [], 0
        if not text:
            return False
        self.lines.append(
            Shown(text, self.gap, self.within[-1] if self.within else self.root, share)
        )
        self.gap = False
        return True
