"""How much of one wording stands in another: by stems, with synonyms and relatives."""

import re
from collections.abc import Collection

from rag import synonyms
from rag.question import content_words, stem, stems

PRONOUN = re.compile(r"(?i:he|she|they|it|his|her|their|its)\b")
"""What a sentence begins with that goes on about the one before."""

_SYNONYM = 0.8
# What a model says for what an article says; too loose to search by.
_GROUPS = """
aboard board
refuse reject decline
sink sank sunk
replace successor succeed
head lead leader chief director boss
vacant unfilled
quit resign leave left depart
begin start launch
end finish complete conclude expire
save rescue
raise hike lift boost increase
cut reduce lower trim shrink
share stock
wage pay salary
house home household
agree accept
allow permit let
demand want ask seek request
show find found reveal
near beside next adjacent
fast quick rapid
yearly annual
keep retain remain stay
plan intend mean
fear worry concern
job post position
maker manufacturer producer
"""
_SAME: dict[str, frozenset[str]] = {}
for _line in _GROUPS.strip().splitlines():
    _stems = frozenset(map(stem, _line.split()))
    for _one in _stems:
        _SAME[_one] = _SAME.get(_one, frozenset()) | _stems
_ROOT = 6
_BESIDE = 5
_CLAUSE_END = re.compile(
    r"[,;:()—–](?!\d)|\s(?:and|but|while|which|who|whereas|after|because)\s", re.IGNORECASE
)


def share(claim: frozenset[str], sentence: frozenset[str]) -> float:
    """The share of a claim's content words that a sentence has; a synonym counts in part."""
    wanted = [one for one in claim if not any(map(str.isdigit, one))]
    if not wanted:
        return 0.0
    return alike(frozenset(wanted), sentence) / len(wanted)


def alike(some: Collection[str], others: frozenset[str]) -> float:
    """How many of some stems are among others; a synonym counts in part."""
    return sum(1.0 if one in others else _SYNONYM * _related(one, others) for one in some)


def _related(one: str, others: frozenset[str]) -> bool:
    """Whether a stem has a synonym among others, or a relative: "survivor" and "surviv"."""
    if (synonyms.of(one) | _SAME.get(one, frozenset())) & others:
        return True
    return len(one) >= _ROOT and any(
        other.startswith(one[:_ROOT]) and abs(len(other) - len(one)) <= 3 for other in others
    )


def beside(text: str, start: int, end: int) -> frozenset[str]:
    """The stems of the content words next to ``text[start:end]``, five on either side."""
    before = content_words(text[:start])[-_BESIDE:]
    after = content_words(text[end:])[:_BESIDE]
    return frozenset(stem(word) for word in (*before, *after) if not any(map(str.isdigit, word)))


def clause(text: str, start: int, end: int) -> frozenset[str]:
    """The stems of the clause around ``text[start:end]``; of all around it when these are few."""
    near = only_clause(text, start, end)
    if len(near) > 1:
        return near
    return stems(f"{text[:start]} {text[end:]}")


def only_clause(text: str, start: int, end: int) -> frozenset[str]:
    """The stems of the clause around ``text[start:end]``, few or many."""
    cuts = [(found.start(), found.end()) for found in _CLAUSE_END.finditer(text)]
    begin = max((stop for _, stop in cuts if stop <= start), default=0)
    stop = min((cut for cut, _ in cuts if cut >= end), default=len(text))
    return stems(f"{text[begin:start]} {text[end:stop]}")
