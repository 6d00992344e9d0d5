"""What a model works out of figures, puts in other words or leaves open, held against a page."""

import pytest

from rag.page import parse
from rag.passages import split
from rag.types import Evidence
from rag.verify import Checked, check

MILL = parse(
    """Ostrey mill to close

Published: February 16, 2026

The paper mill in Ostrey, founded in 1894, will shut in November 2028, its owner Larch Pulp said \
on Monday. Larch Pulp paid €90 million for it.

The mill has 240 employees, of whom 127 live in Ostrey. Larch Pulp will hire 35 people in Brunn.

Why the boilers failed in January is not known. A new boiler costs €6 million. The mill needs \
three.

The mill's output fell to 60,000 tonnes, after 80,000 tonnes in 2024. The sulphur it gives off \
fell to 3.1% from 4.6%. Shifts are limited to no more than 9 hours.

"We have patched it for too long," said the mill's head, Inga Solheim. The new plant in Brunn \
needs 28% less water, she said.

The town wants a new owner before next summer.
""",
    url="https://post.example/mill",
    publisher="The Ostrey Post",
)
OFFER = parse(
    """Rival bid for Ostrey mill

Published: January 12, 2026

Fenwick Board offered €104 million for the paper mill in Ostrey. It would keep the 240 jobs.
""",
    url="https://post.example/offer",
    publisher="The Ostrey Post",
)
EVIDENCE = [
    Evidence(passage, article, 1.0)
    for article in (MILL, OFFER)
    for passage in split(article, count=lambda text: len(text.split()))
]
LAST = len(EVIDENCE)
"""The number of the passage with the offer; those of the mill are before it."""


def checked(draft: str, *, question: str = "What about the paper mill in Ostrey?") -> Checked:
    return check(draft.replace("[2]", f"[{LAST}]"), EVIDENCE, question=question)


PAIRS = [
    # A difference and a total of which only one figure is in the answer.
    (
        "Fenwick Board offered €104 million, €14 million more than Larch Pulp paid [1][2].",
        "€14",
        "€15",
    ),
    # A change in percent, percentage points without the word, a product, a share.
    ("Output is down to 60,000 tonnes from 80,000 tonnes, a cut of 25% [1].", "25%", "35%"),
    ("Sulphur fell from 4.6% to 3.1%, a decline of 1.5 points [1].", "1.5", "1.7"),
    (
        "New boilers cost €6 million each and three are needed, i.e. €18 million [1].",
        "€18",
        "€19",
    ),
    ("Of 240 employees 127 live in Ostrey, just over half of them [1].", "half", "two thirds"),
    # How long ago, how far off.
    ("The mill was founded in 1894, so it has been around for 132 years [1].", "132", "142"),
    ("The mill will shut in November 2028, in a little over two years [1].", "two", "three"),
    # A bound behind the figure.
    ("Shifts are limited to 9 hours at most [1].", "9", "8"),
    # A season that is told from the day of publication.
    ("The town wants a new owner before summer 2027 [1].", "2027", "2029"),
]


@pytest.mark.parametrize(("draft", "right", "wrong"), PAIRS)
def test_what_is_worked_out_rightly_stays_and_wrongly_goes(
    draft: str, right: str, wrong: str
) -> None:
    found = checked(draft)
    assert (found.kept, found.cut, found.unsupported) == (1, 0, ())
    assert checked(draft.replace(right, wrong)).cut == 1


def test_a_figure_the_answer_does_not_give_is_quoted_when_it_is_worked_with() -> None:
    found = checked(PAIRS[0][0])
    assert any("€90 million" in citation.quote for citation in found.citations)


def test_a_sentence_that_sums_up_holds_with_the_one_before_only() -> None:
    draft = "Larch Pulp paid €90 million for it [1]. That is €{} million less than offered [2]."
    assert checked(draft.format(14)).cut == 0
    assert checked(draft.format(19)).cut == 1
    assert checked("That is a scandal beyond all measure [1].").cut == 1


def test_what_is_not_known_may_be_said_in_other_words() -> None:
    question = "Why did the boilers fail?"
    assert checked("The cause has not yet been established [1].", question=question).cut == 0
    assert checked("The cause was frost [1].", question=question).cut == 1
    asked = "What will the town do with the land?"
    assert checked("The plan has not yet been established [1].", question=asked).cut == 1


def test_at_least_one_is_no_figure() -> None:
    said = 'Inga Solheim, the head, said "We have patched it for too long" [1].'
    assert checked(f"At least one voice is critical. {said}").cut == 0
    assert checked(f"At least two voices are critical. {said}").cut == 1


def test_what_someone_said_with_a_pronoun_is_said_of_the_name_before() -> None:
    draft = "A new plant needs 28% less water and the mill shuts in November 2028, says {} [1]."
    assert checked(draft.format("Inga Solheim")).cut == 0
    assert checked(draft.format("Tore Brandvik")).cut == 1


def test_a_body_without_a_name_is_no_name() -> None:
    assert checked("Union leader Inga Solheim said the mill was patched for too long [1].").cut == 0
    assert checked("Brakmar leader Inga Solheim said it was patched for too long [1].").cut == 1
