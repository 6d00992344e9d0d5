"""What a question asks for, read off its words: content terms, names, and the type of answer."""

import re
import threading
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import snowballstemmer

_STEMMERS = threading.local()
_WORD = re.compile(r"\w+(?:[&.]\w+)*", re.UNICODE)
_PLURAL_NUMBER = re.compile(r"^(\w*\d)s$")
_QUOTED = re.compile(r"[\"“]([^\"”]{2,60})[\"”]")
_POSSESSIVE = re.compile(r"['’‘]s\b|(?<=s)['’](?=\s|$)")

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are aren as at be because been
    before being below between both but by can cannot could couldn did didn do does doesn doing
    don done down during each ever few for from further get gets getting give given gives go
    goes going got had hadn has hasn have haven having he her here hers herself him himself his
    how i if in into is isn it its itself just let like ll me might more most must my myself no
    nor not now of off on once one only or other ought our ours out over own per please re s
    same shall she should so some such t tell than that the their theirs them themselves then
    there these they this those through to too under until up upon us ve very was wasn we were
    weren what whatever when where whether which while who whom whose why will with within
    without won would you your yours according article articles say says said stated mentioned
    described called named text passage story amount many much exactly
    kind type name number part currently actually""".split()  # noqa: SIM905
)


LIGHT = frozenset(
    """year month day time company firm people person new first last make made take took become
    became use used place thing total overall number long big large high get end early late
    start city cities country countries town towns""".split()  # noqa: SIM905
)
"""Content words that say little about what is asked."""

CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december jan feb mar apr jun jul aug sep sept oct
    nov dec q1 q2 q3 q4 gmt et est edt pst bst utc""".split()  # noqa: SIM905
)
"""Words that have a capital and yet name nothing."""


class Asks(StrEnum):
    """The type of answer that a question asks for."""

    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    QUANTITY = "quantity"
    DATE = "date"
    DURATION = "duration"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    REASON = "reason"
    TEXT = "text"


@dataclass(frozen=True)
class Term:
    """A content word of a question. ``name`` is set when it is written as a name."""

    word: str
    stem: str
    name: bool

    @property
    def light(self) -> bool:
        """Whether it says little: "year", "company"."""
        return self.word.lower() in LIGHT


@dataclass(frozen=True)
class Question:
    """``head`` are the words that name what "which", "what" or "how many" picks or counts."""

    text: str
    asks: Asks
    terms: tuple[Term, ...]
    names: tuple[str, ...]
    head: tuple[str, ...] = ()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball stem of a word, lower case; the plural of a model number ("H200s") as well."""
    # A stemmer keeps what it works on, so that two threads would get each other's words.
    if not hasattr(_STEMMERS, "english"):
        _STEMMERS.english = snowballstemmer.stemmer("english")
    return str(_STEMMERS.english.stemWord(_PLURAL_NUMBER.sub(r"\1", word).lower()))


def words(text: str) -> list[str]:
    """The words of a text as written, possessive endings left out."""
    return _WORD.findall(_POSSESSIVE.sub(" ", text))


def content_words(text: str) -> list[str]:
    """The words of a text that are no stop words, as written."""
    return [word for word in words(text) if word.lower() not in STOP_WORDS]


def quoted(text: str) -> list[str]:
    """The phrases that stand in quotation marks."""
    return [phrase for phrase in _QUOTED.findall(text) if phrase.strip()]


ANYBODY = frozenset(map(stem, ("people", "persons")))
"""Visitors, voters and workers are people too, so that as nouns these say as little as none."""


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text."""
    return frozenset(map(stem, content_words(text)))


def read(text: str) -> Question:
    """Read a question. Never fails: what is not recognised asks for TEXT."""
    asks, head = _asks(text)
    terms: list[Term] = []
    seen: set[str] = set()
    for word, is_name in _marked(text):
        key = stem(word)
        if key not in seen:
            seen.add(key)
            terms.append(Term(word, key, is_name))
    return Question(text, asks, tuple(terms), _names(text), head)


