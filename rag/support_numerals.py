"""Numerals that are no values (H200, number 54, 18:30, 3-1): they must stand in quotes as well."""

import re
from decimal import Decimal

from rag import values
from rag.question import stem, words
from rag.values import Value

_NUMERAL = re.compile(r"\w*\d\w*(?:[.:/-]\w*\d\w*)*")
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s?(?P<half>[ap])\.?\s?m\b\.?"
    r"|\b(?P<hour24>\d{1,2}):(?P<minute24>\d\d)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?i:\b(?:about|around|roughly|approximately|nearly|almost|shortly (?:after|before)|"
    r"just (?:after|before)|towards?)\s)$"
)
_QUARTER = 15
_ORDINALS = {
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
    "5th": "fifth",
    "6th": "sixth",
    "7th": "seventh",
    "8th": "eighth",
    "9th": "ninth",
    "10th": "tenth",
}


class Numerals:
    """The numerals and times of day of a claim that are no values."""

    def __init__(self, claim: str) -> None:
        self._times = list(_TIME.finditer(claim))
        taken = [(value.start, value.end) for value in values.find(claim)]
        taken += [time.span() for time in self._times]
        self._others = [
            (_named(claim, numeral), numeral[0])
            for numeral in _NUMERAL.finditer(claim)
            if not any(start < numeral.end() and numeral.start() < end for start, end in taken)
        ]

    def lacking(self, quotes: str) -> list[str]:
        """Those that do not stand in the quotes, in whatever form."""
        if not self._times and not self._others:
            return []
        told = {_minutes(found) for found in _TIME.finditer(quotes)}
        missing = [
            time[0]
            for time in self._times
            if not any(abs(_minutes(time) - one) <= self._leeway(time) for one in told)
        ]
        there = list(_NUMERAL.finditer(quotes))
        for name, numeral in self._others:
            word = _ORDINALS.get(numeral.lower())
            if not (word and word in quotes.lower()) and not any(
                _plain(one[0]) == _plain(numeral) and (not name or name in _before(quotes, one))
                for one in there
            ):
                missing.append(numeral)
        return missing

    @property
    def counts(self) -> list[Value]:
        """The bare numbers of it as counts: "National Union 84" may be what a sum is made of."""
        return [
            Value("count", 0, 0, numeral, Decimal(numeral), Decimal(numeral))
            for _, numeral in self._others
            if numeral.isdecimal()
        ]

    def stand_in(self, quote: str) -> bool:
        """Whether a quote has one of the numerals."""
        theirs = {_plain(one[0]) for one in _NUMERAL.finditer(quote)}
        return any(_plain(numeral) in theirs for _, numeral in self._others)

    def _leeway(self, time: re.Match[str]) -> int:
        """How many minutes a time may be off: a quarter of an hour when it is "about"."""
        return _QUARTER if _ABOUT.search(time.string[: time.start()]) else 0


def _named(claim: str, numeral: re.Match[str]) -> str:
    """The stem of the word that a bare number is the number of ("number 54", "Article 5")."""
    before = words(claim[: numeral.start()])[-1:]
    return _word(before[0]) if before and numeral[0].isdigit() else ""


def _before(quotes: str, numeral: re.Match[str]) -> set[str]:
    return {_word(word) for word in words(quotes[max(0, numeral.start() - 40) : numeral.start()])}


def _word(word: str) -> str:
    """A word as it is compared: "No." is "number"."""
    return "number" if word.lower() in ("no", "nos", "nr") else stem(word)


def _plain(numeral: str) -> str:
    """A numeral as it is compared: "H200s" is "h200"."""
    lower = numeral.lower()
    return lower.removesuffix("s") if lower[-2:-1].isdigit() else lower


def _minutes(time: re.Match[str]) -> int:
    """The minutes since midnight."""
    if time["hour24"]:
        return int(time["hour24"]) * 60 + int(time["minute24"])
    hour = int(time["hour"]) % 12 + (12 if time["half"].lower() == "p" else 0)
    return hour * 60 + int(time["minute"] or 0)
