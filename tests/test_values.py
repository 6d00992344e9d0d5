"""Values found with exact spans, compared by value, on any text."""

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.values import Value, covers, find, same


def one(text: str, *, reference: date | None = None) -> Value:
    found = find(text, reference=reference)
    assert len(found) == 1, found
    return found[0]


MONEY = [
    ("$23B", "$23B", "23e9", "USD"),
    ("plans $23 billion investment", "$23 billion", "23e9", "USD"),
    ("Rmb160bn", "Rmb160bn", "160e9", "CNY"),
    ("160 billion yuan", "160 billion yuan", "160e9", "CNY"),
    ("CNY 160,000,000,000", "CNY 160,000,000,000", "160e9", "CNY"),
    ("RMB 1.2bn", "RMB 1.2bn", "1.2e9", "CNY"),
    ("€3.5m", "€3.5m", "3.5e6", "EUR"),
    ("18.4m euros", "18.4m euros", "18.4e6", "EUR"),
    ("£400,000.", "£400,000", "4e5", "GBP"),
    ("¥1.5 trillion", "¥1.5 trillion", "1.5e12", "¥"),
    ("US$20,000 per unit", "US$20,000", "2e4", "USD"),
    ("-$3m", "-$3m", "-3e6", "USD"),
    ("$18.4-million", "$18.4-million", "18.4e6", "USD"),
    ("12 cents", "12 cents", "0.12", "USD"),
    ("50p", "50p", "0.5", "GBP"),
    ("5 billion won", "5 billion won", "5e9", "KRW"),
    ("INR 3 lakh crore", "INR 3 lakh crore", "3e12", "INR"),
    ("twenty million dollars", "twenty million dollars", "2e7", "USD"),
    ("half a billion euros", "half a billion euros", "5e8", "EUR"),
    ("Vel160bn", "Vel160bn", "160e9", "VEL"),
    ("VLR 240 million", "VLR 240 million", "240e6", "VLR"),
    ("4.2 million Orsan marks", "4.2 million Orsan marks", "4.2e6", "mark"),
    ("23 billion €", "23 billion €", "23e9", "EUR"),
    ("$5m CAD", "$5m CAD", "5e6", "CAD"),
    ("CAD $5m", "CAD $5m", "5e6", "CAD"),
    ("HK $5bn", "HK $5bn", "5e9", "HKD"),
    ("€3 m", "€3 m", "3e6", "EUR"),
    ("$23 000 000", "$23 000 000", "23e6", "USD"),
    ("a billion and a half dollars", "a billion and a half dollars", "1.5e9", "USD"),
    ("2050 million yuan", "2050 million yuan", "2.05e9", "CNY"),
    ("COP 5 billion", "COP 5 billion", "5e9", "COP"),
]


@pytest.mark.parametrize(("text", "span", "amount", "unit"), MONEY)
def test_money_has_its_span_amount_and_currency(
    text: str, span: str, amount: str, unit: str
) -> None:
    value = one(text)
    assert (value.kind, value.text, value.unit) == ("money", span, unit)
    assert value.amount == Decimal(amount)


OTHERS = [
    ("2.34%", "percent", "2.34%", "2.34", "%"),
    ("2.34 per cent", "percent", "2.34 per cent", "2.34", "%"),
    ("-3.5%", "percent", "-3.5%", "-3.5", "%"),
    ("twenty-five percent", "percent", "twenty-five percent", "25", "%"),
    ("12 percentage points", "points", "12 percentage points", "12", "pp"),
    ("0.5 basis points", "points", "0.5 basis points", "0.5", "bp"),
    ("more than 30tn", "count", "30tn", "30e12", None),
    ("30 trillion tokens", "count", "30 trillion", "30e12", None),
    ("three people", "count", "three", "3", None),
    (
        "two hundred and fifty thousand homes",
        "count",
        "two hundred and fifty thousand",
        "25e4",
        None,
    ),
    ("a dozen eggs", "count", "a dozen", "12", None),
    ("1.5 million", "count", "1.5 million", "1.5e6", None),
    ("5 km", "measure", "5 km", "5", "km"),
    ("a 5m wall", "measure", "5m", "5", "m"),
    ("1½ miles", "measure", "1½ miles", "1.5", "mi"),
    ("300 MW", "measure", "300 MW", "300", "MW"),
    ("4.2 GWh", "measure", "4.2 GWh", "4.2", "GWh"),
    ("an 18-month deal", "duration", "18-month", "18", "month"),
    ("two and a half years", "duration", "two and a half years", "2.5", "year"),
    ("around half of the spending", "fraction", "half", "0.5", None),
    ("two-thirds", "fraction", "two-thirds", str(Decimal(2) / 3), None),
    ("cut by a third.", "fraction", "a third", str(Decimal(1) / 3), None),
    ("9 out of 10", "fraction", "9 out of 10", "0.9", None),
    ("one in four", "fraction", "one in four", "0.25", None),
    ("two workers in five are", "fraction", "two workers in five", "0.4", None),
    ("twice", "multiple", "twice", "2", None),
    ("tripled", "multiple", "tripled", "3", None),
    ("three times as many", "multiple", "three times", "3", None),
    ("rose 1.5 times", "multiple", "1.5 times", "1.5", None),
    ("1/2.", "fraction", "1/2", "0.5", None),
    ("half a percentage point", "points", "half a percentage point", "0.5", "pp"),
    ("three-quarters of a million", "count", "three-quarters of a million", "75e4", None),
    ("11 000 people", "count", "11 000", "11e3", None),
    ("1 234 567 people", "count", "1 234 567", "1234567", None),
    ("_12%_ of it", "percent", "12%", "12", "%"),
    ("12%[1]", "percent", "12%", "12", "%"),
    ("12% [1, 2][3–5]【6】", "percent", "12%", "12", "%"),
]


