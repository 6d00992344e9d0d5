"""Words that compare ("more", "older", "first"), and the question about one thing in them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.question import stem


class Measure(StrEnum):
    """What two answers are compared by."""

    AMOUNT = "amount"
    AGE = "age"
    DATE = "date"


@dataclass(frozen=True)
class Comparative:
    """A predicate with a comparing word taken out: "raise" [more] "money" "in May".

    ``before`` and ``after`` are the text on its sides, ``noun`` what "more" counts. ``how`` is
    the adjective that is asked for ("big"), or empty. ``less`` says which end is asked for.
    """

    before: str
    after: str
    noun: str
    how: str
    measure: Measure
    less: bool


# The word, and what "how ..." asks for in its place.
_MORE = {
    "bigger": "big", "biggest": "big", "larger": "large", "largest": "large", "taller": "tall",
    "tallest": "tall", "longer": "long", "longest": "long", "faster": "fast", "fastest": "fast",
    "heavier": "heavy", "heaviest": "heavy", "deeper": "deep", "deepest": "deep", "wider": "wide",
    "widest": "wide", "hotter": "hot", "hottest": "hot", "warmer": "hot", "higher": "",
    "highest": "", "greater": "", "greatest": "", "more": "", "most": "", "more expensive": "cost",
    "most expensive": "cost", "more costly": "cost", "costlier": "cost", "dearer": "cost",
}  # fmt: skip
_LESS = {
    "smaller": "large", "smallest": "large", "slower": "fast", "slowest": "fast",
    "lighter": "heavy", "lightest": "heavy", "narrower": "wide", "colder": "cold",
    "coldest": "cold", "cooler": "cold", "lower": "", "lowest": "", "less": "", "least": "",
    "fewer": "", "fewest": "", "cheaper": "cost", "cheapest": "cost", "less expensive": "cost",
    "least expensive": "cost", "less costly": "cost",
}  # fmt: skip
_AGE = {"older": False, "oldest": False, "younger": True, "youngest": True}
_DATE = {"first": True, "earlier": True, "earliest": True, "sooner": True, "later": False,
         "last": False, "latest": False}  # fmt: skip
_ALL = sorted((*_MORE, *_LESS, *_AGE), key=len, reverse=True)
WORDS = f"(?:{'|'.join(_ALL)})"
"""The words that compare, those of time left out, as a pattern."""

_WORD = re.compile(rf"(?:^|\s)(?:the )?(?P<word>{WORDS})(?![\w-])(?P<noun>[^?]*)")
_TIME = re.compile(rf"\s(?P<word>{'|'.join(_DATE)})(?P<rest>(?: (?:in|on|at|to) [^?]*)?)$")
_COUNTING = frozenset({"more", "most", "less", "least", "fewer", "fewest"})
# What "more" counts ends where one of these begins.
_NOT_COUNTED = re.compile(
    r"\b(?:in|on|at|for|from|to|by|of|per|with|during|on|since|after|before|last|this|than|and|"
    r"did|does|do|is|was|are|were|has|have|had|will|each|when|while|because)\b"
)
# "More important" counts nothing, and cannot be asked for as an amount.
_UNMEASURED = re.compile(r"\w+(?:ly|al|ant|(?<!m)ent|ive|ous|ful|less|able|ible|ic|ed|ing)$")
_IRREGULAR = {
    "paid": "pay", "sold": "sell", "made": "make", "won": "win", "lost": "lose", "spent": "spend",
    "got": "get", "had": "have", "has": "have", "grew": "grow", "fell": "fall", "took": "take",
    "gave": "give", "bought": "buy", "built": "build", "began": "begin", "came": "come",
    "drew": "draw", "led": "lead", "held": "hold", "cut": "cut", "cost": "cost", "rose": "rise",
    "ran": "run", "went": "go", "lent": "lend", "bid": "bid", "met": "meet", "left": "leave",
    "sank": "sink", "shut": "shut", "hit": "hit", "saw": "see", "brought": "bring", "told": "tell",
}  # fmt: skip
_REGULAR = {
    stem(verb): verb
    for verb in """raise earn offer open close start launch sign invest charge employ own produce
    receive report collect attract hire serve use need lend borrow gain score carry arrive depart
    finish end die marry visit publish approve announce return increase drop burn pump store
    process donate deliver ship move weigh measure last expect order demand award claim save waste
    create generate appear happen resign retire move""".split()  # noqa: SIM905
}
PAST = f"(?:{'|'.join(_IRREGULAR)})"
"""Irregular forms of verbs, as a pattern."""

_AUX = re.compile(
    r"(?P<aux>is|was|are|were|will be|has|have|had|does|did|do|will|can|would)\b ?(?P<rest>.*)"
)
_MEASURED = frozenset(
    """price cost fee salary budget revenue profit loss income population age height length size
    area value valuation speed weight share turnout wage rent bid offer turnover rate margin
    depth width debt dividend capacity output score result deadline temperature""".split()  # noqa: SIM905
)
_OFFICES = frozenset(
    """chairman chairwoman executive mayor president minister director founder leader editor
    captain manager owner author head coach chief governor designer architect""".split()  # noqa: SIM905
)
_AMOUNT_ASKED = re.compile(
    rf"how (?:much|many)\b|what (?:is|are|was|were) .*\b(?:{'|'.join(_MEASURED)}|sales)s?\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?:[a-z-]+ )*(?:[a-z]+s|people|men|women|children|staff)")
_MASS = frozenset({"sales", "gas", "loss", "business", "progress", "less", "access"})


def single(plural: str) -> str | None:
    """The singular of a word for what each of several things has: "prices", "mayors"; else None."""
    forms = (plural.removesuffix("s"), plural.removesuffix("es"), f"{plural.removesuffix('ies')}y")
    return next((form for form in forms if form in _MEASURED or form in _OFFICES), None)


def is_measured(noun: str) -> bool:
    """Whether a noun is one that a figure is given for."""
    return noun in _MEASURED or noun == "sales"


def is_asked_for_amount(lead: str) -> bool:
    """Whether the head of a question asks for a figure."""
    return _AMOUNT_ASKED.match(lead) is not None


def at(period: str) -> str:
    """The preposition that stands before a period."""
    return "on" if period.endswith("day") else "in"


def find(clause: str) -> Comparative | None:
    """The comparing word of a clause; None when there is none, or two, or it measures nothing."""
    match = _WORD.search(clause)
    if match is None:
        return _in_time(clause)
    word = match["word"]
    before, behind = clause[: match.start()].strip(), match["noun"].strip()
    if re.search(rf"(?<!\w){WORDS}(?!\w)", behind) or clause[match.end() :].strip():
        return None
    if word in _AGE:
        return Comparative(before, behind, "", "old", Measure.AGE, _AGE[word])
    stop = _NOT_COUNTED.search(behind)
    noun = (behind[: stop.start()] if stop else behind).strip()
    after = behind[len(noun) :].strip()
    how = {**_LESS, **_MORE}[word]
    if word in _COUNTING:
        unmeasured = " " not in noun and _UNMEASURED.match(noun) is not None
    else:
        unmeasured = not (how or noun or before)
    if unmeasured:
        return None
    # "A longer bridge" is asked of the bridge, "a bigger budget" of the budget.
    return Comparative(before, after, noun, "" if noun else how, Measure.AMOUNT, word in _LESS)


def _in_time(clause: str) -> Comparative | None:
    match = _TIME.search(clause)
    if match is None:
        return None
    before = clause[: match.start()].strip()
    return Comparative(before, match["rest"].strip(), "", "", Measure.DATE, _DATE[match["word"]])


def about(found: Comparative, thing: str, *, aux: str | None = None) -> str:
    """The question about one thing ("How much did Orlan raise in May?") of the predicate found.

    Without ``aux``, as in "which raised more", the verb stands at the predicate's head.
    """
    if aux is not None:
        return put(found, aux, f"{thing} {found.before}".strip(), found.after)
    behind = found.after
    head = _AUX.fullmatch(found.before)
    if head:
        aux, rest = head["aux"], head["rest"].strip()
        if aux in ("has", "have", "had"):
            aux, rest = ("did" if aux == "had" else "does"), f"have {rest}".strip()
        if aux == "will be":
            aux, rest = "will", f"be {rest}".strip()
        return put(found, aux, f"{thing} {rest}".strip(), behind)
    verb, _, rest = found.before.partition(" ")
    base = _base(verb)
    if base is None:
        aux = ""
    else:
        aux, verb = ("does" if verb.endswith("s") and verb != base else "did"), base
    return put(found, aux, f"{thing} {verb} {rest}".strip(), behind)


def _base(verb: str) -> str | None:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if stem(verb) in _REGULAR:
        return _REGULAR[stem(verb)]
    if verb == "costs":
        return "cost"
    return next((base for base in _IRREGULAR.values() if verb == f"{base}s"), None)


def put(found: Comparative, aux: str, said: str, behind: str) -> str:
    """The question with the clause ``said`` ("Orlan raise") and what stands behind it."""
    be = aux in ("is", "was", "are", "were")
    if found.measure is Measure.DATE:
        words = ["When", aux, said, behind]
    elif found.how == "cost":
        words = ["How much", "does" if aux in ("is", "are") else "did", said, "cost", behind]
    elif found.how:
        words = ["How", found.how, aux, said, behind]
    elif found.noun and _is_of(found):
        owner = re.sub(r" (?:have|has|had)$", "", said)
        words = ["What", "was" if aux in ("did", "was") else "is", f"the {found.noun} of", owner]
        words.append(behind)
    elif be and not found.noun:
        words = ["What", aux, said, behind]
    else:
        counted = found.noun not in _MASS and _COUNTED.fullmatch(found.noun)
        words = ["How many" if counted else "How much", found.noun, aux, said, behind]
    return f"{' '.join(word for word in words if word)}?"


def _is_of(found: Comparative) -> bool:
    """Whether what is compared is a thing's own: "has the higher price"."""
    return found.noun.split()[-1] in _MEASURED
