"""Whether a wording holds an accepted answer: by value, by name, or by its content words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date

from evals.cases import Case, Type
from rag.values import Value, covers, find, same

_VALUE_TYPES: frozenset[Type] = frozenset({"amount", "percentage", "count", "date"})
_NAME_TYPES: frozenset[Type] = frozenset({"person", "organisation", "place"})
_LOOSE_TYPES: frozenset[Type] = frozenset({"quote", "reason"})
_DROPPED_WORDS = (
    "a an the and or but of in on at to for from by with as is are was were be been it its that "
    "this these those which who whom their his her they he she we you i"
)
_DROPPED = frozenset(_DROPPED_WORDS.split())
_ARTICLES = frozenset({"a", "an", "the"})
_F1_ENOUGH = 0.6


def holds(case: Case, wanted: str, text: str, *, published: date | None = None) -> bool:
    """Whether ``text`` gives the answer ``wanted``, compared as the case's type asks for.

    ``published`` is the date that relative dates of the text count from.
    """
    if case.type in _VALUE_TYPES:
        accepted = values_of(case, wanted)
        if accepted:
            return any(
                _gives(case, value, given)
                for value in accepted
                for given in find(text, reference=published)
            )
    if case.type in _LOOSE_TYPES:
        return _says(wanted, text)
    if contains(wanted, text):
        return True
    return case.type == "person" and _is_surname(wanted, text)


def values_of(case: Case, wanted: str) -> list[Value]:
    """The values an accepted answer stands for; empty when it is none of the case's type."""
    return [value for value in find(wanted) if (value.kind == "date") == (case.type == "date")]


def by_short_answer(case: Case) -> bool:
    """Whether the short answer alone decides, when there is one."""
    return case.type in _VALUE_TYPES or case.type in _NAME_TYPES


def tokens(text: str) -> list[str]:
    """Words in lower case, without diacritics, punctuation and grammatical articles."""
    plain = "".join(
        mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark)
    )
    plain = re.sub(r"['’]s\b|(?<=[A-Za-z])\.(?=[A-Za-z])", "", plain.casefold())
    words = re.findall(r"[0-9]+(?:[.,][0-9]+)*|[^\W_]+", plain)
    return [word for word in words if word not in _ARTICLES]


def contains(wanted: str, text: str) -> bool:
    """Whether the words of ``wanted`` stand in ``text`` in this order, next to each other."""
    needle, hay = tokens(wanted), tokens(text)
    return bool(needle) and _run(needle, hay)


def _run(needle: Sequence[str], hay: Sequence[str]) -> bool:
    size = len(needle)
    return any(list(hay[at : at + size]) == list(needle) for at in range(len(hay) - size + 1))


def _gives(case: Case, accepted: Value, given: Value) -> bool:
    if accepted.kind == "date":
        return same(accepted, given) or covers(accepted, given)
    if not same(accepted, given, bounds=False):
        return False
    # An amount in a currency that is no known one is read as a count of it: "25 million solms".
    invented = case.type == "amount" and accepted.kind == "count"
    return not invented or None in (accepted.noun, given.noun) or accepted.noun == given.noun


def _says(wanted: str, text: str) -> bool:
    """Whether the text has every content word of ``wanted``, or most of them and little else."""
    if contains(wanted, text):
        return True
    needle = [word for word in tokens(wanted) if word not in _DROPPED]
    hay = [word for word in tokens(text) if word not in _DROPPED]
    if not needle or not hay:
        return False
    shared = sum((Counter(needle) & Counter(hay)).values())
    return shared == len(needle) or 2 * shared / (len(needle) + len(hay)) >= _F1_ENOUGH


def _is_surname(wanted: str, text: str) -> bool:
    """Whether a short text is the end of the accepted name: "Velisch" for "Marta Velisch"."""
    full, given = tokens(wanted), tokens(text)
    return 0 < len(given) < len(full) and full[-len(given) :] == given
