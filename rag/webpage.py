"""Raw HTML -> the visible page as text: its lines, which are its body, and its metadata."""

from dataclasses import dataclass

from rag import markup, webfacts
from rag.clean import clean
from rag.kept import body_text, chosen
from rag.rendering import Shown, shown
from rag.webfacts import Facts


@dataclass(frozen=True)
class WebPage:
    """The non-blank lines of ``text`` are ``lines``, in order; ``body`` tells those of the body.

    ``tab`` is what a browser shows on the tab: the ``<title>`` as it is.
    """

    text: str
    lines: list[Shown]
    body: list[bool]
    facts: Facts
    tab: str


def read(html: str, *, name: str = "The page") -> WebPage:
    """Read a page. ``text`` is clean: offsets into it are those of the article.

    Raises BadArticle when it cannot be parsed. A page on which no body is found is returned.
    """
    tree = markup.parse(html, name=name)
    facts = webfacts.read(tree)
    tab = " ".join(clean(tree.findtext(".//title") or "").split())
    markup.drop_unseen(tree)
    lines = shown(tree)
    body = chosen([line.text for line in lines], body_text(tree))
    breaks = ["" if n == 0 else "\n\n" if line.gap else "\n" for n, line in enumerate(lines)]
    text = "".join(gap + line.text for gap, line in zip(breaks, lines, strict=True))
    return WebPage(text, lines, body, facts, tab)
