"""Questions that compare two things, taken apart into a question about each."""

import re

from rag import comparatives
from rag.comparatives import Comparative, Measure
from rag.phrases import ONE, PERIOD, THING, bare, pair
from rag.several import AUX, Several, Wants, labelled

_COMPARE = re.compile(
    r"(?:how (?P<be>do|does|did|has|have|will|would) (?P<one>[^?]+?) compare"
    r"|compare (?P<told>[^?]+?))"
    r"(?: (?:with|to|against)| and) (?P<other>[^?]+?)[?.]*",
    re.IGNORECASE,
)
_IN_WHAT = re.compile(r" (?:in terms of|in|by|on) (?P<what>(?!the\b)[a-z-]+(?: [a-z-]+){0,2})$")
_CHANGED = re.compile(
    rf"(?:what (?:has )?changed|how (?:did|has|have) (?P<what>[^?]+?) changed?)"
    rf" (?:between|from) (?P<one>{PERIOD}) (?:and|to) (?P<other>{PERIOD})"
    r"(?: (?:in|for|about|with) (?P<in>[^?]+?))?\?*",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    rf"what (?P<be>is|was) the difference in (?P<what>[a-z-]+(?: [a-z-]+){{0,2}}) between"
    rf" (?P<one>{THING}) and (?P<other>{THING})\?*"
)


def _compared(text: str) -> Several | None:
    """Of the form "How did revenue in Q1 compare with Q2?"; "Compare A's offer with B's."."""
    match = _COMPARE.fullmatch(text)
    if match is None:
        return None
    one, other, what = match["one"] or match["told"], match["other"], None
    if in_what := _IN_WHAT.search(other):
        what, other = in_what["what"], other[: in_what.start()]
    be = "was" if (match["be"] or "").lower() == "did" else "is"
    both = pair(one, other)
    if both is None:
        return None
    if what:
        of = "in" if bare(both.things[0], PERIOD) else "of"
        asked = [f"What {be} the {what} {of} {phrase}?" for phrase in both.phrases]
    elif all(bare(phrase, PERIOD) for phrase in both.phrases):
        asked = [f"How much was it in {phrase}?" for phrase in both.phrases]
    elif any(bare(phrase, ONE) for phrase in both.phrases):
        return None  # nothing says in what two companies are to be compared
    else:
        asked = [f"What {be} {phrase}?" for phrase in both.phrases]
    return Several(labelled(both.things, asked), Wants.COMPARED)


def _changed(text: str) -> Several | None:
    """Of the form "What changed between January and March in Orlan's offer?"."""
    match = _CHANGED.fullmatch(text)
    what = match and (match["what"] or match["in"])
    if match is None or not what:
        return None
    things = (match["one"], match["other"])
    asked = (f"What was {what} {comparatives.at(thing)} {thing}?" for thing in things)
    return Several(labelled(things, asked), Wants.COMPARED)


def _difference(text: str) -> Several | None:
    """Of the form "What is the difference in price between the Solo and the Duo?"."""
    match = _DIFFERENCE.fullmatch(text[:1].lower() + text[1:])
    if match is None:
        return None
    things = (match["one"], match["other"])
    of = "in" if bare(things[0], PERIOD) else "of"
    asked = (f"What {match['be']} the {match['what']} {of} {thing}?" for thing in things)
    return Several(labelled(things, asked), Wants.DIFFERENCE)


