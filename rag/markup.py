"""HTML -> a tree of what a reader of the page can see: scripts, forms and hidden text are gone."""

import re
from typing import TYPE_CHECKING

from rag import styles
from rag.errors import BadArticle

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DEEPEST = 120
_SHELL = frozenset(("html", "body", "head"))
_UNSEEN_TAGS = (
    "script style noscript template svg math canvas iframe frame frameset noframes object embed "
    "applet audio video map area input select textarea datalist progress meter"
)
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_FOR_SCREEN_READERS = (
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only "
    "element-invisible a11y-hidden u-visually-hidden show-for-sr"
)
_SPOKEN = frozenset(_FOR_SCREEN_READERS.split())
_SELF_CLOSED = re.compile(
    r"<(script|style|title|textarea|iframe|div|span|p|a|i)\b([^<>]*)/>", re.IGNORECASE
)


def parse(html: str, *, name: str) -> "HtmlElement":
    """The tree of a page, comments left out. ``name`` is how a message names the page.

    Raises BadArticle for a page that is nested so deep (over 2,000 levels) that the parser loses
    its end, and for one without a single element.
    """
    from lxml.etree import LxmlError, ParserError
    from lxml.html import HTMLParser, document_fromstring

    if html.lstrip()[:5].casefold() == "<?xml":
        html = _SELF_CLOSED.sub(r"<\1\2></\1>", html)
    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    try:
        tree = document_fromstring(html.encode("utf-8", "ignore"), parser=parser)
    except (LxmlError, ParserError, ValueError, AssertionError) as error:
        raise _bad(name, "is HTML without a single element") from error
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise _bad(name, "nests its elements over 2,000 deep, so that its end cannot be read")
    return tree


def _bad(name: str, what: str) -> BadArticle:
    return BadArticle(f"{name} {what}. Nothing of it was stored; save the page as plain text.")


def drop_unseen(tree: "HtmlElement") -> None:
    """Take out of a tree, in place, what is not seen; JSON-LD and the head stay.

    That is scripts, form fields, and every element hidden by its attributes, its ``style``, or
    the rules in a ``<style>`` of the page. Text in the colour of its background is not told apart,
    nor what a style sheet elsewhere hides. What ``<details>`` holds is a click away, and stays.
    """
    ruled = styles.rules(tree)
    for element in list(tree.iter("*")):
        if element.tag in _SHELL or element.getparent() is None:
            continue
        unseen = element.tag in _UNSEEN and element.get("type") != "application/ld+json"
        if unseen or _hidden(element, ruled.get(element, [])):
            element.drop_tree()
    _flatten(tree)


def _hidden(element: "HtmlElement", ruled: styles.Ranked) -> bool:
    """Whether its own attributes, or the rules of the page, hide an element."""
    if element.get("hidden") is not None or element.get("popover") is not None:
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    said = [*ruled, *styles.declared(element.get("style", ""))]
    if said and styles.hides(said):
        return True
    return not _SPOKEN.isdisjoint(element.get("class", "").split())


def _flatten(tree: "HtmlElement") -> None:
    """Take wrappers out of a tree that is deeper than any page needs; the next may recurse."""
    depth = {tree: 0}
    deep = []
    for element in tree.iter("*"):
        above = element.getparent()
        at = 0 if above is None else depth[above] + 1
        if at > _DEEPEST and element.tag in ("div", "span", "section", "font", "b", "i", "em"):
            deep.append(element)
            at -= 1
        depth[element] = at
    for element in deep:
        element.drop_tag()
