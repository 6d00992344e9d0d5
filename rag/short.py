"""The phrase of a sentence that answers a question: an amount, count, date, name or reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag import names, values
from rag.question import ANYBODY, Asks, Question, stem, words
from rag.sentences import Span
from rag.synonyms import of as synonyms_of
from rag.values import Value

_KINDS: dict[Asks, tuple[tuple[values.Kind, ...], ...]] = {
    # In order of preference; the kinds of one group are equally good.
    Asks.MONEY: (("money",),),
    Asks.PERCENT: (("percent", "points", "fraction"),),
    Asks.COUNT: (("count", "measure"), ("fraction",)),
    Asks.QUANTITY: (("money", "percent", "points", "measure", "multiple"), ("count", "fraction")),
    Asks.DATE: (("date",),),
    Asks.DURATION: (("duration",), ("date",)),
}
_CURRENCIES = {
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pounds": "GBP",
    "sterling": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rmb": "CNY",
}
_SAME_NOUN = 0.5
_REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result of|thanks to|on account of|in response to"
    r"|blam(?:ed|ing)|in order to|so that|following|after|amid|since|as|to (?!be\b)(?=[a-z]+\b))\b",
    re.IGNORECASE,
)
_STRONG_REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result of|thanks to|on account of|blam(?:ed|ing)|caused by"
    r"|in order to|so that|citing|reason)\b",
    re.IGNORECASE,
)
_OTHER_CLAUSE = re.compile(
    r"[;:—–]|, (?:and|but|while|which|who|as|or|compared)\b|\b(?:while|but|whereas)\b"
)
_PER = re.compile(
    r"\b(?:per|each|every|a) (share|unit|chip|person|head|month|year|day|tonne|barrel|night)\b"
)
_PART_OF = re.compile(r"\d[\d,.]* (?:of|out of) (?:the |its |their |all )?$")
_TOTAL = re.compile(r"\b(?:total|in all|altogether|overall|there)\b", re.IGNORECASE)
_BASED = re.compile(r"\b([A-Z][\w’' ]*?)-(?:based|headquartered)\b")
_ASKS_SEAT = re.compile(r"\b(?:based|headquarter\w*|located|seat|home)\b", re.IGNORECASE)
_SHORT_PLACES = frozenset({"US", "U.S.", "UK", "U.K.", "USA", "UAE", "EU"})
_IN_BEFORE = re.compile(r"\b(?:in|at|near|from|to|of|across|outside|off)(?: the)? $")
_SAID_AFTER = re.compile(r",?[\"”]? (?:said|says|told|added|wrote|warned|argued)\b")
_BY_BEFORE = re.compile(r"\b(?:said|says|added|by|according to|reported)(?: the)? $")
_ROLE_AFTER = re.compile(r", (?:the|a|an|its|chief|who|founder|head|director|president|analyst)\b")
# A name must be this much likelier than the next to be shown as the answer.
_CLEARLY = 0.25
_CLAUSE_END = re.compile(r"(?:[;:—]|, (?:which|who|while|but|he|she|it|they|the)\b|[.!?][\"'”’]*$)")


@dataclass(frozen=True)
class Short:
    """The phrase, ``sentence[start:end]``, and how well it fits, 0 to 1."""

    start: int
    end: int
    fit: float


Anchor = tuple[int, int, float]
"""Start, end and weight of a word of the question in the sentence."""

Like = Callable[[str, str], float]
"""How alike two words are in meaning, 0 to 1."""


def find(
    question: Question,
    sentence: str,
    *,
    like: Like = lambda a, b: float(stem(a) == stem(b)),
    lowered: frozenset[str] = frozenset(),
) -> Short | None:
    """The phrase that answers, or None when no phrase of the type asked for stands there.

    What the question itself says is never the answer. ``lowered`` is passed on to ``names.find``.
    """
    anchors = _anchors(question, sentence)
    if question.asks in _KINDS:
        return _value(question, sentence, anchors, like)
    if question.asks in {Asks.PERSON, Asks.PLACE, Asks.NAME}:
        return _name(question, sentence, anchors, lowered)
    if question.asks is Asks.REASON:
        return _reason(sentence)
    return None


def _anchors(question: Question, sentence: str) -> list[Anchor]:
    """Where the question's content words stand in the sentence; a name weighs twice."""
    weights = {term.stem: 2.0 if term.name else 1.0 for term in question.terms}
    return [
        (*match.span(), weights[key])
        for match in re.finditer(r"\w+", sentence)
        if (key := stem(match.group())) in weights
    ]


