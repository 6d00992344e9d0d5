"""Each rule for citations has an answer that breaks it and is told so."""

import pytest

from rag.page import parse
from rag.passages import split
from rag.types import Citation, Evidence
from rag.verify import faults

PAGE = (
    "Quay wall to be rebuilt\n\nSaltmere will spend £4.2m on a quay wall.\n\nAdvertisement\n\n"
    "Work begins in May.\n\nYou May Also Like\n\nSport\n\n"
    "Ravens beat Otters by three goals to two in the last match of the..."
)
ARTICLE = parse(PAGE, title="Quay wall to be rebuilt")
EVIDENCE = [
    Evidence(passage, ARTICLE, 1.0) for passage in split(ARTICLE, count=lambda t: len(t.split()))
]


def cite(quote: str, *, kind: str = "body", shift: int = 0) -> Citation:
    start = PAGE.index(quote) + shift
    return Citation(
        n=1,
        quote=quote,
        article_id=ARTICLE.id,
        title=ARTICLE.title,
        start=start,
        end=start + len(quote),
        kind=kind,
    )


def test_a_true_quote_has_no_fault() -> None:
    quote = cite("Saltmere will spend £4.2m on a quay wall.")
    assert faults([quote], short="£4.2m", evidence=EVIDENCE) == []
    teaser = cite("Ravens beat Otters", kind="teaser")
    assert faults([teaser], short=None, evidence=EVIDENCE) == []


@pytest.mark.parametrize(
    ("citation", "told"),
    [
        (cite("Work begins in May.", shift=1), "not what the article says"),
        (cite("Advertisement"), "furniture"),
        (cite("Ravens beat Otters"), "teaser as body"),
        (cite("Work begins in May.", kind="teaser"), "body as teaser"),
        (cite("Work begins").model_copy(update={"article_id": "other"}), "not retrieved"),
        (cite("Work begins").model_copy(update={"highlight": (0, 5)}), "outside its quote"),
        (cite("Saltmere will spend £4.2m on a quay wall.\n\nAdvertisement"), "furniture"),
    ],
)
def test_each_fault_is_told(citation: Citation, told: str) -> None:
    (fault,) = faults([citation], short=None, evidence=EVIDENCE)
    assert told in fault


def test_a_short_answer_that_no_quote_holds_is_a_fault() -> None:
    found = faults([cite("Work begins in May.")], short="June", evidence=EVIDENCE)
    assert found == ["the short answer 'June' stands in no quote"]
