"""A question that asks several things at once, taken apart into questions that stand alone.

By rule and over words, in English. When in doubt a question is left whole.
"""

import re
from collections.abc import Sequence

from rag import contrasts, names
from rag.comparatives import PAST
from rag.condense import stand_alone
from rag.phrases import ONE, THE_LONG
from rag.question import content_words
from rag.several import AUX, BEFORE_WH, MOST_PARTS, WH, Part, Several, of_all, of_each
from rag.types import Turn

_LONGEST = 300


def take_apart(question: str) -> Several | None:
    """The parts of a question, or None when it is one question or cannot safely be taken apart."""
    text = " ".join(question.split())
    if len(text) > _LONGEST:
        return None
    context = _CONTEXT.search(text)
    if context:
        text = f"{text[: context.start()].rstrip(' ?')}?"
    for rule in _RULES:
        found = rule(text)
        if found is not None:
            return _in_context(found, context["of"] if context else None)
    return None


_CONTEXT = re.compile(r"\s*\((?P<of>[^()]{1,120})\)\s*\?*$")
_OF_TWO = re.compile(r"^(which|who)(?: one)?(?: of (?:the two|them|these))\b(?!,)", re.IGNORECASE)


def name_the_two(question: str, history: Sequence[Turn]) -> str:
    """The question with "the two" named, where the question before it named two things."""
    text = question.strip()
    asked = [turn.content for turn in history if turn.role == "user"]
    found = _OF_TWO.match(text)
    if found is None or not asked or " or " in text:
        return question
    before = take_apart(asked[-1][: _LONGEST + 1])
    things = [part.thing for part in before.parts if part.thing] if before else []
    if len(things) != 2:
        return question
    return f"{found[1]} of the two, {things[0]} or {things[1]},{text[found.end() :]}"


def _in_context(found: Several, context: str | None) -> Several:
    if context is None:
        return found
    parts = tuple(
        Part(part.label, f"{part.question.rstrip('?')} ({context})?", part.thing)
        for part in found.parts
    )
    return Several(parts, found.wants, found.by, found.less, found.named)


# -- Questions joined together


_JOINT = re.compile(
    rf"(?:\?|,? and|; ?(?:and)?|,(?= how (?:much|many)\b)) (?=(?:{BEFORE_WH})?{WH}\b)",
    re.IGNORECASE,
)
_INNER_WH = re.compile(rf"\b{WH}\b", re.IGNORECASE)
# A question as it is put: "when did", "how many people were", "who built", not "when it opened".
_WHOLE = re.compile(
    rf"(?:{BEFORE_WH})?(?:"
    rf"(?:when|where|why) {AUX} \w+ \w|(?:when|where|why) {AUX} (?:it|they|he|she|this|that)\b"
    rf"|how (?:\w+ ){{0,4}}?{AUX} \w"
    rf"|(?:which|what|whose) (?:\w+ ){{0,3}}?{AUX} \w"
    rf"|(?:which|what|how (?:many|much)) [\w-]+ (?:[a-z]+ed|{PAST})(?: \w|$)"
    rf"|(?:who|what|whom) [a-z]+ \w)",
    re.IGNORECASE,
)
_BOTH = re.compile(
    rf"(?P<one>when|where|why|how) and (?P<other>when|where|why|how) (?P<rest>{AUX} \w+ \w.*)",
    re.IGNORECASE,
)
_TOO = re.compile(
    rf"(?P<all>(?P<wh>(?:who|what|which|how (?:much|many))(?: \w+){{0,2}}?)"
    rf" (?P<rest>{AUX} \w+ \w[^?,]*?)),? and (?P<other>when|where|why)\?*",
    re.IGNORECASE,
)
_WHO_TOO = re.compile(
    r"(?P<all>who (?P<rest>[a-z]+ [^?,]*?)),? and (?P<other>when|where|why)\?*", re.IGNORECASE
)


def _joined(text: str) -> Several | None:
    """Of the form "When did it open and who built it?"; "When did it open? Who built it?"."""
    pieces = [piece.strip(" ,;") for piece in _JOINT.split(text.rstrip("? "))]
    if not 2 <= len(pieces) <= MOST_PARTS:
        return None
    for piece in pieces:
        # A second "who" within a piece is a question within a question: "say who paid".
        if not _WHOLE.match(piece) or len(_INNER_WH.findall(piece)) > 1 or "?" in piece:
            return None
    labels = [f"{piece[0].upper()}{piece[1:]}" for piece in pieces]
    asked = [f"{labels[0]}?", *(_after(f"{label}?", pieces[0]) for label in labels[1:])]
    return Several(tuple(map(Part, labels, asked)))


_SUBJECT = (
    # "the repair of the Tarn bridge" in "how much will the repair of the Tarn bridge cost"
    re.compile(rf"\b{AUX} (?P<it>{THE_LONG})(?: [a-z-]+)$"),
    re.compile(
        rf"^(?:who|what) (?:is|was|are|were|[a-z]+) (?P<it>{THE_LONG}|{ONE})$", re.IGNORECASE
    ),
    re.compile(rf"\b{AUX} (?P<it>{ONE})\b(?!['’])"),
)
_IT = re.compile(r"\b(?P<it>it|its|they|them|their|he|him|his|she|her)\b", re.IGNORECASE)
_OWNS = frozenset({"its", "their", "his", "her"})


def _after(question: str, first: str) -> str:
    """The later question with what the first one is about in the place of its pronoun."""
    subject = next((found["it"] for rule in _SUBJECT if (found := rule.search(first))), None)
    pronoun = _IT.search(question)
    if subject is not None and pronoun is not None:
        owned = "'s" if pronoun[0].lower() in _OWNS else ""
        return f"{question[: pronoun.start()]}{subject}{owned}{question[pronoun.end() :]}"
    if subject is not None and not names.find(question[1:]) and len(content_words(question)) < 4:
        return f"{question.rstrip('?')} ({subject})?"
    if not names.find(first[1:]):
        return question
    return stand_alone(question, [Turn(role="user", content=f"{first}?")])


def _two_words(text: str) -> Several | None:
    """Of the form "When and where did it open?"; "Who built it and when?"."""
    stripped = text.rstrip("? ")
    if (both := _BOTH.fullmatch(stripped)) and both["one"].lower() != both["other"].lower():
        asked = [f"{both[key].capitalize()} {both['rest']}?" for key in ("one", "other")]
        labels = [both["one"].capitalize(), both["other"].capitalize()]
    elif too := _TOO.fullmatch(stripped) or _WHO_TOO.fullmatch(stripped):
        if _INNER_WH.search(too["rest"]) or "between" in too["rest"]:
            return None
        asked = [f"{too['all']}?", f"{too['other'].capitalize()} {too['rest']}?"]
        labels = [too["all"], too["other"].capitalize()]
    else:
        return None
    return Several(tuple(map(Part, labels, asked)))


_RULES = (_two_words, _joined, *contrasts.RULES, of_each, of_all)
