"""A faithful answer with exactly one thing in it made false: a value, a name or a citation.

The patterns are the bench's own: nothing here comes from what the verifier reads values with.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from evals.bench.rewording import MONTH, MONTHS, ONES, TENS, WORDS
from evals.bench.tamper_answers import (
    ARTICLED,
    CORE,
    SIZE,
    VALUES,
    Faithful,
    Kind,
    Value,
    chance,
    stands,
    values,
)
from rag.types import Evidence

KINDS: tuple[Kind, ...] = (*VALUES, "name", "citation")

_AMOUNT = re.compile(rf"\b{CORE}(?: ?{SIZE}\b)?", re.IGNORECASE)
_SIZES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
_SIZES |= {"trillion": 1e12, "tn": 1e12}
_OTHER_SIZE = {
    "thousand": "million",
    "million": "billion",
    "billion": "million",
    "trillion": "billion",
    "m": "bn",
    "bn": "m",
    "tn": "bn",
}
_OTHER_MONEY = {
    "US$": "£",
    "$": "€",
    "€": "£",
    "£": "$",
    "¥": "$",
    "Rmb": "$",
    "dollar": "euro",
    "euro": "pound",
    "pound": "dollar",
    "yuan": "yen",
    "yen": "dollars",
    "solm": "euro",
    "pence": "cents",
}

# A bound moved outwards would still hold: "more than 4,000" also says "more than 3,000".
_AT_LEAST = re.compile(
    r"(?:(?<!no )(?<!not )more than|over|at least|above|no less than|after|exceed\w*)[\s$€£]*$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:up to|at most|no more than|not more than|(?<!no )less than|under|below|fewer than|within|"
    r"by|before|as (?:high|much|many) as|until|the end of)[\s$€£]*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|nearly|almost|some|close to|circa|ca\.)[\s$€£]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Change:
    """What was altered in an answer: ``how`` is what of it, ``draft`` the altered answer."""

    kind: Kind
    how: str
    old: str
    new: str
    draft: str


def changes(answer: Faithful, *, named: Mapping[str, Mapping[str, set[str]]]) -> list[Change]:
    """One alteration of each kind that the answer offers.

    ``named`` holds all names by what they name, each with the articles that it stands in.
    """
    rng = chance(answer.id, "changes")
    known = " ".join((*answer.said, answer.question))
    found: list[Change | None] = []
    for kind in VALUES:
        of_kind = [value for value in answer.values if value.kind == kind]
        rng.shuffle(of_kind)
        tried = (alter(answer, value, known=known, rng=rng) for value in of_kind)
        found.append(next((change for change in tried if change), None))
    if answer.names:
        kind_, old = rng.choice(answer.names)
        found.append(rename(answer, kind_, old, known=known, named=named[kind_], rng=rng))
    found.append(move(answer, rng=rng))
    return [change for change in found if change]


def alter(faithful: Faithful, value: Value, *, known: str, rng: Random) -> Change | None:
    """The answer with one value in it changed, or None when no false one of its shape is found.

    ``known`` is what the new value may not stand in. Half of the new ones are of the same passage,
    where it has one that fits.
    """
    answer = faithful.answer
    at = stands(value.text, answer)
    if at is None:
        return None
    before, known = answer[: at.start()], f"{known} {answer}"
    near = [one.text for one in values(faithful.beside) if one.kind == value.kind]
    near = near if rng.random() < 0.5 else []
    if value.kind == "date":
        made = _other_date(value.text, before=before, known=known, near=near, rng=rng)
    else:
        made = _other_amount(value.text, before=before, known=known, near=near, rng=rng)
        if value.kind == "money" and (made is None or rng.random() < 0.6):
            made = _other_money(value.text, before=before, known=known, rng=rng) or made
    if made is None or stands(made[0], known):
        return None
    new, how = made
    return Change(value.kind, how, value.text, new, before + new + answer[at.end() :])


def move(faithful: Faithful, *, rng: Random) -> Change | None:
    """The answer with the markers of one passage pointed at another that says something else.

    Another passage of the same article has none of the answer's figures either.
    """
    number = rng.choice(faithful.cited)
    said = " ".join(s for n, s in zip(faithful.cited, faithful.said, strict=True) if n == number)
    words = set(re.findall(r"[^\W\d_]{4,}|\d+", said.casefold()))
    figures = {one for one in amounts(faithful.answer) if one > 99 and not 1000 < one < 2100}
    article = faithful.evidence[number - 1].article

    def apart(other: Evidence) -> bool:
        text = f"{other.article.title} {other.passage.text}"
        if other.article.id == article.id and figures & amounts(text):
            return False
        return len(words & set(re.findall(r"\w+", text.casefold()))) < 0.6 * len(words)

    able = [
        n
        for n, other in enumerate(faithful.evidence, start=1)
        if n not in faithful.cited and apart(other)
    ]
    able = [n for n in able if faithful.evidence[n - 1].passage.kind == "body"] or able
    if not able:
        return None
    other = rng.choice(able)
    same = faithful.evidence[other - 1].article.id == article.id
    old, new = f"[{number}]", f"[{other}]"
    how = "to the same article" if same else "to another article"
    return Change("citation", how, old, new, faithful.answer.replace(old, new))


def amounts(text: str) -> set[float]:
    """All the numbers of a text, with and without "million" and the like."""
    found: set[float] = set()
    for hit in _AMOUNT.finditer(text):
        core, _, size = _parts(hit[0])
        found |= {core, core * _SIZES.get(size, 1.0)}
    return found


def _parts(text: str) -> tuple[float, str, str]:
    """The number in a text, as it is written, and the size behind it."""
    hit = re.search(rf"(?P<core>{CORE})(?: ?(?P<size>{SIZE})\b)?", text, re.IGNORECASE)
    if hit is None:
        return 0.0, "", ""
    return _number(hit["core"]), hit["core"], (hit["size"] or "").lower()


def _number(core: str) -> float:
    if core[0].isdigit():
        return float(core.replace(",", "").rstrip("."))
    return float(sum(WORDS[part] for part in core.lower().split("-")))


def _other_amount(
    text: str, *, before: str, known: str, near: Sequence[str], rng: Random
) -> tuple[str, str] | None:
    """The text with its number changed by 5 to 100 %, by 20 % at least when it is an estimate."""
    old, core, size = _parts(text)
    taken = amounts(known)
    if not core:
        return None  # "double" has no number in it to change
    least = 0.2 if _ABOUT.search(before) else 0.05

    def fits(new: str, *, most: float) -> bool:
        value = _number(new)
        apart = abs(value - old) / old if old else 0.0
        outwards = (_AT_LEAST if value < old else _AT_MOST).search(before)
        over = value == 1 or (old <= 100 < value and ("%" in text or "per" in text))
        free = not {value, value * _SIZES.get(size, 1.0)} & taken
        return least <= apart <= most and free and not outwards and not over

    parts = [_parts(one) for one in near]
    alike = [
        other for _, other, its in parts if other and its[:1] == size[:1] and _alike(other, core)
    ]
    beside = [one for one in alike if fits(one, most=9)]
    new = rng.choice(beside or [one for one in _same_shape(core) if fits(one, most=1)] or [""])
    how = "amount of the same passage" if beside else "amount"
    new = new.capitalize() if core[0].isupper() else new.lower()
    return (text.replace(core, new, 1), how) if new else None


def _alike(one: str, other: str) -> bool:
    """Whether two numbers are both in words or both in digits, both whole or both not."""
    return one[0].isdigit() == other[0].isdigit() and ("." in one) == ("." in other)


def _same_shape(core: str) -> Iterator[str]:
    """Numbers written like this one: its first or second digit changed, or two digits swapped."""
    if not core[0].isdigit():
        for number in range(2, 100):
            word = spelled(number)
            if ("-" in word) == ("-" in core):
                yield word
        return
    places = [at for at, char in enumerate(core) if char.isdigit()]
    first = next((n for n, at in enumerate(places) if core[at] != "0"), 0)
    near = places[first : first + 2]
    for at in near:
        for digit in "123456789":
            if digit != core[at]:
                yield core[:at] + digit + core[at + 1 :]
    for left, right in pairwise(near):
        if "0" not in (core[left], core[right]) and core[left] != core[right]:
            between = core[left + 1 : right]
            yield core[:left] + core[right] + between + core[left] + core[right + 1 :]


def spelled(number: int) -> str:
    """A number under a hundred in words."""
    if number < len(ONES):
        return ONES[number]
    tens = TENS[number // 10 - 2]
    return f"{tens}-{ONES[number % 10]}" if number % 10 else tens


def _other_money(text: str, *, before: str, known: str, rng: Random) -> tuple[str, str] | None:
    """The same amount with another magnitude or in another currency."""
    options: list[tuple[str, str]] = []
    number, core, size = _parts(text)
    bound = _AT_LEAST.search(before) or _AT_MOST.search(before)
    if size in _OTHER_SIZE and not bound:
        other = _OTHER_SIZE[size]
        if number * _SIZES[other] not in amounts(known):
            options.append((re.sub(rf"(?<=[\d ]){size}\b", other, text, count=1), "magnitude"))
    for unit, other in _OTHER_MONEY.items():
        if unit in text.replace(core, ""):
            options.append((text.replace(unit, other, 1), "currency"))
            break
    return rng.choice(options) if options else None


def _other_date(
    text: str, *, before: str, known: str, near: Sequence[str], rng: Random
) -> tuple[str, str] | None:
    """Another day, month or year. A bound is only moved inwards."""
    later = not _AT_MOST.search(before)
    earlier = not _AT_LEAST.search(before)
    options: list[tuple[str, str]] = []

    def offer(part: re.Match[str] | None, others: Iterable[str], how: str) -> bool:
        free = [one for one in others if not re.search(rf"\b{one}\b", known)]
        if part and free:
            new = text[: part.start()] + rng.choice(free) + text[part.end() :]
            options.append((new, how))
        return bool(part and free)

    year = re.search(r"\b\d{4}\b", text)
    old = int(year[0]) if year else 0
    beside = {found for one in near for found in re.findall(r"\b\d{4}\b", one)}
    able = [one for one in sorted(beside) if (earlier if int(one) < old else later)]
    if not offer(year, able, "year of the same passage"):
        steps = [*range(-5, 0), *range(1, 6)]
        offer(year, (str(old + n) for n in steps if (earlier if n < 0 else later)), "year")
    day = re.search(r"(?<![\d-])\d{1,2}(?!\d)|(?<=-)\d\d$", text)
    if day:
        width = len(day[0]) if day[0].startswith("0") else 1
        days = [n for n in range(1, 29) if (earlier if n < int(day[0]) else later)]
        offer(day, (f"{n:0{width}d}" for n in days), "day")
    month = re.search(MONTH, text)
    if month:
        place = MONTHS.index(month[0])
        short = {1} if day is None or int(day[0]) < 29 else {1, 3, 5, 8, 10}
        places = [n for n in range(12) if n not in short and (earlier if n < place else later)]
        offer(month, (MONTHS[n] for n in places), "month")
    return rng.choice(options) if options else None


def stranger(name: str, *, known: str) -> bool:
    """Whether a name shares no word with a text."""
    said = set(re.findall(r"\w+", known.casefold()))
    return not {word for word in re.findall(r"\w+", name.casefold()) if len(word) > 2} & said


_INVENTED = {
    "person": "Alden Marrow, Petra Quillfeather, Jonas Ebberly, Mirelle Castonguay, Tobin Gray, "
    "Selma Vrooman, Casper Lindholt, Aveline Brask, Hugo Tamworthy, Inga Pellerin",
    "place": "Torvane, Melgrave, Ostrand, Calverby, Dunholt, Skarrow, Vellmark, Brinsea, Harrowick",
    "organisation": "Halvern Institute of Science, Belmoor Council, Stavely Group, Merrow Bank, "
    "Union of Tidewater Ports, Lantry Systems, Osprey Mutual, Kestrel Freight",
}


def rename(
    faithful: Faithful,
    kind: str,
    old: str,
    *,
    known: str,
    named: Mapping[str, set[str]],
    rng: Random,
) -> Change | None:
    """The answer with a name replaced by a false one: of the same passage, invented, or of others.

    The new name is one of ``named``, the names of the same kind, and shares no word with ``known``,
    the answer and the title. One of another article that was given is taken before any other.
    """
    known = f"{known} {faithful.answer} {faithful.evidence[faithful.cited[0] - 1].article.title}"
    short = kind == "person" and " " not in old
    near: list[str] = []
    far: list[str] = []
    for name, sources in sorted(named.items()):
        shown = name.rsplit(" ", 1)[-1] if short else name
        if stranger(name, known=known) and stands(shown, faithful.beside):
            near.append(shown)
        elif stranger(name, known=known) and faithful.source not in sources:
            far.append(shown)
    passages = " ".join(one.passage.text for one in faithful.evidence)
    given = [name for name in far if stands(name, passages)]
    draw = rng.random()
    if draw < 0.42 and near:
        new, how = rng.choice(near), "of the same passage"
    elif 0.42 <= draw < 0.75:
        new = rng.choice(_INVENTED[kind].split(", "))
        new, how = new.rsplit(" ", 1)[-1] if short else new, "invented"
    elif far:
        new, how = rng.choice(given or far), "of another article"
    else:
        return None
    pattern = rf"(?<!\w){re.escape(old)}(?!\w)"
    if ARTICLED.search(old) and not ARTICLED.search(new):
        pattern = rf"(?:\bthe )?{pattern}"
    draft = re.sub(pattern, lambda _: new, faithful.answer)
    return Change("name", how, old, new, draft)
