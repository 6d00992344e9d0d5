"""Whether a claim turns round what its quotes say: denied, the opposite, two figures exchanged."""

import re
from collections.abc import Sequence
from itertools import combinations

from rag import support_values
from rag.question import stem, words
from rag.values import Value

_DENIES = re.compile(
    r"\b(?:not|never|nobody|none|nothing|neither|nor|cannot|no longer|no one)\b|n['’]t\b",
    re.IGNORECASE,
)
# Any of these may stand for "not", or takes it back.
_DENIES_TOO = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|neither|nor|cannot|without|hardly|only|until|before|"
    r"earliest|earlier|first|last|yet|instead|rather|unless|exempt\w*|too|"
    r"(?:refus|deni|deny|reject|fail|lack|declin|stop|halt|avoid|cancel|ban|block|rule|miss"
    r"|un)\w*)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
# "The whole company, not a part of it" says the first again, and denies nothing.
_CONTRASTS = re.compile(r"\s*[,(—–]\s*(?:and |but )?not\b", re.IGNORECASE)
_STOPS = re.compile(r"[,.;:!?\"”(—–]")
_WORD = re.compile(r"[^\W\d_]+")
# Only words that hardly ever stand for anything else: "more" and "late" stand in most articles.
_PAIRS = """
earn lose | earned lost
support oppose | backed opposed
accept reject | accepted rejected | approve reject | approved refused
win lose | won lost
hire fire
legal illegal
guilty innocent
alive dead
"""
_OPPOSITES: dict[str, set[str]] = {}
for _pair in re.split(r"[|\n]", _PAIRS):
    for _one, _other in (_pair.split(), _pair.split()[::-1]) if _pair.strip() else ():
        _OPPOSITES.setdefault(stem(_one), set()).add(stem(_other))
_SIDE = 3
_CLEARLY = 2
_ARTICLES = frozenset({"the", "a", "an"})


def denies(claim: str) -> bool:
    """Whether a claim has a word of denial."""
    return _DENIES.search(claim) is not None


def denial(claim: str, quotes: Sequence[str], *, close: bool, after: str = "") -> str | None:
    """Why a claim denies what its quotes say, or says what they deny; None when it does neither.

    By the words of denial alone, so that a claim is only said to deny what it follows ``close``
    upon. ``quotes`` are the sentences, the best first, and ``after`` is what follows the best.
    """
    said = " ".join((*quotes, after))
    # "Not quite: ..." answers the question, and the rest of the sentence says how it is.
    start = len("not") if claim.lower().startswith("not ") else 0
    if not close:
        return None
    claim = _CONTRASTS.sub(",", claim)
    if _DENIES.search(claim, start) and not _DENIES_TOO.search(said):
        return "the passages cited do not deny this"
    if _DENIES_TOO.search(claim):
        return None
    mine = set(map(stem, words(claim)))
    for found in _DENIES.finditer(quotes[0]):
        denies = _STOPS.split(quotes[0][found.end() :], maxsplit=1)[0]
        denied = [stem(word) for word in _WORD.findall(denies)[:2]]
        if any(one in mine and len(one) > _SIDE for one in denied):
            return f"the passages cited say “{quotes[0][found.start() :][:60]}”"
    return None


def opposite(claim: str, quotes: Sequence[str]) -> str | None:
    """Why a claim has the opposite of a word of its quotes; None when it has not."""
    mine, theirs = (set(map(stem, words(text))) for text in (claim, " ".join(quotes)))
    for one in sorted(mine - theirs):
        others = _OPPOSITES.get(one, set())
        against = others & theirs
        if against and not others & mine and not (_OPPOSITES[min(against)] - {one}) & theirs:
            return f"the passages cited say the opposite of “{one}”"
    return None


def exchanged(
    claim: str, values: Sequence[Value], sentence: str, quoted: Sequence[Value]
) -> tuple[Value, Value] | None:
    """Two values of a claim that stand the other way round in a sentence, if there are.

    "€1.8bn rather than the €2.1bn" of "€2.1bn rather than the €1.8bn": the words on either side of
    one are those on the sides of the other.
    """
    borne = [
        (mine, theirs) for mine in values for theirs in quoted if support_values.bears(theirs, mine)
    ]
    for (a, at_a), (b, at_b) in combinations(borne, 2):
        if not support_values.rival(at_a, b) or not support_values.rival(at_b, a):
            continue
        straight = _like(claim, a, sentence, at_a) + _like(claim, b, sentence, at_b)
        crossed = _like(claim, a, sentence, at_b) + _like(claim, b, sentence, at_a)
        if crossed >= straight + _CLEARLY:
            return a, b
    return None


def _like(claim: str, mine: Value, sentence: str, theirs: Value) -> int:
    """How many words stand on the same side of both values, among the three next to each."""
    ours, other = _sides(claim, mine), _sides(sentence, theirs)
    return len(ours[0] & other[0]) + len(ours[1] & other[1])


def _sides(text: str, value: Value) -> tuple[set[str], set[str]]:
    before = _WORD.findall(text[: value.start].lower())[-_SIDE:]
    after = _WORD.findall(text[value.end :].lower())[:_SIDE]
    return set(map(stem, before)) - _ARTICLES, set(map(stem, after)) - _ARTICLES
