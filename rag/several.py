"""The parts of a question that asks several things, and one question about several things."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rag import comparatives
from rag.comparatives import Measure
from rag.phrases import ONE, PERIOD, listed, spelled

MOST_PARTS = 4
"""A question with more parts is left whole."""

AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|shall|must)"
)
"""Verbs that a question is put with, as a pattern."""
WH = r"(?:who|whom|whose|what|when|where|why|how|which)"
BEFORE_WH = r"(?:by|for|in|at|on|to|with|from|of) "
"""Question words and what may stand before one, as patterns."""


class Wants(StrEnum):
    """What is to be made of the parts' answers. MORE_BY takes the first thing to be more."""

    EACH = "each"
    COMPARED = "compared"
    PICK = "pick"
    MORE_BY = "more by"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Part:
    """One of the things asked: its stand-alone question, and what to call it in the answer.

    ``thing`` is what sets it apart from the other parts ("Q1", "Orlan"), as the question has it;
    None where the parts are whole questions of their own.
    """

    label: str
    question: str
    thing: str | None = None


@dataclass(frozen=True)
class Several:
    """The parts of a question. ``less`` is set when the lesser or the earlier one is asked for.

    ``named`` is set when the parts came of two names joined by "and" alone, which may be one name.
    """

    parts: tuple[Part, ...]
    wants: Wants = Wants.EACH
    by: Measure = Measure.AMOUNT
    less: bool = False
    named: bool = False


def labelled(things: tuple[str, ...], asked: Iterable[str]) -> tuple[Part, ...]:
    """A part for each thing, with its question."""
    return tuple(
        Part(thing, spelled(f"{question[:1].upper()}{question[1:]}"), thing)
        for thing, question in zip(things, asked, strict=True)
    )


_EACH = re.compile(
    rf"(?P<lead>(?:{BEFORE_WH})?{WH}\b[^?]*? {AUX}) (?P<things>[^?]+?),? each"
    r"(?P<rest>(?: [^?]+)?)\?*",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(
    rf"(?P<lead>{WH}\b[^?]*? {AUX}) (?P<things>{ONE}(?:, {ONE})* and {ONE})"
    r"(?P<rest> [^?]+?),? respectively\?*"
)
_OF_EACH = re.compile(
    r"(?P<wh>[Ww]hat|[Ww]ho) (?P<be>are|were) the (?P<what>(?:[\w-]+ ){0,2}?)(?P<plural>[a-z]+s)"
    r" (?P<of>of|at|in|for) (?P<things>[^?]+? and [^?]+?)\?*"
)
_ITS_EACH = re.compile(
    rf"[Ww]hat (?P<be>is|are|was|were) (?P<one>{ONE})(?:['’]s?) and (?P<other>{ONE})(?:['’]s?)"
    r" (?P<what>(?:[\w-]+ ){0,2}?)(?P<plural>[a-z]+)\?*"
)
_IN_EACH = re.compile(
    rf"(?P<lead>(?:[Hh]ow (?:much|many)|[Ww]hat (?:is|are|was|were))\b[^?]*?) (?P<in>in|for|on)"
    rf" (?P<one>{PERIOD}) and (?:(?:in|for|on) )?(?P<other>{PERIOD})\?*"
)


def of_each(text: str) -> Several | None:
    """Of the form "How much did Orlan and Fennick each raise?"."""
    match = _EACH.fullmatch(text) or _RESPECTIVELY.fullmatch(text)
    things = listed(match["things"]) if match else ()
    if match is None or not 2 <= len(things) <= MOST_PARTS:
        return None
    asked = (f"{match['lead']} {thing}{match['rest']}?" for thing in things)
    return Several(labelled(things, asked))


def of_all(text: str) -> Several | None:
    """Of the form "What are the prices of the Solo and the Duo?"; "... in 2024 and 2025?"."""
    if match := _OF_EACH.fullmatch(text):
        things, single = listed(match["things"]), comparatives.single(match["plural"])
        if single is None or not 2 <= len(things) <= MOST_PARTS:
            return None
        be = "is" if match["be"] == "are" else "was"
        asked = [
            f"{match['wh']} {be} the {match['what']}{single} {match['of']} {thing}?"
            for thing in things
        ]
        return Several(labelled(things, asked), named=True)
    if match := _ITS_EACH.fullmatch(text):
        single = comparatives.single(match["plural"]) or match["plural"]
        if not comparatives.is_measured(single) or match["one"] == match["other"]:
            return None
        be = "is" if match["be"] in ("is", "are") else "was"
        things = (match["one"], match["other"])
        asked = [f"What {be} {thing}'s {match['what']}{single}?" for thing in things]
        return Several(labelled(things, asked), named=True)
    if (match := _IN_EACH.fullmatch(text)) and comparatives.is_asked_for_amount(match["lead"]):
        things = (match["one"], match["other"])
        return Several(labelled(things, (f"{match['lead']} {match['in']} {t}?" for t in things)))
    return None
