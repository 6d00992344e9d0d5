"""Whether CSS keeps the text of an element from sight: its ``style`` and the rules of its page."""

import re
from collections.abc import Iterator
from time import thread_time
from typing import TYPE_CHECKING, Any

import cssselect
import tinycss2
from tinycss2.color4 import parse_color

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Value = list[Any]
"""The tokens of a value, as tinycss2 gives them, without spaces and comments."""
Said = dict[str, Value]
Rank = tuple[bool, tuple[float, ...], int]
"""Important or not, specificity, place: what is highest counts, as the CSS cascade has it."""
Ranked = list[tuple[Rank, str, Value]]

_PIXELS = {"px": 1, "pt": 1.3, "em": 16, "rem": 16, "ex": 8, "ch": 8, "cm": 38, "mm": 3.8, "in": 96}
_OTHER_UNIT = 10.0  # vw, vh, %: of a screen of 1,000 pixels
_AWAY = -501  # pixels: half a screen to the left still is how layouts centre
_FAR = 2000
_FAINT = 0.05
_OFFSETS = ("left", "right", "bottom", "inset")
_ROOM = ("height", "width", "max-height", "max-width", "block-size", "inline-size")
_OVERFLOW = ("overflow", "overflow-x", "overflow-y")
_COLORS = ("color", "-webkit-text-fill-color")
_CLIPPED = ("background-clip", "-webkit-background-clip")
_READ = frozenset(
    (
        *(*_OFFSETS, *_ROOM, *_OVERFLOW, *_COLORS, *_CLIPPED, "top", "margin", "margin-left"),
        *("margin-top", "display", "visibility", "content-visibility", "opacity", "filter", "zoom"),
        *("font", "font-size", "position", "text-indent", "white-space", "clip", "clip-path"),
        *("transform", "scale", "translate"),
    )
)
_ON_SCREEN = frozenset(("", "all", "screen", "onlyscreen", "onlyall"))
_DEEPEST = 4
_MOST = 2_000
_MOST_GIVEN = 200_000
_MOST_SECONDS = 3.0  # of this thread's own work, so that a busy machine reads a page alike
_MOST_DOWN = 3  # the first is the way from the page itself
_DEGREES = {"turn": 360, "rad": 57.29578, "grad": 0.9}
_NAME = re.compile(r"[.#]([\w-]+)")
_NOT_PLAIN = re.compile(r"[:\[\\]")
_INLINE = (float("inf"),)


def declared(style: Any, specificity: tuple[float, ...] = _INLINE, place: int = 0) -> Ranked:
    """The declarations of a ``style``, or of the tokens of a rule's body, that may hide."""
    found = tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    return [
        ((node.important, specificity, place), node.lower_name, _bare(node.value))
        for place, node in enumerate(found, start=place)
        if node.type == "declaration" and node.lower_name in _READ
    ]


def rules(tree: "HtmlElement") -> dict["HtmlElement", Ranked]:
    """What the ``<style>`` elements of a page declare for each element that they select.

    ``@media`` counts for all and for the screen; what holds for paper or other screens does not,
    nor what cannot be read. So that it ends, selectors that look at siblings or go down over twice
    are left aside, and what comes after 2,000 selectors, 200,000 declarations or three seconds.
    """
    from lxml.etree import XPathError

    found: dict[HtmlElement, Ranked] = {}
    until = thread_time() + _MOST_SECONDS
    read = given = 0
    for said, path in _selecting(tree):
        read += 1
        if read > _MOST or given > _MOST_GIVEN or thread_time() > until:
            break
        try:
            selected = tree.xpath(path)
        except XPathError:
            continue
        given += len(selected) * len(said)
        for element in selected:
            found.setdefault(element, []).extend(said)
    return found


def _selecting(tree: "HtmlElement") -> Iterator[tuple[Ranked, str]]:
    """The declarations of each selector of a page, and the XPath of what it selects."""
    names = {name for each in tree.iter("*") for name in (each.get("class") or "").split()}
    names |= {each.get("id") for each in tree.iter("*") if each.get("id")}
    translator = cssselect.HTMLTranslator()
    place = 0
    for prelude, body in _sheets(tree):
        said = declared(body, place=place)
        place += len(said)
        if not said:
            continue
        try:
            selectors = cssselect.parse(tinycss2.serialize(prelude))
            paths = [
                (selector.specificity(), translator.selector_to_xpath(selector))
                for selector in selectors
                if not selector.pseudo_element and _may_select(selector.canonical(), names)
            ]
        except (cssselect.SelectorError, RecursionError):
            continue
        for specificity, path in paths:
            if not _is_slow(path):
                ranked: Ranked = [
                    ((rank[0], specificity, rank[2]), name, value) for rank, name, value in said
                ]
                yield ranked, path