@pytest.mark.parametrize(("text", "kind", "span", "amount", "unit"), OTHERS)
def test_other_kinds_have_their_span_and_amount(
    text: str, kind: str, span: str, amount: str, unit: str | None
) -> None:
    value = one(text)
    assert (value.kind, value.text, value.unit) == (kind, span, unit)
    assert value.amount == Decimal(amount)


RANGES = [
    ("between $2bn and $3bn", "$2bn and $3bn", "2e9", "3e9"),
    ("$2-3 billion", "$2-3 billion", "2e9", "3e9"),
    ("$5 to $7 million", "$5 to $7 million", "5e6", "7e6"),
    ("€3.5m–€4m", "€3.5m–€4m", "3.5e6", "4e6"),
    ("5-7%", "5-7%", "5", "7"),
    ("2-3 people", "2-3", "2", "3"),
    ("Rmb1-2bn", "Rmb1-2bn", "1e9", "2e9"),
    ("$2-1,500 million", "$2-1,500 million", "2e6", "15e8"),
    ("4 billion to 5 billion euros", "4 billion to 5 billion euros", "4e9", "5e9"),
    ("500-1000 people", "500-1000", "500", "1000"),
]


@pytest.mark.parametrize(("text", "span", "low", "high"), RANGES)
def test_ranges_are_one_value(text: str, span: str, low: str, high: str) -> None:
    value = one(text)
    assert value.text == span
    assert (value.low, value.high, value.amount) == (Decimal(low), Decimal(high), None)


def test_a_change_from_one_to_another_is_two_values() -> None:
    assert [value.amount for value in find("rose from 5 to 7 percent")] == [5, 7]
    assert [value.amount for value in find("up 3 per cent to 5.75 per cent")] == [
        3,
        Decimal("5.75"),
    ]
    assert [value.unit for value in find("rose from $2bn to $3bn")] == ["USD", "USD"]


