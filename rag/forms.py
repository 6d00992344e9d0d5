"""Other ways to write what a question names: its numbers, and names that an article shortens."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag import values
from rag.question import STOP_WORDS, content_words
from rag.units import MAGNITUDES, ONES, PREFIXES, TENS, WHOLES

_SMALL = {number: word for word, number in {**ONES, **TENS}.items() if number > 1}
_TENS = {number: word for word, number in TENS.items()}
_GLUED = {prefix.lower(): unit for prefix, unit in PREFIXES.items() if prefix.isalpha()}
# "160 mm" is a length
_SCALES = {word: worth for word, worth in MAGNITUDES.items() if worth >= 1000 and word != "mm"}
# What a currency is written on to: "Rmb160bn", "EUR160 million"
_COMMON = frozenset({"m", "bn", "tn", "million", "billion", "trillion"})
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_NUMBER_WORD = "|".join([*ONES, *TENS, *WHOLES.split("|"), "and"])
_NUMBER = re.compile(
    rf"[^\W\d_]{{0,4}}\d[\d,.]*(?<=\d)(?:\s?(?:{_SCALE})\b)?"
    rf"|(?:{_NUMBER_WORD})(?:[\s-](?:{_NUMBER_WORD}))*\b",
    re.IGNORECASE,
)
_DECIMALS = 3

# "Federal Reserve (Fed)", "the Organisation for Ores (the “OO”)"
_DEFINED = re.compile(r"\((?:or )?(?:the )?[\"“']?(?P<short>[A-Z][\w&.]{1,11})[\"”']?\)")
_LONGEST_NAME = 100
_WORD = re.compile(r"[\w&][\w&.'’-]*")
_BREAK = re.compile(r"[^\w&.'’\- ]|\. ")


@dataclass(frozen=True)
class Form:
    """Something as a question writes it, and how else it may be written, in lower case."""

    asked: str
    others: tuple[str, ...]


def of_numbers(question: str) -> list[Form]:
    """The other forms of the numbers of a question: "160bn" is "160 billion" and "rmb160bn".

    Years and other dates have none.
    """
    found: list[Form] = []
    for value in values.find(question):
        written = _NUMBER.search(value.text)
        if value.amount is None or written is None or value.kind in ("fraction", "multiple"):
            continue
        asked = written.group().lower()
        others = dict.fromkeys(_written(abs(value.amount), value.unit))
        others.pop(asked, None)
        if others:
            found.append(Form(asked, tuple(others)))
    return found


def defined(question: str, texts: Iterable[str]) -> list[Form]:
    """The names of a question that one of the texts shortens, with the other form.

    Only where a text says so itself, as in "Federal Reserve (Fed)", and the short name is made of
    the long one: of its initials, or the beginning of its first word.
    """
    asked = {word.lower() for word in content_words(question)}
    plain = f" {' '.join(_WORD.findall(question.lower()))} "
    found: dict[str, dict[str, None]] = {}
    for long, short in _definitions(texts):
        if short in asked:
            found.setdefault(short, {})[long] = None
        elif f" {long} " in plain:
            found.setdefault(long, {})[short] = None
    return [Form(name, tuple(others)) for name, others in found.items()]


class Rewriting:
    """Puts a question's own form in the place of the others in a text."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._patterns = [
            (
                re.compile(
                    r"(?<!\w)(?<!\d[.,])(?:"
                    + "|".join(
                        re.escape(other) for other in sorted(form.others, key=len, reverse=True)
                    )
                    + r")(?!\w|[.,]\d)",
                    re.IGNORECASE,
                ),
                form.asked,
            )
            for form in forms
        ]

    def __call__(self, text: str) -> str:
        """The text in the question's forms."""
        for pattern, asked in self._patterns:
            text = pattern.sub(lambda _, asked=asked: asked, text)  # type: ignore[misc]
        return text


def _written(amount: Decimal, unit: str | None) -> Iterator[str]:
    """The ways to write an amount, the commonest first."""
    plain = [(_digits(amount), unit is not None)]
    for word, worth in _SCALES.items():
        digits = _digits(amount / worth)
        if 1 <= amount / worth < 1000 and len(digits.partition(".")[2]) <= _DECIMALS:
            gap = " " if len(word) > 3 else ""
            plain.append((f"{digits}{gap}{word}", word in _COMMON))
    for form, _ in plain:
        yield form
    if amount >= 1000:
        yield f"{amount.normalize():,f}"
    if (small := _in_words(amount)) is not None:
        yield small
    for form, is_common in plain:
        if is_common:
            yield from (f"{glued}{form}" for glued, of in _GLUED.items() if unit in (None, of))


def _digits(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _in_words(amount: Decimal) -> str | None:
    """A whole number under a hundred in words: "twelve", "twenty-seven"."""
    if amount != int(amount) or not 1 < amount < 100:
        return None
    number = int(amount)
    if number in _SMALL:
        return _SMALL[number]
    ten, one = number - number % 10, number % 10
    return f"{_TENS[ten]}-{next(word for word, worth in ONES.items() if worth == one)}"


def _definitions(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(Long name, short name) in lower case, wherever a text shortens one."""
    for text in texts:
        if "(" not in text:
            continue
        for match in _DEFINED.finditer(text):
            before = text[max(0, match.start() - _LONGEST_NAME) : match.start()].rstrip()
            run = _WORD.findall(_BREAK.split(before)[-1])
            short = match["short"].replace(".", "")
            if (long := _shortened(run, short)) is not None:
                yield long.lower(), short.lower()


def _shortened(run: list[str], short: str) -> str | None:
    """The end of a run of words that a short name is made of; None when it is not."""
    letters = short.replace("&", "").lower()
    for at in range(len(run) - 1, -1, -1):
        name = run[at:]
        if not name[0][0].isupper():
            continue
        told = [word for word in name if word.lower() not in STOP_WORDS]
        initials = "".join(word[0].lower() for word in told if word[0].isalnum())
        every = "".join(word[0].lower() for word in name if word[0].isalnum())
        first = name[0].lower()
        begins = len(letters) > 2 and first.startswith(letters) and first != letters
        if (len(told) > 1 and letters in (initials, every)) or begins:
            return " ".join(name)
    return None
