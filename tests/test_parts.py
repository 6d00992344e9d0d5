"""Which questions are taken apart, and which never are."""

from pathlib import Path

import pytest

from evals.cases import load
from rag.parts import take_apart

CASES = Path(__file__).parent.parent / "evals" / "cases"


@pytest.mark.parametrize(
    "question",
    [
        "How much did Johnson and Johnson earn?",
        "What stands in the profit and loss account?",
        "How many people left between 2019 and 2021?",
        "Did more than 30 people die?",
        "Who sang rock and roll in Vane?",
        "What was Marks and Spencer's revenue?",
        "Who wrote War and Peace?",
        "When was Pride and Prejudice published?",
        "Who owns the Rose and Crown?",
        "Does the plant need more energy than the council expected?",
        "Did the price rise more than once?",
        "What is the difference between weather and climate?",
        "How much did Orlan and Fennick raise?",
        "What did the council say about who paid and who lost?",
        "Who signed the charter and was exempt from it?",
        "What do France and Germany both want?",
        "How many times less is the weak field compared to the strong?",
        "Which is more costly, formal or informal empire?",
        "Imperialism extends a country's power and what?",
        "Is the answer yes or no?",
        "When will the first and second ships be delivered?",
        "How do Orlan and Fennick compare?",
        "Which is more important, Orlan or Fennick?",
        "and",
        "?" * 300,
    ],
)
def test_a_plain_question_stays_whole(question: str) -> None:
    assert take_apart(question) is None


def test_no_case_of_ours_is_taken_apart() -> None:
    several = [case.id for case in load([CASES]) if take_apart(case.question)]
    assert [each for each in several if not each.startswith("parts-")] == []


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "When and where did the festival start?",
            ["When did the festival start?", "Where did the festival start?"],
        ),
        (
            "How did the offer of Orlan compare with that of Castavel?",
            ["What was the offer of Orlan?", "What was the offer of Castavel?"],
        ),
        (
            "What changed between January and March in Orlan's offer?",
            ["What was Orlan's offer in January?", "What was Orlan's offer in March?"],
        ),
        (
            "Is the Solo cheaper than the Duo?",
            ["How much does the Solo cost?", "How much does the Duo cost?"],
        ),
        (
            "Which has the higher price, the Solo or the Duo?",
            ["What is the price of the Solo?", "What is the price of the Duo?"],
        ),
        (
            "Did Skerry Air earn more than Petrel Jet in 2025?",
            ["How much did Skerry Air earn in 2025?", "How much did Petrel Jet earn in 2025?"],
        ),
        (
            "Who are the chief executives of Orlan and Fennick?",
            ["Who is the chief executive of Orlan?", "Who is the chief executive of Fennick?"],
        ),
        (
            "How did Q1 compare with Q2 (Orlan revenue)?",
            [
                "How much was it in the first quarter (Orlan revenue)?",
                "How much was it in the second quarter (Orlan revenue)?",
            ],
        ),
    ],
)
def test_parts_stand_alone(question: str, asked: list[str]) -> None:
    found = take_apart(question)
    assert found is not None
    assert [part.question for part in found.parts] == asked