def _may_select(selector: str, names: set[str]) -> bool:
    """False when it plainly asks for a class or id that is nowhere on the page; saves time."""
    return bool(_NOT_PLAIN.search(selector)) or names.issuperset(_NAME.findall(selector))


def _is_slow(path: str) -> bool:
    """Whether an XPath may take time that grows with the square of the page, or worse."""
    return "sibling::" in path or path.count("descendant") > _MOST_DOWN


def _sheets(tree: "HtmlElement") -> Iterator[tuple[Value, Value]]:
    """The (selectors, body) of each rule of a page, as tokens."""
    for element in tree.xpath("//style[not(ancestor::noscript or ancestor::template)]"):
        media = (element.get("media") or "all").casefold().replace(" ", "")
        if not _ON_SCREEN.isdisjoint(media.split(",")):
            yield from _inner(tinycss2.parse_stylesheet(element.text or "", skip_comments=True), 0)


def _inner(nodes: Value, depth: int) -> Iterator[tuple[Value, Value]]:
    for node in nodes:
        if node.type == "qualified-rule":
            yield node.prelude, node.content
        elif node.type == "at-rule" and node.content and depth < _DEEPEST:
            media = "".join(getattr(token, "value", "?") for token in _bare(node.prelude))
            held = not _ON_SCREEN.isdisjoint(media.casefold().split(","))
            if node.lower_at_keyword == "layer" or (node.lower_at_keyword == "media" and held):
                inside = tinycss2.parse_rule_list(node.content, skip_comments=True)
                yield from _inner(inside, depth + 1)


def hides(ranked: Ranked) -> bool:
    """Whether the declarations that hold for an element keep its text from sight."""
    said = {name: value for _, name, value in sorted(ranked, key=lambda each: each[0])}
    if _word(said, "display") == "none" or _word(said, "content-visibility") == "hidden":
        return True
    if _word(said, "visibility") in ("hidden", "collapse"):
        return True
    return _faint(said) or _tiny_font(said) or _off_screen(said) or _no_room(said) or _shrunk(said)


def _bare(tokens: Value) -> Value:
    return [token for token in tokens if token.type not in ("whitespace", "comment")]


def _word(said: Said, name: str) -> str | None:
    value = said.get(name, [])
    return value[0].lower_value if len(value) == 1 and value[0].type == "ident" else None


def _functions(said: Said, *names: str) -> list[tuple[str, Value]]:
    """The functions in the values of properties, and what each is given."""
    tokens = [token for name in names for token in said.get(name, []) if token.type == "function"]
    return [(token.lower_name, token.arguments) for token in tokens]


def _amounts(tokens: Value, *, percent: float = _OTHER_UNIT) -> list[float | None]:
    """The values in pixels, or as near as the unit allows; plain numbers as they are."""
    return [_amount(each, percent) for each in _bare(tokens) if each.type != "literal"]


def _amount(token: Any, percent: float) -> float | None:
    if token.type == "number":
        return float(token.value)
    if token.type == "percentage":
        return float(token.value) * percent
    if token.type == "dimension":
        return float(token.value) * _PIXELS.get(token.lower_unit, _OTHER_UNIT)
    if token.type == "function" and token.lower_name == "calc":
        return _sum(_bare(token.arguments), percent)
    return None


def _sum(tokens: Value, percent: float) -> float | None:
    """What a ``calc()`` without inner brackets comes to."""
    terms, sign = [0.0], "+"
    for token in tokens:
        if token.type == "literal":
            sign = token.value
            continue
        amount = None if token.type == "function" else _amount(token, percent)
        if amount is None or (sign == "/" and not amount):
            return None
        if sign == "*":
            terms[-1] *= amount
        elif sign == "/":
            terms[-1] /= amount
        else:
            terms.append(-amount if sign == "-" else amount)
    return sum(terms)


def _first(said: Said, name: str, *, percent: float = _OTHER_UNIT) -> float | None:
    return _at(said.get(name, []), percent=percent)


def _at(tokens: Value, *, percent: float = _OTHER_UNIT) -> float | None:
    """The first amount."""
    return next(iter(_amounts(tokens, percent=percent)), None)


