"""Whether a sentence is about the names and years of a question."""

from datetime import date

import pytest

from rag.about import fits_years, is_share_of_total, mentions
from rag.question import read


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Orlan", "Orlan's board met."),
        ("Goldman Sachs", "Analysts at Goldman Sachs said so."),
        ("Mara Fennick", "Ms Fennick declined."),
        ("Fed", "The Federal Reserve cut rates."),
        ("ECB", "The European Central Bank cut rates."),
        ("CEO", "Its chief executive resigned."),
        ("US", "U.S. exports fell."),
        ("Bytedanse", "ByteDance is hiring."),
        ("Keldara", "Keldaran voters went to the polls."),
    ],
)
def test_a_name_in_another_form_is_mentioned(name: str, text: str) -> None:
    assert mentions(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Tencent", "ByteDance and Alibaba are hiring."),
        ("New York", "New Delhi is far away."),
        ("H200", "H20 chips are cheaper."),
        ("Amazon", "Amara opened a shop."),
        ("CEO", "The board met the chief accountant."),
    ],
)
def test_another_name_is_not(name: str, text: str) -> None:
    assert not mentions(name, text)


def test_years_are_held_against_the_sentence_what_stands_near_and_the_date() -> None:
    spent = "It will spend $5m in 2027."
    assert fits_years("How much in 2027?", spent, near="", published=None, article="")
    assert not fits_years(
        "How much in 2028?", spent, near="The plan runs to 2028.", published=None, article=""
    )
    relative = "It spent $5m last year."
    assert fits_years(
        "How much in 2025?", relative, near="", published=date(2026, 3, 1), article=""
    )
    assert not fits_years(
        "How much in 2024?", relative, near="", published=date(2026, 3, 1), article=""
    )
    runs = "The plan runs to 2025."
    assert fits_years("How much in 2024?", relative, near="", published=None, article=runs)
    assert not fits_years("How much in 2027?", relative, near="", published=None, article=runs)
    assert fits_years("How much?", spent, near="", published=None, article="")
    assert not fits_years("How much in 2030?", "It spent $5m.", near="", published=None, article="")


def test_a_total_of_several_is_no_figure_for_one() -> None:
    total = "Orlan, Fennick and Voltessa together spent $300m."
    assert is_share_of_total(read("How much did Orlan spend?"), total)
    assert not is_share_of_total(read("How much did Orlan and Fennick spend together?"), total)
    assert not is_share_of_total(read("How much did Orlan spend?"), "Orlan spent $100m.")
