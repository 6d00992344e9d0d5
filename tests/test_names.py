"""Names as a text writes them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.names import find


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The Bank of Keldara and Governor Ilse Marrow met Mr Quist of Orlan in New Vane.",
            ["Bank of Keldara", "Ilse Marrow", "Quist", "Orlan", "New Vane"],
        ),
        ("On Friday Dr. Jane O'Neil, chief executive of Acme, left.", ["Jane O'Neil", "Acme"]),
        ("Acme's Rocket beat AT&T at the U.S. fair.", ["Acme", "Rocket", "AT&T", "U.S."]),
        ("The Vane-based firm made an AI-driven ferry.", []),
        ("Greta Lindholm-Oye spoke.", ["Greta Lindholm-Oye"]),
        ("However, they left. Nearly all did.", []),
    ],
)
def test_names_in_order(text: str, expected: list[str]) -> None:
    assert [name.text for name in find(text)] == expected


def test_a_title_marks_a_person_and_a_word_an_organisation() -> None:
    minister, office = find("Minister Ada Roake heads the Product Safety Office.")
    assert minister.titled
    assert not minister.of_organisation
    assert office.of_organisation


def test_a_capital_at_the_start_of_a_sentence_may_mean_nothing() -> None:
    assert find("Ferries were late.", lowered=frozenset({"ferries"})) == []
    assert [name.text for name in find("Orlan was late.")] == ["Orlan"]


@given(st.text(max_size=200))
def test_offsets_are_exact_on_any_text(text: str) -> None:
    found = find(text)
    assert all(text[name.start : name.end] == name.text for name in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
