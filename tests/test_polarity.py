"""A claim that turns its quotes round is told: denied, the opposite, two figures exchanged."""

import pytest

from rag import polarity
from rag.support_values import claimed


@pytest.mark.parametrize(
    ("claim", "quotes", "told"),
    [
        ("The plant will not open in 2027.", ["The plant will open in 2027."], True),
        ("Nobody was hurt in the crash.", ["Nine were hurt in the crash."], True),
        ("Card numbers were taken.", ["Card numbers were not taken, the firm said."], True),
        ("The plant will open in 2027.", ["The plant will open in 2027."], False),
        ("Card numbers were not taken.", ["Card numbers were not taken, the firm said."], False),
        ("The bank did not accept the offer.", ["The bank refused the offer."], False),
        ("The plant will not open before 2027.", ["The plant will only open in 2027."], False),
        (
            "It does not expect a profit until 2028.",
            ["It expects its first profit in 2028."],
            False,
        ),
    ],
)
def test_a_denial_is_told_when_only_one_side_denies(
    claim: str, quotes: list[str], *, told: bool
) -> None:
    assert (polarity.denial(claim, quotes, close=True) is not None) is told


def test_a_loose_paraphrase_is_not_said_to_deny() -> None:
    assert (
        polarity.denial("It has had no order for years.", ["Its order book is thin."], close=False)
        is None
    )


@pytest.mark.parametrize(
    ("claim", "quotes", "told"),
    [
        ("The airline lost 212 million.", ["The airline earned 212 million."], True),
        ("67% oppose the strike.", ["67% support the strike."], True),
        ("67% back it and 24% oppose it.", ["67% support it, with 24% against."], False),
        ("The airline earned 212 million.", ["The airline earned 212 million."], False),
        ("It opens early and costs more.", ["It opens late and costs less."], False),
    ],
)
def test_the_opposite_of_a_word_is_told(claim: str, quotes: list[str], *, told: bool) -> None:
    assert (polarity.opposite(claim, quotes) is not None) is told


@pytest.mark.parametrize(
    ("claim", "sentence", "told"),
    [
        (
            "It puts the cost at €1.8 billion rather than the €2.1 billion it gave.",
            "It puts the cost at €2.1 billion rather than the €1.8 billion it gave in May.",
            True,
        ),
        (
            "It ordered 16 jets, with options for 34 more.",
            "It ordered 34 Aurelio jets, with options for 16 more.",
            True,
        ),
        (
            "It puts the cost at €2.1 billion rather than the €1.8 billion it gave.",
            "It puts the cost at €2.1 billion rather than the €1.8 billion it gave in May.",
            False,
        ),
        (
            "The cost, first put at €1.8 billion, is now €2.1 billion.",
            "It puts the cost at €2.1 billion rather than the €1.8 billion it gave in May.",
            False,
        ),
    ],
)
def test_two_figures_exchanged_are_told(claim: str, sentence: str, *, told: bool) -> None:
    values = claimed(claim, reference=None)
    found = polarity.exchanged(claim, values, sentence, claimed(sentence, reference=None))
    assert (found is not None) is told
