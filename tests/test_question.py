"""What a question asks for, and what it names."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import Asks, read, stem


@pytest.mark.parametrize(
    ("text", "asks", "head"),
    [
        ("How much will Orlan pay?", Asks.MONEY, ()),
        ("How much did sales rise?", Asks.QUANTITY, ()),
        ("What did a day ticket cost when it opened?", Asks.MONEY, ()),
        ("What premium did the bid carry?", Asks.QUANTITY, ()),
        ("What was the turnout?", Asks.PERCENT, ()),
        ("Which shareholder opposed the deal?", Asks.NAME, ("shareholder",)),
        ("How many ferries were held in port?", Asks.COUNT, ("ferries",)),
        ("How many years will it take?", Asks.DURATION, ("years",)),
        ("What share of the fleet is electric?", Asks.PERCENT, ()),
        ("By how much did sales fall?", Asks.QUANTITY, ()),
        ("When does the plant open?", Asks.DATE, ()),
        ("In which year was it founded?", Asks.DATE, ()),
        ("Who runs the port?", Asks.PERSON, ()),
        ("What is the name of the engineer who built it?", Asks.PERSON, ()),
        ("What is the name of the ferry?", Asks.NAME, ("ferry",)),
        ("Which company makes the heaters?", Asks.NAME, ("company",)),
        ("Where is the plant?", Asks.PLACE, ()),
        ("Which city hosts the festival?", Asks.PLACE, ("city",)),
        ("Why was the recall widened?", Asks.REASON, ()),
        ("What caused the delay?", Asks.REASON, ()),
        ("What was the company's annual revenue?", Asks.MONEY, ()),
        ("What did the mayor promise?", Asks.TEXT, ()),
    ],
)
def test_type_of_answer(text: str, asks: Asks, head: tuple[str, ...]) -> None:
    question = read(text)
    assert (question.asks, question.head) == (asks, head)


def test_names_are_read_off_capitals_where_capitals_tell() -> None:
    assert read("How much did Goldman Sachs pay Orlan's lawyers?").names == (
        "Goldman Sachs",
        "Orlan",
    )
    assert read("HOW MUCH DID ORLAN PAY?").names == ()
    assert read("how much did orlan pay for H200 chips?").names == ("H200",)
    assert read("How much was paid in March 2026?").names == ()
    assert read('Who wrote "the salt carriers"?').names == ("the salt carriers",)


def test_stop_words_and_repeats_are_no_terms() -> None:
    stems = [term.stem for term in read("Why were the ferries late, and which ferry?").terms]
    assert stems == ["ferri", "late"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text).text == text


def test_threads_do_not_get_each_others_stems() -> None:
    listed = [f"{word}{ending}" for word in ("label", "user", "ship", "vote") for ending in END]
    right = {word: stem.__wrapped__(word) for word in listed}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            told = list(pool.map(stem.__wrapped__, listed * 100))
    finally:
        sys.setswitchinterval(before)
    assert told == [right[word] for word in listed * 100]


END = ("", "s", "ed", "ing", "ers", "ation", "ally")