DATES = [
    ("in 2026", "2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ("its 2026 capital expenditure", "2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ("FY2025", "FY2025", "year", date(2025, 1, 1), date(2025, 12, 31)),
    ("Q1 2026", "Q1 2026", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
    (
        "first quarter of 2026",
        "first quarter of 2026",
        "quarter",
        date(2026, 1, 1),
        date(2026, 3, 31),
    ),
    ("Tuesday, March 3, 2026", "March 3, 2026", "day", date(2026, 3, 3), date(2026, 3, 3)),
    ("3 March 2026", "3 March 2026", "day", date(2026, 3, 3), date(2026, 3, 3)),
    ("2026-03-03", "2026-03-03", "day", date(2026, 3, 3), date(2026, 3, 3)),
    ("by May 2026", "May 2026", "month", date(2026, 5, 1), date(2026, 5, 31)),
    ("Dec 23-24, 2025", "Dec 23-24, 2025", "range", date(2025, 12, 23), date(2025, 12, 24)),
    ("2024-25", "2024-25", "range", date(2024, 1, 1), date(2025, 12, 31)),
    ("the 1990s", "1990s", "decade", date(1990, 1, 1), date(1999, 12, 31)),
    ("10th century", "10th century", "century", date(901, 1, 1), date(1000, 12, 31)),
    ("between 3 and 4 May 2026", "3 and 4 May 2026", "range", date(2026, 5, 3), date(2026, 5, 4)),
    ("May 3 to 4, 2026", "May 3 to 4, 2026", "range", date(2026, 5, 3), date(2026, 5, 4)),
    ("2026/03/03", "2026/03/03", "day", date(2026, 3, 3), date(2026, 3, 3)),
    ("Dec 23", "Dec 23", "day", None, None),
    ("in October, it", "October", "month", None, None),
    ("next year", "next year", "relative", None, None),
    ("on Thursday", "Thursday", "relative", None, None),
    ("the fourth quarter", "fourth quarter", "quarter", None, None),
]


@pytest.mark.parametrize(("text", "span", "precision", "first", "last"), DATES)
def test_dates_have_their_span_precision_and_days(
    text: str, span: str, precision: str, first: date | None, last: date | None
) -> None:
    value = one(text)
    assert value.kind == "date"
    assert value.when is not None
    assert (value.text, value.when.precision) == (span, precision)
    assert (value.when.first, value.when.last) == (first, last)


RESOLVED = [
    ("this year", date(2025, 1, 1), date(2025, 12, 31)),
    ("next year", date(2026, 1, 1), date(2026, 12, 31)),
    ("this month", date(2025, 12, 1), date(2025, 12, 31)),
    ("last quarter", date(2025, 7, 1), date(2025, 9, 30)),
    ("yesterday", date(2025, 12, 23), date(2025, 12, 23)),
    ("Thursday", date(2025, 12, 18), date(2025, 12, 18)),
    ("next Thursday", date(2025, 12, 25), date(2025, 12, 25)),
    ("two weeks ago", date(2025, 12, 10), date(2025, 12, 10)),
    ("in October", date(2025, 10, 1), date(2025, 10, 31)),
    ("Jan 3", date(2026, 1, 3), date(2026, 1, 3)),
    ("last January", date(2025, 1, 1), date(2025, 1, 31)),
    ("next November", date(2026, 11, 1), date(2026, 11, 30)),
    ("3 to 5 January", date(2026, 1, 3), date(2026, 1, 5)),
]


@pytest.mark.parametrize(("text", "first", "last"), RESOLVED)
def test_relative_dates_count_from_the_reference(text: str, first: date, last: date) -> None:
    when = one(text, reference=date(2025, 12, 24)).when
    assert when is not None
    assert (when.first, when.last) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "H200, GPT-5, the Boeing 737, 5G and A320",
        "at 10:30 am or 10am",
        "call +1 555 123 4567 or 555-0123",
        "the first of them",
        "version 1.2.3",
        "https://example.com/2026/03",
        "won 3-1",
        "Covid-19 and F-35",
        "no one, and this one",
        "they may march on",
        "the second half",
        "a third plant",
        "COP28",
    ],
)
def test_names_times_scores_and_ordinals_are_no_values(text: str) -> None:
    assert find(text) == []


def test_qualifier_noun_and_rate_stand_in_the_outer_span() -> None:
    text = "it intends to buy about 20,000 H200 chips as a test order, at $20,000 per unit"
    count, money = find(text)
    assert (count.text, count.noun, count.qualifier) == ("20,000", "chips", "about")
    assert text[slice(*count.outer)] == "about 20,000 H200 chips"
    assert (money.text, money.per) == ("$20,000", "unit")
    text = "More than 1,000 unionized Starbucks workers went on strike at 65 U.S. stores Thursday"
    workers, stores, day = find(text)
    assert (workers.noun, workers.qualifier, stores.noun) == ("workers", "more_than", "stores")
    assert day.kind == "date"


def test_the_outer_span_of_a_date_takes_in_its_season() -> None:
    text = "The first arrives in spring 2029."
    (value,) = find(text)
    assert value.text == "2029"
    assert text[slice(*value.outer)] == "spring 2029"


def test_two_of_one_in_three_of_another_is_no_fraction() -> None:
    assert [value.amount for value in find("opened two shops in three cities")] == [2, 3]


def test_an_amount_in_two_currencies_is_two_values() -> None:
    assert [v.text for v in find("about Rmb160 billion ($23 billion) in capital expenditure")] == [
        "Rmb160 billion",
        "$23 billion",
    ]


