"""HTML -> a tree of what a reader of the page can see: scripts, forms and hidden text are gone."""

import re
from typing import TYPE_CHECKING

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
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"[a-z0-9]*[.#][\w-]+$", re.IGNORECASE)
_PIXELS = {"em": 16, "rem": 16, "cm": 38, "in": 96, "vw": 10, "vh": 10}
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|em|rem|pt|vw|vh|%|cm|in)?$")
_CLIPPED = re.compile(
    r"rect\((?:[01](?:px)?[ ,]*){4}\)|inset\((?:50|100)%|circle\(0|scale[xy]?\(0[,)]"
)
_MOVED = re.compile(r"translate[xy]?\(\s*(-[\d.]{1,9}[a-z]*)")
_AWAY = -400  # pixels
_PROPERTIES = frozenset(("display", "visibility", "opacity", "font-size", "font"))


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

    That is scripts, form fields, and every element hidden by its attributes, its ``style``, or a
    plain class or id rule of a ``<style>`` of the page. Text in the colour of its background is
    not told apart, nor what a style sheet elsewhere hides.
    """
    hiding = _hiding_rules(tree)
    for element in list(tree.iter("*")):
        if element.tag in _SHELL or element.getparent() is None:
            continue
        unseen = element.tag in _UNSEEN and element.get("type") != "application/ld+json"
        if unseen or _hidden(element) or _ruled_out(element, hiding):
            element.drop_tree()
    _flatten(tree)


def _hidden(element: "HtmlElement") -> bool:
    """Whether its own attributes hide an element."""
    if element.get("hidden") is not None:
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    style = element.get("style")
    if style is not None and hides(style):
        return True
    return not _SPOKEN.isdisjoint(element.get("class", "").split())


def _ruled_out(element: "HtmlElement", hiding: dict[str, bool]) -> bool:
    if not hiding:
        return False
    names = [f".{name}" for name in element.get("class", "").split()]
    if element.get("id"):
        names.append(f"#{element.get('id')}")
    return any(hiding.get(key, False) for name in names for key in (name, element.tag + name))


def hides(style: str) -> bool:
    """Whether CSS declarations (``display: none; ...``) keep the text of an element from sight."""
    said: dict[str, str] = {}
    for declaration in _CSS_COMMENT.sub("", style).casefold().split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    if said.get("display") == "none" or said.get("content-visibility") == "hidden":
        return True
    if said.get("visibility") in ("hidden", "collapse"):
        return True
    if said.get("color") == "transparent" or _CLIPPED.search(
        " ".join(said.get(name, "") for name in ("clip", "clip-path", "transform"))
    ):
        return True
    if _amount(said.get("opacity")) == 0 or _tiny(said.get("font-size")):
        return True
    if any(re.fullmatch(r"0(?:px|em|pt)?(?:/.*)?", part) for part in said.get("font", "").split()):
        return True
    return _off_screen(said) or _no_room(said)


def _amount(value: str | None) -> float | None:
    """A length in pixels, or as near as the unit allows; a number or percentage as it is."""
    found = _LENGTH.match(value) if value else None
    return float(found[1]) * _PIXELS.get(found[2], 1) if found else None


def _tiny(value: str | None) -> bool:
    size = _amount(value)
    return size is not None and size <= 1


def _off_screen(said: dict[str, str]) -> bool:
    placed = said.get("position") in ("absolute", "fixed", "relative")
    names = ["text-indent", "margin-left", "margin-top"]
    names += ["left", "top", "right", "bottom"] if placed else []
    far = [_amount(said.get(name)) for name in names]
    moved = _MOVED.search(said.get("transform", ""))
    far.append(_amount(moved[1]) if moved else None)
    return any(at is not None and at <= _AWAY for at in far)


def _no_room(said: dict[str, str]) -> bool:
    if said.get("overflow") not in ("hidden", "clip"):
        return False
    return any(_tiny(said.get(name)) for name in ("height", "width", "max-height", "max-width"))


def _hiding_rules(tree: "HtmlElement") -> dict[str, bool]:
    """Simple selectors (``.x``, ``#x``, ``p.x``) of the page's ``<style>``, and whether they hide.

    The last rule for a selector counts. Rules in ``@media`` and the like are left aside: they
    hold for paper or other screens.
    """
    found: dict[str, bool] = {}
    for element in tree.iter("style"):
        if (element.get("media") or "all").casefold() not in ("all", "screen"):
            continue
        for selectors, body in _rules(element.text or ""):
            hiding = hides(body)
            said = {part.partition(":")[0].strip().casefold() for part in body.split(";")}
            for selector in selectors.split(","):
                name = selector.strip()
                if _SIMPLE.match(name) and (hiding or not said.isdisjoint(_PROPERTIES)):
                    found[name] = hiding
    return {name: hiding for name, hiding in found.items() if hiding}


def _rules(css: str) -> list[tuple[str, str]]:
    """The (selectors, declarations) of a style sheet that stand in no other block."""
    css = _CSS_COMMENT.sub("", css)
    found, depth, opened, start = [], 0, 0, 0
    for brace in _CSS_BRACE.finditer(css):
        if brace.group() == "{":
            depth += 1
            if depth == 1:
                opened = brace.start()
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = css[start:opened].rpartition(";")[2].strip()
                if not selectors.startswith("@"):
                    found.append((selectors, css[opened + 1 : brace.start()]))
                start = brace.end()
    return found


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