def _nearness(span: Span, anchors: list[Anchor], sentence: str) -> float:
    """How near a phrase stands to the question's words: the sum over them of weight / (2 + gap).

    The gap is in words of six letters; a word in another clause counts for less than half.
    """
    total = 0.0
    for start, end, weight in anchors:
        between = sentence[end : span[0]] if end <= span[0] else sentence[span[1] : start]
        near = weight / (2.0 + len(between) / 6.0)
        total += 0.4 * near if _OTHER_CLAUSE.search(between) else near
    return total


def _value(question: Question, sentence: str, anchors: list[Anchor], like: Like) -> Short | None:
    asked = values.find(question.text)
    currency = next(
        (_CURRENCIES[w.lower()] for w in words(question.text) if w.lower() in _CURRENCIES), None
    )
    found = values.find(sentence)
    phrases = [
        (value, _phrase(sentence, value, found))
        for value in found
        if not any(value.kind == other.kind and values.same(value, other) for other in asked)
        and not _in_brackets(sentence, value, found, currency)
        and (currency is None or value.kind != "money" or value.unit == currency)
    ]
    for rank, kinds in enumerate(_KINDS[question.asks]):
        fitting = [
            (
                _noun_fit(question, sentence, value, like),
                _rank_of(question, sentence, value, span, anchors),
                span,
            )
            for value, span in phrases
            if value.kind in kinds
        ]
        if fitting:
            noun, _, (start, end) = max(fitting, key=lambda one: 2 * one[0] + one[1])
            fit = noun if question.asks is Asks.COUNT else 1.0
            return Short(start, end, fit if rank == 0 else 0.6 * fit)
    return None


def _noun_fit(question: Question, sentence: str, value: Value, like: Like) -> float:
    """How well what is counted fits what the question counts; 0.5 where the text does not say."""
    if not value.noun:
        return 0.5
    wanted = question.head or tuple(term.word for term in question.terms)
    # "How many Acme shops": shops are counted, whatever else has Acme before it
    wanted = tuple(word for word in wanted if not word[:1].isupper()) or wanted
    counted = set(map(stem, words(sentence[value.end : max(value.end, value.outer[1])])))
    if counted & set(map(stem, wanted)):
        return 1.0
    if stem(value.noun) in ANYBODY:
        return 0.5
    noun = words(value.noun)[-1:]
    fit = max((like(a, b) for a in wanted for b in noun), default=0.0)
    return fit if fit >= _SAME_NOUN else 0.0


def _rank_of(
    question: Question, sentence: str, value: Value, span: Span, anchors: list[Anchor]
) -> float:
    """How likely a value is the one asked for, by where it stands."""
    rank = _nearness(span, anchors, sentence)
    if per := _PER.search(question.text):
        rank += 1.0 if value.per and stem(value.per) == stem(per.group(1)) else -0.3
    if _PART_OF.search(sentence[: value.start]):
        # "127 of the 240 seats": 240 is only asked for as a total
        rank -= 0.0 if _TOTAL.search(question.text) else 1.5
    return rank


def _in_brackets(sentence: str, value: Value, found: list[Value], currency: str | None) -> bool:
    """Whether it only converts the value before it, and the question asks for no currency."""
    return currency is None and any(
        other.kind == value.kind and sentence[other.end : value.start].strip() == "("
        for other in found
    )


def _phrase(sentence: str, value: Value, found: list[Value]) -> Span:
    """The value with its qualifier and noun, and a conversion in brackets behind it."""
    start, end = min(value.start, value.outer[0]), max(value.end, value.outer[1])
    if value.kind == "date" and sentence[end - 1] == "." and end == len(sentence):
        end -= 1
    for other in found:
        if other.kind == value.kind and sentence[end : other.start].strip() == "(":
            closing = sentence.find(")", other.end)
            if 0 <= closing <= other.end + 2:
                end = closing + 1
    return start, end


