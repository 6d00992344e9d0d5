"""Values of every kind, each with the many ways in which articles and models write it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"
_MONTHS = "January February March April May June July August September October November December"
SMALL_WORDS, TENS_WORDS, MONTHS = _SMALL.split(), _TENS.split(), _MONTHS.split()
QUARTERS = ["first", "second", "third", "fourth"]
PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}


def in_words(number: int) -> str:
    """A whole number from 0 to 999,999 in words."""
    if number >= 1000:
        rest = number % 1000
        tail = f" {'and ' if rest < 100 else ''}{in_words(rest)}" if rest else ""
        return f"{in_words(number // 1000)} thousand{tail}"
    if number >= 100:
        tail = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{SMALL_WORDS[number // 100]} hundred{tail}"
    if number < 20:
        return SMALL_WORDS[number]
    tail = f"-{SMALL_WORDS[number % 10]}" if number % 10 else ""
    return f"{TENS_WORDS[number // 10]}{tail}"


@dataclass(frozen=True)
class Kind:
    """How values of one kind are drawn in parts, written, and compared by their worth."""

    parts: tuple[st.SearchStrategy[Any], ...]
    write: Callable[..., list[str]]
    worth: Callable[..., object]


AMOUNTS = st.one_of(
    st.integers(1, 999).map(Decimal),
    st.decimals(min_value=1, max_value=999, places=1, allow_nan=False),
    st.decimals(min_value=1, max_value=99, places=2, allow_nan=False),
)
# The worth of a magnitude, and how it is written after a sign and before a noun.
MAGNITUDES = st.sampled_from(
    [
        (10**6, ["m", "M", "mn", " million", " mn", " m"], [" million", "m", "mn", "-million"]),
        (10**9, ["bn", "B", " billion", " bn", "b"], [" billion", "bn", "B", "-billion"]),
        (10**12, ["tn", "T", "trn", " trillion", " tn"], [" trillion", "tn", "-trillion"]),
    ]
)
CURRENCIES = st.sampled_from(
    [
        ("CNY", ["Rmb", "RMB", "RMB ", "CNY ", "CN¥", "¥"], ["yuan", "renminbi", "Chinese yuan"]),
        ("USD", ["$", "US$", "USD", "USD ", "US $"], ["dollars", "U.S. dollars", "US dollars"]),
        ("EUR", ["€", "EUR", "EUR ", "€ "], ["euros", "euro", "EUR"]),
        ("GBP", ["£", "GBP ", "GBP"], ["pounds", "British pounds", "pounds sterling", "GBP"]),
        ("INR", ["₹", "Rs ", "Rs. ", "INR "], ["rupees", "Indian rupees"]),
        ("CAD", ["C$", "CA$", "CAD ", "CAD $"], ["Canadian dollars", "CAD"]),
    ]
)


def write_money(amount: Decimal, magnitude: Any, currency: Any) -> list[str]:
    factor, after_sign, before_noun = magnitude
    _, signs, nouns = currency
    worth = amount * factor
    ways = [f"{sign}{amount}{scale}" for sign in signs for scale in after_sign]
    ways += [f"{sign}{worth:,.0f}" for sign in signs]
    ways += [f"{amount}{scale} {noun}" for scale in before_noun for noun in nouns]
    ways += [f"{worth:,.0f} {noun}" for noun in nouns]
    if amount == int(amount):
        ways += [f"{in_words(int(amount))}{before_noun[0]} {noun}" for noun in nouns]
    return ways


def write_money_range(low: Decimal, more: Decimal, magnitude: Any, currency: Any) -> list[str]:
    high = low + more
    factor, after_sign, before_noun = magnitude
    _, signs, nouns = currency
    ways = []
    for sign in signs:
        # "2-3 m" are metres, and "2T" alone is no trillion.
        for scale in (one for one in after_sign if one not in (" m", "T")):
            one, other = f"{sign}{low}{scale}", f"{sign}{high}{scale}"
            ways += [f"between {one} and {other}", f"{one} to {other}", f"{one}–{other}"]
            ways += [f"{sign}{low}-{high}{scale}", f"{sign}{low}–{high}{scale}"]
            ways += [f"between {sign}{low} and {high}{scale}"]
    for noun in nouns:
        for scale in before_noun[:2]:
            ways += [f"{low} to {high}{scale} {noun}", f"{low}-{high}{scale} {noun}"]
            ways += [f"between {low} and {high}{scale} {noun}"]
            ways += [f"between {low}{scale} and {high}{scale} {noun}"]
        ways += [f"{low * factor:,.0f} to {high * factor:,.0f} {noun}"]
    return ways


def write_percent(percent: Decimal) -> list[str]:
    signs = ["%", " %", " percent", " per cent", "-percent", " pct", "\u00a0%"]
    ways = [f"{percent}{sign}" for sign in signs]
    if percent == int(percent):
        ways += [f"{percent:.1f}%", f"{percent:.0f}%", f"{in_words(int(percent))} percent"]
        ways += [f"{in_words(int(percent))} per cent"]
    return ways


def write_percent_range(low: int, more: int) -> list[str]:
    high = low + more
    return [
        f"{low}-{high}%",
        f"{low}–{high} percent",
        f"{low}% to {high}%",
        f"{low} to {high} per cent",
        f"between {low}% and {high}%",
        f"between {low} and {high} percent",
        f"{in_words(low)} to {in_words(high)} percent",
    ]


def write_count(count: int) -> list[str]:
    ways = [f"{count:,}", in_words(count)]
    if count >= 10_000 or count < 1_000:
        ways.append(str(count))
    if count >= 1000 and count % 100 == 0:
        short = f"{Decimal(count) / 1000:f}"
        ways += [f"{short} thousand", f"{short}k", f"{short}-thousand"]
    if count >= 1000 and count % 1000 == 0:
        ways += [f"{count // 1000} 000", f"{count // 1000}\u00a0000"]
    return ways


def write_day(day: date) -> list[str]:
    month, number = MONTHS[day.month - 1], day.day
    last = number % 10 if number not in (11, 12, 13) else 0
    nth = f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
    return [
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{number} {month} {day.year}",
        f"{number:02} {month} {day.year}",
        f"{month} {number}, {day.year}",
        f"{month} {number} {day.year}",
        f"{month[:3]} {number}, {day.year}",
        f"{month[:3]}. {number}, {day.year}",
        f"{month} {nth}, {day.year}",
        f"{nth} {month} {day.year}",
        f"the {nth} of {month} {day.year}",
        f"the {nth} of {month}, {day.year}",
        f"{day:%A}, {number} {month} {day.year}",
        f"{day:%A}, {month} {number}, {day.year}",
        f"{number} {month[:3]} {day.year}",
    ]


def write_month(year: int, month: int) -> list[str]:
    name = MONTHS[month - 1]
    return [
        f"{name} {year}",
        f"{name}, {year}",
        f"{name} of {year}",
        f"{name[:3]} {year}",
        f"{name[:3]}. {year}",
    ]


def write_days(first: int, more: int, month: int, year: int) -> list[str]:
    last, name = first + more, MONTHS[month - 1]
    return [
        f"{first}-{last} {name} {year}",
        f"{first} to {last} {name} {year}",
        f"{first} – {last} {name} {year}",
        f"between {first} and {last} {name} {year}",
        f"{name} {first}-{last}, {year}",
        f"{name} {first}–{last}, {year}",
        f"{name} {first} to {last}, {year}",
        f"between {name} {first} and {last}, {year}",
    ]


def write_quarter(year: int, quarter: int) -> list[str]:
    word = QUARTERS[quarter - 1]
    return [
        f"Q{quarter} {year}",
        f"Q{quarter} of {year}",
        f"the {word} quarter of {year}",
        f"{quarter}Q{year % 100:02}",
        f"{word} quarter {year}",
    ]


def write_fraction(top: int, bottom: int) -> list[str]:
    name = PARTS[bottom]
    ways = [f"{SMALL_WORDS[top]} in {SMALL_WORDS[bottom]}", f"{top} in {bottom}"]
    ways += [f"{top} out of {bottom}", f"{SMALL_WORDS[top]} out of {SMALL_WORDS[bottom]}"]
    ways += [f"{top}/{bottom}"] if bottom <= 8 else []
    if top == 1:
        article = "an" if name == "eighth" else "a"
        ways += ["half of it"] if bottom == 2 else [f"{article} {name} of it", f"one {name} of it"]
        ways += [f"one-{name}"]
    else:
        ways += [f"{SMALL_WORDS[top]}-{name}s", f"{SMALL_WORDS[top]} {name}s of it"]
    if bottom in (2, 4, 5, 8, 10):
        ways.append(f"{Decimal(100 * top) / bottom}%")
    return ways


YEARS = st.integers(2001, 2099)
KINDS = {
    "money": Kind(
        (AMOUNTS, MAGNITUDES, CURRENCIES),
        write_money,
        lambda amount, scale, currency: (amount * scale[0], currency[0]),
    ),
    "money range": Kind(
        (AMOUNTS, AMOUNTS, MAGNITUDES, CURRENCIES),
        write_money_range,
        lambda low, more, scale, money: (low * scale[0], (low + more) * scale[0], money[0]),
    ),
    "percent": Kind(
        (st.one_of(st.integers(2, 100).map(Decimal), AMOUNTS),), write_percent, lambda part: part
    ),
    "percent range": Kind(
        (st.integers(2, 60), st.integers(1, 39)),
        write_percent_range,
        lambda low, more: (low, low + more),
    ),
    "count": Kind(
        (
            st.one_of(
                st.integers(13, 999),
                st.integers(10, 9_999).map(lambda hundreds: 100 * hundreds),
                st.integers(2_201, 999_999),
            ),
        ),
        write_count,
        lambda count: count,
    ),
    "day": Kind((st.dates(date(1900, 1, 1), date(2100, 12, 31)),), write_day, lambda day: day),
    "month": Kind((YEARS, st.integers(1, 12)), write_month, lambda year, month: (year, month)),
    "year": Kind((YEARS,), lambda year: [f"{year}", f"the year {year}"], lambda year: year),
    "days": Kind(
        (st.integers(1, 20), st.integers(1, 8), st.integers(1, 12), YEARS),
        write_days,
        lambda first, more, month, year: (first, first + more, month, year),
    ),
    "quarter": Kind(
        (YEARS, st.integers(1, 4)), write_quarter, lambda year, quarter: (year, quarter)
    ),
    "fraction": Kind(
        (st.integers(1, 9), st.sampled_from(sorted(PARTS))),
        write_fraction,
        lambda a, b: Fraction(a, b),
    ),
}
