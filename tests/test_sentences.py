"""Sentences end where they end, and every offset is exact."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It grew. It fell.", ["It grew.", "It fell."]),
        (
            "The U.S. economy grew. He lives in the U.S. He likes it.",
            ["The U.S. economy grew.", "He lives in the U.S.", "He likes it."],
        ),
        ("Spending hit Rmb1.2bn in 2025. It rose.", ["Spending hit Rmb1.2bn in 2025.", "It rose."]),
        ("It rose by approx. 5 per cent. Then it fell.", None),
        ("Mr. Orlan met Dr. Fenn at Acme Inc. and left. She stayed.", None),
        ("“We won.” She left.", ["“We won.”", "She left."]),
        ('"Stop!" he said. They did.', ['"Stop!" he said.', "They did."]),
        ("It opens at 9 a.m. EST on Monday. Come early.", None),
        ("They met at 5 p.m. Then they left.", ["They met at 5 p.m.", "Then they left."]),
        ("1. Boil water. 2. Add salt.", ["1. Boil water.", "2. Add salt."]),
        ("Did it rise? Yes! By 2.5%.", ["Did it rise?", "Yes!", "By 2.5%."]),
    ],
)
def test_ends_of_news_sentences(text: str, expected: list[str] | None) -> None:
    # where nothing is spelled out, two sentences are meant
    found = split(text)
    assert found == expected if expected else len(found) == 2


def test_a_newline_ends_a_sentence_only_where_no_line_was_wrapped() -> None:
    wrapped = (
        "The council said on Tuesday that the bridge would stay shut until\n"
        "the end of the year because steel for its cables had been held up at\n"
        "the port. Ferries run meanwhile."
    )
    assert len(sentences(wrapped)) == 2
    listed = "Three towns voted for the plan to widen the road\nTwo voted against\nOne abstained"
    assert len(sentences(listed)) == 3
    assert len(sentences("A headline without an end mark\n\nA sentence.")) == 2


def test_long_text_without_an_end_takes_linear_time_and_stays_whole() -> None:
    text = "and so on " * 30_000
    found = sentences(text)
    assert "".join(text[start:end] for start, end in found).replace(" ", "") == text.replace(
        " ", ""
    )


@given(st.text(alphabet=st.sampled_from("ab A.!?\n\t\"”“'’0é中。(#) "), max_size=300))
def test_offsets_are_exact_and_nothing_but_white_space_is_left_out(text: str) -> None:
    found = sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    kept = "".join(text[start:end] for start, end in found)
    assert "".join(kept.split()) == "".join(text.split())