_CHOICE = r"(?P<one>[^,?:;]{1,60}?),? or (?P<other>[^,?:;]{1,60}?)"
_WHICH = (
    re.compile(
        rf"(?:which|who)(?: one)? of (?:the two|the following|these|them)[,:] {_CHOICE}[,:]? "
        rf"(?P<what>(?:{AUX}|[a-z]+(?:ed|s)|{comparatives.PAST})\b[^?,]*)\?*",
        re.IGNORECASE,
    ),
    re.compile(
        rf"which(?: one)? of (?P<one>{THING})(?: or| and) (?P<other>{THING})"
        rf" (?P<what>(?:{AUX}|[a-z]+(?:ed|s)|{comparatives.PAST})\b[^?,]*)\?*"
    ),
    re.compile(
        r"(?:which|who|what)(?: one)?(?: of (?:the two|them|these))?(?P<noun> [a-z]+)??"
        rf" (?P<what>(?:{AUX}|[a-z]+(?:ed|s)|{comparatives.PAST})\b[^?,:;]*?)[,:] {_CHOICE}\?*",
        re.IGNORECASE,
    ),
)
_OR = re.compile(
    rf"(?P<aux>[Dd]id|[Dd]oes|[Dd]o|[Ww]ill|[Ii]s|[Ww]as) (?P<one>{THING}) or (?P<other>{THING})"
    r" (?P<what>[a-z]+[^?,]*)\?*"
)
_THAN = re.compile(
    rf"(?P<aux>{AUX}) (?P<left>[^?]+?) (?:than|compared (?:with|to)) (?P<other>[^?]+?)\?*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<aux>did|was|does|will) (?P<one>(?:the )?{ONE}) (?P<verb>[a-z]+(?: [a-z]+)?)"
    rf" (?P<when>before|after) (?P<other>(?:the )?{ONE})(?: did)?\?*"
)
_HOW_MUCH = re.compile(
    rf"how (?:much|many(?P<unit> (?!times)[a-z]+)??) (?P<comp>{comparatives.WORDS})"
    r"(?P<noun>(?: [a-z-]+){0,3}?)"
    rf" (?P<aux>{AUX}) (?P<left>[^?]+?) (?:than|compared (?:with|to)) (?P<other>[^?]+?)\?*",
    re.IGNORECASE,
)


def _picked(text: str) -> Several | None:
    """Of the form "Which raised more, Orlan or Fennick?"; "Did Orlan or Fennick raise more?"."""
    lowered = text[:1].lower() + text[1:]
    match = next((one for rule in _WHICH if (one := rule.fullmatch(lowered))), None)
    aux = None
    if match is None:
        if (match := _OR.fullmatch(text)) is None:
            return None
        aux = match["aux"].lower()
    things = (match["one"].strip(), match["other"].strip())
    if not _are_two(*things):
        return None
    found = comparatives.find(match["what"])
    if found is None:
        return None
    asked = [comparatives.about(found, thing, aux=aux) for thing in things]
    return _comparison(found, things, asked, Wants.PICK)


def _are_two(one: str, other: str) -> bool:
    """Whether a choice is between two things: not "formal or informal imperialism"."""
    sizes = {len(one.split()), len(other.split())}
    shared = one.islower() and other.islower() and len(sizes) > 1 and 1 in sizes
    return one.lower() != other.lower() and max(sizes) <= 6 and not shared


def _than(text: str) -> Several | None:
    """Of the form "Did Orlan raise more than Fennick?"; "Was revenue higher in Q2 than in Q1?"."""
    if before := _BEFORE.fullmatch(text[:1].lower() + text[1:]):
        things = (before["one"], before["other"])
        if any(bare(thing, PERIOD) for thing in things):
            return None
        asked = [f"When {before['aux']} {thing} {before['verb']}?" for thing in things]
        return Several(
            labelled(things, asked), Wants.PICK, Measure.DATE, less=before["when"] == "before"
        )
    match = _THAN.fullmatch(text)
    found = comparatives.find(match["left"]) if match else None
    if match is None or found is None or found.measure is Measure.DATE:
        return None
    return _of_pair(found, match["aux"].lower(), match["other"], Wants.PICK)


def _how_much_more(text: str) -> Several | None:
    """Of the form "How much more did Orlan pay than Castavel?"; "How much older is ...?"."""
    match = _HOW_MUCH.fullmatch(text)
    if match is None:
        return None
    found = comparatives.find(f"{match['left']} {match['comp']}{match['noun']}")
    if found is None or found.measure is Measure.DATE:
        return None
    return _of_pair(found, match["aux"].lower(), match["other"], Wants.MORE_BY)


def _of_pair(found: Comparative, aux: str, other: str, wants: Wants) -> Several | None:
    be = aux in ("is", "was", "are", "were")
    both = pair(found.before, other, clause=not be)
    if both is not None:
        asked = [comparatives.put(found, aux, phrase, found.after) for phrase in both.phrases]
    else:
        # "Was revenue higher in Q2 than in Q1?": the thing stands behind the comparing word.
        both = pair(found.after, other) if found.after else None
        if both is None:
            return None
        asked = [comparatives.put(found, aux, found.before, phrase) for phrase in both.phrases]
    return _comparison(found, both.things, asked, wants)


def _comparison(
    found: Comparative, things: tuple[str, str], asked: list[str], wants: Wants
) -> Several:
    return Several(labelled(things, asked), wants, found.measure, found.less)


RULES = (_compared, _changed, _difference, _how_much_more, _picked, _than)
"""In the order in which they are tried."""
