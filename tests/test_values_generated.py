"""Generated values: any text is read, and a value is itself in every way of writing it."""

import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from written_values import KINDS, Kind

from rag.values import Value, covers, find, same

QUICK = settings(max_examples=100, derandomize=True, deadline=None)
THOROUGH = settings(max_examples=1_500, deadline=None)
CARRIERS = (
    "{}",
    "{}.",
    "It came to {}.",
    "In all it was {}, they said.",
    "The sum ({}) was new.",
    "As they put it, {} was the figure.",
    "They said {} [1].",
    "They said {}[12].",
    "They said {}.[3] [4]",
    "They said “{}”!",
    "They said **{}**.",
    "They said _{}_.",
    "- {}\n",
    "so: {}; or so they said",
    "It said\n{}\nand no more.",
)
BOUNDED = {
    "more than {}": False,
    "over {}": False,
    "at least {}": False,
    "less than {}": False,
    "under {}": False,
    "up to {}": False,
    "no more than {}": False,
    "{} or more": False,
    "as little as {}": False,
    "as many as {}": False,
    "beyond {}": False,
    "upward of {}": False,
    ">= {}": False,
    "just shy of {}": False,
    "not above {}": False,
    "about {}": True,
    "around {}": True,
    "roughly {}": True,
    "nearly {}": True,
    "some {}": True,
    "~{}": True,
    "{} or so": True,
}


def one(text: str) -> Value:
    found = find(text)
    assert len(found) == 1, (text, found)
    return found[0]


def drawn(data: st.DataObject, kind: Kind) -> list[Any]:
    parts = [data.draw(part) for part in kind.parts]
    assume(not isinstance(kind.worth(*parts), Fraction) or kind.worth(*parts) < 1)
    return parts


def sentence(data: st.DataObject, written: list[str]) -> str:
    return data.draw(st.sampled_from(CARRIERS)).format(data.draw(st.sampled_from(written)))


def check_another_wording(data: st.DataObject, name: str) -> None:
    kind = KINDS[name]
    written = kind.write(*drawn(data, kind))
    left, right = sentence(data, written), sentence(data, written)
    a, b = one(left), one(right)
    assert same(a, b), (left, right, a, b)
    assert same(b, a), (left, right, a, b)


def check_another_value(data: st.DataObject, name: str) -> None:
    """One part of the value is another, the rest as it was."""
    kind = KINDS[name]
    parts = drawn(data, kind)
    at = data.draw(st.integers(0, len(parts) - 1))
    changed = [*parts[:at], data.draw(kind.parts[at]), *parts[at + 1 :]]
    assume(kind.worth(*parts) != kind.worth(*changed))
    assume(not isinstance(kind.worth(*changed), Fraction) or kind.worth(*changed) < 1)
    left, right = sentence(data, kind.write(*parts)), sentence(data, kind.write(*changed))
    a, b = one(left), one(right)
    assert not same(a, b), (left, right, a, b)
    assert not same(b, a), (left, right, a, b)


def check_bounds(data: st.DataObject, name: str) -> None:
    kind = KINDS[name]
    written = kind.write(*drawn(data, kind))
    bound = data.draw(st.sampled_from(sorted(BOUNDED)))
    plain, bounded = sentence(data, written), bound.format(data.draw(st.sampled_from(written)))
    a, b = one(plain), one(data.draw(st.sampled_from(CARRIERS)).format(bounded))
    assert same(a, b) is BOUNDED[bound], (plain, bounded, a, b)
    assert same(a, b, bounds=False), (plain, bounded, a, b)


CHECKS = {
    "another wording is the same value": (check_another_wording, sorted(KINDS)),
    "another value is not the same": (check_another_value, sorted(KINDS)),
    "a bound is kept and about makes no difference": (check_bounds, ["count", "money", "percent"]),
}
EACH = [
    pytest.param(check, name, id=f"{name}: {promise}")
    for promise, (check, names) in CHECKS.items()
    for name in names
]