def _name(
    question: Question, sentence: str, anchors: list[Anchor], lowered: frozenset[str]
) -> Short | None:
    if says_seat(question, sentence) and (based := _BASED.search(sentence)):
        return Short(based.start(1), based.end(1), 1.0)
    asked = {word.lower() for word in words(question.text)}
    taken = [(value.start, value.end) for value in values.find(sentence)]
    scored = sorted(
        (
            (_name_fit(question, sentence, name, anchors), name)
            for name in names.find(sentence, lowered=lowered)
            if not set(name.words) & asked
            and not any(start < name.end and name.start < end for start, end in taken)
            and not (_initials(name.text) and not _may_be_initials(question, sentence, name))
            and not (question.asks is Asks.PLACE and name.of_organisation)
        ),
        key=lambda pair: -pair[0],
    )
    if not scored or scored[0][0] <= 0:
        return None
    best, name = scored[0]
    rival = scored[1][0] if len(scored) > 1 else 0.0
    clear = best >= rival + _CLEARLY
    if question.asks is Asks.PERSON:
        clear = clear and _personal(name)
    elif question.asks is Asks.PLACE:
        clear = clear and bool(_IN_BEFORE.search(sentence[: name.start]))
    return Short(name.start, name.end, 1.0 if clear else 0.3)


def _personal(name: names.Name) -> bool:
    """Whether a name can be shown as a person's: two words, or a title before it."""
    return name.titled or (" " in name.text and not name.of_organisation)


def says_seat(question: Question, sentence: str) -> bool:
    """Whether the question asks where somebody is based and the sentence says "Vane-based"."""
    asked = question.asks is Asks.PLACE and _ASKS_SEAT.search(question.text)
    return bool(asked and _BASED.search(sentence))


def _initials(name: str) -> bool:
    """Whether a name is one that no person and hardly a place bears: "AI", "H200"."""
    return (name.isupper() or any(map(str.isdigit, name))) and name not in _SHORT_PLACES


def _may_be_initials(question: Question, sentence: str, name: names.Name) -> bool:
    """Whether initials or a model number can answer: only beside the word for what is asked for."""
    return question.asks is Asks.NAME and _beside_head(question, sentence, name)


def _beside_head(question: Question, sentence: str, name: names.Name) -> bool:
    near = words(
        sentence[max(0, name.start - 40) : name.start] + sentence[name.end : name.end + 40]
    )
    return bool(set(map(stem, question.head)) & set(map(stem, near)))


def _name_fit(question: Question, sentence: str, name: names.Name, anchors: list[Anchor]) -> float:
    fit = _nearness((name.start, name.end), anchors, sentence)
    before, after = sentence[: name.start], sentence[name.end :]
    if question.asks is Asks.PLACE:
        return fit + (0.8 if _IN_BEFORE.search(before) else 0.0)
    if question.asks is Asks.PERSON:
        fit += 0.6 if name.titled else 0.0
        fit += 0.2 if " " in name.text else 0.0
        fit -= 0.5 if name.of_organisation else 0.0
        fit += 0.4 if _SAID_AFTER.match(after) or _BY_BEFORE.search(before) else 0.0
        fit += 0.3 if _ROLE_AFTER.match(after) else 0.0
    else:
        fit += 0.5 if _beside_head(question, sentence, name) else 0.0
        fit += 0.6 if _is_such(question, name) else 0.0
    return fit


def _is_such(question: Question, name: names.Name) -> bool:
    """Whether a word of the name says that it is what is asked for: "Bank", "Times"."""
    heads = {stem(word) for word in question.head}
    heads = heads.union(*map(synonyms_of, heads))
    return any(stem(word) in heads for word in name.words)


def _reason(sentence: str) -> Short | None:
    match = _STRONG_REASON.search(sentence) or _REASON.search(sentence)
    if not match:
        return None
    ending = _CLAUSE_END.search(sentence, match.end())
    end = ending.start() if ending else len(sentence)
    strong = _STRONG_REASON.match(sentence, match.start()) is not None
    return Short(match.start(), end, 1.0 if strong else 0.4)