def _marked(text: str) -> list[tuple[str, bool]]:
    """Content words with whether they are written as names.

    The first word of a sentence is one only if it has a capital or a digit further on. In a
    question written all in capitals or in title case nothing can be told, so nothing is a name.
    """
    found = words(text)
    lower = [word for word in found if word[:1].islower()]
    telling = len(lower) >= max(2, len(found) // 3)
    marked = []
    for at, word in enumerate(found):
        if word.lower() in STOP_WORDS and not (at and word.isupper() and len(word) > 1):
            continue
        inner = any(char.isupper() for char in word[1:]) and any(c.isalpha() for c in word)
        capital = word[:1].isupper() and at > 0
        named = telling and (inner or capital) and word.lower() not in CALENDAR
        marked.append((word, named))
    return marked


def _names(text: str) -> tuple[str, ...]:
    """Runs of name words ("Goldman Sachs"), and phrases in quotation marks."""
    flags = dict(_marked(text))
    names = quoted(text)
    run: list[str] = []
    for word in [*words(text), ""]:
        if flags.get(word):
            run.append(word)
        elif run:
            names.append(" ".join(run))
            run = []
    return tuple(dict.fromkeys(names))


def _one_of(words_: str) -> str:
    """A pattern for any of these words."""
    return "(?:" + "|".join(words_.split()) + ")"


_THE = r"(?:the|its|their|his|her|[\w'’.]+ ?['’]s)"
_IS = r"(?:is|was|were|are|will be|would be)"
_VERB = _one_of("did do does is are was were will would has have had can could should may might")
_AFTER_COUNTED = rf"(?= (?:{_VERB}|in|on|at|of|to|from|by|for)\b|[?.,]|$)"
_MONEY = _one_of(
    """price costs? fees? salary budget revenues? sales profits? loss losses turnover worth
    valuation value fine debt dividend wage rent income earnings capex expenditure spending outlay
    investment subsidy grant compensation payment bill bid offer"""
)
_PERIOD = _one_of("date day year month quarter decade century season week")
_SPAN = _one_of("years? months? weeks? days? hours? minutes? seconds? decades?")
_PERSON = _one_of(
    r"""person man woman minister president analyst chief officer executive director mayor author
    player leader judge ceo founder senator spokes\w+"""
)
_PLACE = _one_of(
    """city cities countr(?:y|ies) towns? places? states? regions? locations? ports? provinces?
    county village sites? continents? river islands? areas?"""
)
_BODY = _one_of(
    """company companies firms? banks? group groups agency organi[sz]ation newspaper outlet
    publication airline carrier university retailer maker union party court team platform product
    model chip chipmaker app chatbot bot brand service processor lender broker fund regulator
    ministry rival competitor vendor supplier investor"""
)
# What a sum of money is asked for with: "what did the ticket cost", "how much did they raise".
_TO_PAY = _one_of("cost pay paid charge spend earn owe lend worth raise invest bid fetch")
_SHARE = r"(?<!per )(?<!a )" + _one_of(
    r"percentage per[ ]?cent share(?!\sprice) proportion fraction portion turnout"
)
_CHANGE = _one_of(
    "premium saving rise increase drop fall decline discount growth rate margin return"
)
_WHAT = "(?:what|which)"
# Of the rules that match earliest in the question, the first decides.
_RULES: tuple[tuple[str, Asks], ...] = (
    (r"how many (?:percentage points|per ?cent|percent)\b", Asks.PERCENT),
    (rf"how many (?P<head>{_SPAN})\b", Asks.DURATION),
    (rf"how many (?P<head>[\w.'’ -]+?){_AFTER_COUNTED}", Asks.COUNT),
    (r"how many\b", Asks.COUNT),
    (rf"{_WHAT} (?:[\w-]+ )?{_SHARE}\b", Asks.PERCENT),
    (rf"what {_IS} {_THE} (?:[\w'’-]+ ){{0,4}}?{_SHARE}\b", Asks.PERCENT),
    (r"how much of\b", Asks.PERCENT),
    (r"by how (?:much|many)\b|by what (?:margin|amount)\b", Asks.QUANTITY),
    (
        r"how (?:far|fast|tall|high|deep|large|big|wide|heavy|hot|cold|old|powerful|steep)\b",
        Asks.QUANTITY,
    ),
    (r"how (?:long|soon|often|frequently)\b", Asks.DURATION),
    (rf"how much\b(?=.*\b(?:per share|{_TO_PAY})\b)", Asks.MONEY),
    (
        r"how (?:much money|expensive|costly)\b|(?:for|at) (?:how much|what (?:price|value))\b",
        Asks.MONEY,
    ),
    (r"how much\b", Asks.QUANTITY),
    (rf"{_WHAT} (?:{_PERIOD}|time)\b", Asks.DATE),
    (r"when\b", Asks.DATE),
    (r"(?:who|whom|whose)\b", Asks.PERSON),
    (rf"{_WHAT} {_PERSON}\b", Asks.PERSON),
    (rf"what {_IS} the names? of [^?]*\bwho\b", Asks.PERSON),
    (rf"what {_IS} the names? of (?P<head>(?:[\w'’-]+ ){{0,2}}[\w'’-]+)", Asks.NAME),
    (rf"{_WHAT} (?:[\w-]+ )?(?P<head>{_PLACE})\b", Asks.PLACE),
    (r"where\b", Asks.PLACE),
    (
        r"why\b|what (?:is |was |were )?(?:the )?(?:\w+ )?"
        r"(?:reasons?|causes?|caused|prompted|led|explains?)\b|how come\b|for what reason\b",
        Asks.REASON,
    ),
    (rf"what {_IS} {_THE} (?:[\w'’-]+ ){{0,6}}?{_MONEY}\b", Asks.MONEY),
    (rf"what (?:[\w-]+ )?(?:{_MONEY}|sum)\b", Asks.MONEY),
    (rf"what (?:{_IS}|did|does|do|would|will|has|have)\b.*\b{_TO_PAY}\b", Asks.MONEY),
    (rf"{_WHAT} (?:[\w-]+ ){{0,2}}{_CHANGE}\b", Asks.QUANTITY),
    (rf"what {_IS} {_THE} (?:[\w'’-]+ ){{0,4}}?{_CHANGE}\b", Asks.QUANTITY),
    (rf"{_WHAT} (?P<head>(?:[\w-]+ ){{0,2}}{_BODY})\b", Asks.NAME),
    (
        r"which (?P<head>(?:[\w-]+ ){0,2}?[\w-]+)\b"
        r"(?= (?:of|that|did|has|is|was|were|will|made|\w+ed)\b)",
        Asks.NAME,
    ),
    (rf"{_WHAT} (?P<head>\w+)\b(?= {_VERB}\b)", Asks.TEXT),
)
_COMPILED = tuple(
    (re.compile(rf"\b(?:{pattern})", re.IGNORECASE), asks) for pattern, asks in _RULES
)


def _asks(text: str) -> tuple[Asks, tuple[str, ...]]:
    matches = [(match, asks) for rule, asks in _COMPILED if (match := rule.search(text))]
    if not matches:
        return Asks.TEXT, ()
    match, asks = min(matches, key=lambda found: found[0].start())
    return asks, tuple(content_words(match.groupdict().get("head") or ""))
