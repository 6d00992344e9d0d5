"""The phrase that answers, marked inside the sentence."""

import pytest

from rag import short
from rag.question import read


def phrase(question: str, sentence: str) -> str | None:
    found = short.find(read(question), sentence)
    return sentence[found.start : found.end] if found else None


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "How much will Orlan pay for Fennick?",
            "Orlan agreed to pay about £160 million ($205 million) for Fennick in March.",
            "about £160 million ($205 million)",
        ),
        (
            "How many heaters were recalled?",
            "Norvane recalled 48,000 heaters after 12 fires in three towns.",
            "48,000 heaters",
        ),
        (
            "How many fires were there?",
            "Norvane recalled 48,000 heaters after 12 fires in three towns.",
            "12 fires",
        ),
        (
            "By what percentage did sales fall in 2025?",
            "Sales fell 3.5% to $2bn in 2025.",
            "3.5%",
        ),
        ("When will the plant open?", "The plant will open on 3 March 2027.", "3 March 2027"),
        (
            "Who founded Lumenloft?",
            "Lumenloft was founded by Dr Mara Quist, a former Orlan engineer.",
            "Mara Quist",
        ),
        (
            "Why was the launch delayed?",
            "The launch was delayed because a valve froze; it is now set for May.",
            "because a valve froze",
        ),
        ("How much was the first offer?", "The board met in March.", None),
        (
            "What was the offer worth per share?",
            "It had offered $4.6 billion, or $41.75 a share, in February.",
            "$41.75 a share",
        ),
        (
            "How many Acme shops were hit by the strike?",
            "More than 1,000 Acme workers went on strike at 65 shops.",
            "65 shops",
        ),
        (
            "Which newspaper reported the plan of Orlan?",
            "Orlan has a plan to grow in Ostrelle, reported Courier Times.",
            "Courier Times",
        ),
        ("How many seats did it win?", "It took 127 of the 240 seats.", "127"),
        (
            "When is the new cabinet sworn in?",
            "The new Assembly meets on 4 May, and the cabinet is to be sworn in on 11 May.",
            "11 May",
        ),
        ("What did she say?", "She said it was over.", None),
    ],
)
def test_the_phrase_of_the_type_asked_for(
    question: str, sentence: str, expected: str | None
) -> None:
    assert phrase(question, sentence) == expected


def test_what_the_question_says_is_not_the_answer() -> None:
    sentence = "The fund put in $5m in 2024 and $7m in 2025."
    assert phrase("Did it put in $5m, or how much?", sentence) == "$7m"
    assert phrase("Who met Mara Quist?", "Mara Quist met Tom Ames.") == "Tom Ames"


def test_initials_are_a_name_only_beside_the_word_asked_for() -> None:
    helps = "The plan of the fund helps AI most."
    assert phrase("Which investor does the plan of the fund help?", helps) is None
    assert phrase("Which chip will Orlan buy?", "Orlan will buy the H200 chip.") == "H200"
