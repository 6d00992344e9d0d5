"""A follow-up keeps its subject; what stands alone is left alone."""

import pytest

from rag.condense import acceptable, stand_alone
from rag.types import Turn


def turns(*questions: str) -> list[Turn]:
    return [
        turn
        for question in questions
        for turn in (
            Turn(role="user", content=question),
            Turn(role="assistant", content="Edda Fennick owns 18.4% [1]."),
        )
    ]


@pytest.mark.parametrize(
    ("question", "before", "alone"),
    [
        (
            "When will it open?",
            "How much will the Voltessa battery plant cost?",
            "When will Voltessa battery plant open?",
        ),
        ("And in 2025?", "How much did Orlan raise in 2024?", "How much did Orlan raise in 2025?"),
        ("What about Fennick?", "How many jobs does Orlan cut?", "How many jobs does Fennick cut?"),
        ("Who founded it?", "What share of Fennick does its founder own?", "Who founded Fennick?"),
        ("What was its price?", "When did Orlan buy Fennick?", "What was Orlan's price?"),
        ("What did she say?", "Who is Edda Fennick?", "What did Edda Fennick say?"),
        (
            "How many people were hurt?",
            "What happened on the ferry Maravelle?",
            "How many people were hurt (Maravelle)?",
        ),
        (
            "Why?",
            "Why did Keldara raise its interest rate?",
            "Why (Keldara raise interest rate)?",
        ),
    ],
)
def test_a_follow_up_gets_its_subject(question: str, before: str, alone: str) -> None:
    assert stand_alone(question, turns(before)) == alone


def test_the_subject_lasts_over_several_follow_ups() -> None:
    history = turns("How much will the Voltessa plant cost?", "How many jobs does it bring?")
    assert stand_alone("When will it open?", history) == "When will Voltessa open?"


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Port Caddis?",
        "How many people visited the lantern festival in Quillon?",
        "What is the key interest rate in Keldara?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert stand_alone(question, turns("How many jobs does Orlan cut?")) == question


def test_nothing_before_it_changes_nothing() -> None:
    assert stand_alone("When will it open?", []) == "When will it open?"
    said = [Turn(role="assistant", content="Hello.")]
    assert stand_alone("When will it open?", said) == "When will it open?"


@pytest.mark.parametrize("before", ["?", "x", "Why?", "and " * 200, "It?"])
def test_no_history_breaks_it(before: str) -> None:
    assert stand_alone("And when will it open?", turns(before, before, before))


@pytest.mark.parametrize(
    ("rewritten", "fits"),
    [
        ("When will the Voltessa plant open?", True),
        ("When does the plant of Voltessa open its doors?", True),
        ("", False),
        ("When will the Voltessa plant\nopen?", False),
        ("When will the Harlan plant open?", False),
        ("When will the Voltessa plant open in 2031?", False),
        ("The Voltessa plant opens. " * 40, False),
    ],
)
def test_a_rewriting_may_bring_in_nothing_new(rewritten: str, *, fits: bool) -> None:
    history = turns("How much will the Voltessa plant cost?")
    assert acceptable(rewritten, "When will it open?", history) is fits