def _under(amount: float | None, most: float) -> bool:
    return amount is not None and amount <= most


def _faint(said: Said) -> bool:
    """Whether its ink is all but clear; not so for letters that are cut out of a picture."""
    if _under(_first(said, "opacity", percent=0.01), _FAINT) or _first(said, "zoom") == 0:
        return True
    for name, given in _functions(said, "filter"):
        if name == "opacity" and _under(_at(given, percent=0.01), _FAINT):
            return True
    if any(_word(said, name) == "text" for name in _CLIPPED):
        return False
    inks = [parse_color(said[name][0]) for name in _COLORS if len(said.get(name, [])) == 1]
    return any(_under(getattr(ink, "alpha", None), _FAINT) for ink in inks)


def _tiny_font(said: Said) -> bool:
    if _under(_first(said, "font-size", percent=0.16), 1):
        return True
    sizes = [
        _amount(token, 0.16)
        for token in said.get("font", [])
        if token.type in ("dimension", "percentage") or (token.type == "number" and not token.value)
    ]
    return bool(sizes) and _under(sizes[0], 1)


def _off_screen(said: Said) -> bool:
    position = _word(said, "position")
    away = _amounts(said.get("text-indent", []))
    far: list[float | None] = []
    if position in ("absolute", "fixed", "relative"):
        far = [at for name in _OFFSETS for at in _amounts(said.get(name, []))]
        top = _amounts(said.get("top", []))
        away += far + top
        far += top if position == "fixed" else []
    # In percent these are of the element or its column, as layouts have them, not of the screen.
    moved = [said.get(name, []) for name in ("margin", "margin-left", "margin-top", "translate")]
    moved += [by for name, by in _functions(said, "transform") if name.startswith("translate")]
    away += [at for by in moved for at in _amounts(by, percent=1)]
    return any(_under(at, _AWAY) for at in away) or any(at is not None and at >= _FAR for at in far)


def _no_room(said: Said) -> bool:
    tokens = [token for name in _OVERFLOW for token in said.get(name, [])]
    words = {token.lower_value for token in tokens if token.type == "ident"}
    if words.isdisjoint(("hidden", "clip")):
        return False
    indent = _first(said, "text-indent")
    if _word(said, "white-space") == "nowrap" and indent is not None and indent >= 1000:
        return True
    return any(_under(_first(said, name), 1) for name in _ROOM)


def _shrunk(said: Said) -> bool:
    """Whether it is clipped, scaled or turned until nothing is left."""
    shapes = _functions(said, "clip", "clip-path")
    turns = [*_functions(said, "transform"), ("scale", said.get("scale", []))]
    return any(_no_area(*each) for each in shapes) or any(_flat(*each) for each in turns)


def _no_area(shape: str, given: Value) -> bool:
    amounts = _amounts(given)
    known = [each for each in amounts if each is not None]
    if shape == "inset":
        top, right, bottom, left = _four(amounts)
        return top + bottom >= 1000 or right + left >= 1000
    if shape == "rect" and len(known) == 4:
        return known[2] - known[0] <= 1 or known[1] - known[3] <= 1
    if shape in ("circle", "ellipse"):
        return any(_under(radius, 1) for radius in amounts[: 1 if shape == "circle" else 2])
    return shape == "polygon" and bool(known) and _area(known) < 1


def _flat(turn: str, given: Value) -> bool:
    if turn in ("scale", "scalex", "scaley"):
        sizes = _amounts(given, percent=0.01)
        return any(size is not None and abs(size) <= _FAINT for size in sizes)
    if turn in ("rotatex", "rotatey"):
        angles = [token for token in given if token.type == "dimension"]
        turned = [token.value * _DEGREES.get(token.lower_unit, 1) % 180 for token in angles]
        return any(abs(angle - 90) < 2 for angle in turned)
    return False


def _four(amounts: list[float | None]) -> list[float]:
    """One to four sides as top, right, bottom and left; ``round`` and what follows is no side."""
    sides = [each or 0.0 for each in amounts[: amounts.index(None) if None in amounts else 4]]
    top = sides[0] if sides else 0.0
    right = sides[1] if len(sides) > 1 else top
    return [top, right, *(sides[2:] or [top]), *([] if len(sides) > 3 else [right])]


def _area(at: list[float]) -> float:
    """Of a polygon given as x, y, x, y, ...; the shoelace formula."""
    points = list(zip(at[::2], at[1::2], strict=False))
    turned = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * below - right * y for (x, y), (right, below) in turned)) / 2