@pytest.mark.parametrize(("check", "name"), EACH)
def test_a_written_value_is_known_again(
    check: Callable[[st.DataObject, str], None], name: str
) -> None:
    QUICK(given(st.data())(lambda data: check(data, name)))()


@pytest.mark.torture
@pytest.mark.parametrize(("check", "name"), EACH)
def test_thousands_of_written_values_are_known_again(
    check: Callable[[st.DataObject, str], None], name: str
) -> None:
    THOROUGH(given(st.data())(lambda data: check(data, name)))()


_FRAGMENTS = (
    "$ € £ ¥ Rmb US$ CAD Rs - – — − + . , ; : ( ) [ ] % ‰ / * _ ` ~ < > ½ ⅔ bn m tn k trillion "
    "billion thousand hundred dozen crore per cent percent points pct 0 1 2 5 12 99 000 1,000 "
    "2026 1999 0.5 May March Dec. September Monday Q1 FY 1H first second half third quarter "
    "quarters twenty-five one two and a an to from between about more than over at least or up by "
    "minus fell year years old km kg tonnes dollars yuan euros p cents x times fold 's th st [1] "
    "【2】 H200 No. COP ٣ ９"
)
FRAGMENTS = _FRAGMENTS.split()
_HOSTILE = (
    "1,|$|twenty-|from 1 to |1|1 |1 000 |111 |1-|1.|[1, |[1]|**1**|_|May 1-|24 to |between 1 and |"
    "one hundred and |half of a |a third of a |1 million and a half |2026-|2026/|fiscal |CAD $|+1 |"
    "about |A1 |1½|http://|a@|\n| "
)
HOSTILE = _HOSTILE.split("|")


def check_any_text(text: str) -> None:
    """Spans are exact, sorted, apart from each other, and a value is the same as itself."""
    end = 0
    for value in find(text, reference=date(2026, 1, 31)):
        assert value.text == text[value.start : value.end], text
        assert end <= value.start < value.end, text
        assert value.outer[0] <= value.start, text
        assert value.end <= value.outer[1] <= len(text), text
        assert same(value, value), text
        assert covers(value, value), text
        end = value.end


ANY_TEXT = st.one_of(
    st.text(max_size=120),
    st.tuples(st.lists(st.sampled_from(FRAGMENTS), max_size=25), st.sampled_from(["", " "])).map(
        lambda drawn: drawn[1].join(drawn[0])
    ),
    st.lists(
        st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(["", " ", "\n", "-"])), max_size=25
    ).map(lambda pieces: "".join(part for piece in pieces for part in piece)),
)


@settings(QUICK, max_examples=300)
@given(ANY_TEXT)
def test_any_text_is_read_with_exact_spans_that_are_in_order(text: str) -> None:
    check_any_text(text)


@pytest.mark.torture
@settings(THOROUGH, max_examples=20_000)
@given(ANY_TEXT)
def test_thousands_of_texts_are_read_with_exact_spans(text: str) -> None:
    check_any_text(text)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_run_of_one_piece_takes_well_under_a_second(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    started = time.process_time()
    check_any_text(text)
    assert time.process_time() - started < 1


@pytest.mark.torture
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_ten_times_longer_run_takes_about_ten_times_as_long(piece: str) -> None:
    taken = []
    for length in (20_000, 200_000):
        started = time.process_time()
        find(piece * (length // len(piece)))
        taken.append(time.process_time() - started)
    assert taken[1] < 30 * taken[0] + 0.5


def test_a_third_is_not_33_percent_and_half_is_50_percent() -> None:
    assert not same(one("a third of it"), one("33%"))
    assert not same(one("a third of it"), one("33.3%"))
    assert not same(one("two-thirds"), one("67 percent"))
    assert same(one("half of it"), one("50%"))
    assert same(one("three-quarters"), one("75 per cent"))
    assert same(one("one in five"), one("20%"))