SAME = [
    ("Rmb160bn", "160 billion yuan"),
    ("Rmb160bn", "CNY 160,000,000,000"),
    ("$23B", "about $23 billion"),
    ("2.34%", "2.34 per cent"),
    ("half", "50%"),
    ("a third of", "one-third"),
    ("twenty people", "20 people"),
    ("5 km", "5,000 metres"),
    ("two weeks", "14 days"),
    ("100 basis points", "1 percentage point"),
    ("3 March 2026", "2026-03-03"),
    ("Q1 2026", "the first quarter of 2026"),
    ("fell 12%", "-12%"),
    ("¥1.5 trillion", "1.5 trillion yen"),
    ("between $2bn and $3bn", "$2-3 billion"),
    ("a 45-year-old", "45"),
    ("24 to 26 March", "March 24-26"),
]
DIFFERENT = [
    ("Rmb160bn", "$160bn"),
    ("Rmb160bn", "Rmb160m"),
    ("$23 billion", "23 billion"),
    ("a third of", "33%"),
    ("2%", "2 percentage points"),
    ("more than 30tn", "30tn"),
    ("more than 30tn", "less than 30tn"),
    ("March 2026", "March 3, 2026"),
    ("FY2025", "2025"),
    ("$2-3 billion", "$2 billion"),
    ("5 km", "5 miles"),
    ("12%", "-12%"),
    ("a 45-year-old", "45 people"),
    ("24-26 March", "24-28 March"),
    ("as little as 5%", "5%"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_the_same_value_in_other_words(left: str, right: str) -> None:
    assert same(one(left), one(right))
    assert same(one(right), one(left))


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_values_are_not_the_same(left: str, right: str) -> None:
    assert not same(one(left), one(right))
    assert not same(one(right), one(left))


def test_a_date_before_another_has_the_year_that_only_the_other_states() -> None:
    days = [value.when and value.when.first for value in find("24 March to 2 April 2026")]
    assert days == [date(2026, 3, 24), date(2026, 4, 2)]
    days = [value.when and value.when.first for value in find("30 December to 2 January 2026")]
    assert days == [date(2025, 12, 30), date(2026, 1, 2)]


def test_bounds_can_be_left_out_of_the_comparison() -> None:
    assert same(one("more than 30tn"), one("30tn"), bounds=False)


def test_covers() -> None:
    assert covers(one("December 2025"), one("Dec 23, 2025"))
    assert not covers(one("Dec 23, 2025"), one("December 2025"))
    assert covers(one("in December"), one("Dec 23, 2025"))
    assert covers(one("$2-3 billion"), one("$2.5bn"))
    assert not covers(one("$2-3 billion"), one("€2.5bn"))
    assert covers(one("24-26 March"), one("25 March 2026"))
    assert not covers(one("24 March"), one("24-26 March 2026"))


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_with_exact_spans(text: str) -> None:
    end = 0
    for value in find(text, reference=date(2026, 1, 31)):
        assert value.text == text[value.start : value.end]
        assert value.outer[0] <= value.start < value.end <= value.outer[1]
        assert value.start >= end
        assert same(value, value)
        end = value.end


WORDS = (
    "$ € Rmb ¥ - – , . % bn million per cent 5 12 2026 1,000 0.5 ½ one third hundred and half "
    "twice March Dec 31 Q1 FY the between to from about more than km p m 's H200 - 1/3 in of a"
)
PIECES = st.sampled_from([*WORDS.split(), "\n"])


@given(st.lists(PIECES, max_size=20), st.sampled_from(["", " "]))
def test_pieces_of_values_in_any_order_keep_exact_spans(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    for value in find(text, reference=date(2024, 2, 29)):
        assert value.text == text[value.start : value.end]
        assert covers(value, value)


AMOUNTS = st.decimals(min_value=1, max_value=999, places=1, allow_nan=False)
SCALES = st.sampled_from([("bn", " billion"), ("m", " million"), ("tn", " trillion")])


@given(AMOUNTS, SCALES)
def test_money_survives_a_change_of_format(amount: Decimal, scale: tuple[str, str]) -> None:
    short, long = scale
    left = one(f"it paid Rmb{amount}{short} for it")
    right = one(f"{amount}{long} yuan")
    plain = one(f"CNY {left.amount:,.0f}")
    assert same(left, right)
    assert same(left, plain)
    assert not same(left, one(f"${amount}{short}"))
    assert not same(left, one(f"Rmb{amount + Decimal('0.1')}{short}"))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_dates_survive_a_change_of_format(day: date) -> None:
    iso = one(day.isoformat())
    for text in (f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}"):
        assert same(iso, one(text))
    assert covers(one(f"{day:%B} {day.year}"), iso)


@settings(max_examples=50)
@given(st.integers(min_value=2, max_value=999_999))
def test_counts_survive_grouping(number: int) -> None:
    assert one(f"{number:,} of the workers").amount == number


def test_long_runs_of_anything_are_read_in_linear_time() -> None:
    started = time.process_time()
    for piece in ("1,", "2026-", "-", "x@", "$", "March ", "between ", "9", "a "):
        find(piece * (10_000 // len(piece)))
    assert time.process_time() - started < 5


def test_the_first_months_of_a_year_are_a_part_of_it() -> None:
    (months,), (half,) = find("the first six months of 2026"), find("the first half of 2026")
    assert same(months, half)
    (last,), (quarter,) = find("the last three months of 2025"), find("Q4 2025")
    assert same(last, quarter)
