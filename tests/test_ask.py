"""The main job at its seam: pages in, questions asked, quotes that stand in the pages."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag.ask import LONGEST_QUESTION, ask
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.errors import BadQuestion
from rag.ingest import ingest
from rag.library import Library
from rag.retrieve import search
from rag.sources import Source
from rag.types import Filters, Label
from rag.verify import labels_within

BRIDGE = """The Saltmere Post

Home | News | Sport | Subscribe to our newsletter for 5 euros a month

Tarn bridge to close for two years

Published: March 3, 2026
By Ines Corvin

The old bridge over the Tarn will close on 4 May for repairs that will take two years, the city \
council of Saltmere said on Tuesday.

The repair of the bridge will cost €48 million, of which the state pays 60 percent. Council leader \
Doran Pell said the bridge could not wait any longer because its main cables have rusted through.

About 11,000 cars cross the bridge each day. They will have to take the Northgate tunnel, where \
the council expects delays of up to 25 minutes.

The post Tarn bridge to close for two years appeared first on The Saltmere Post

You May Also Like

Business

Brewer Hollin & Daughters cut 320 jobs at its plant in Vane after sales of dark beer fell by...
"""

LATER = """Repair bill for Tarn bridge grows

Published: June 9, 2026

The repair of the Tarn bridge will cost €61 million, the city council of Saltmere said on Monday. \
Engineers found that three of its piers have to be rebuilt as well.
"""


@pytest.fixture(scope="module")
def engine(
    tmp_path_factory: pytest.TempPathFactory, local_embedder: LocalEmbedder
) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("ask")
    with Engine(Library(folder), make_embedder=lambda: local_embedder) as opened:
        ingest(
            opened,
            [
                Source(content=BRIDGE, url="https://post.example/bridge"),
                Source(content=LATER, url="https://post.example/bill", publisher="Tarn Radio"),
            ],
        )
        yield opened


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("When will the bridge over the Tarn close?", "4 May"),
        ("Who is the council leader of Saltmere?", "Doran Pell"),
        ("How many cars cross the bridge every day?", "About 11,000 cars"),
        ("What share of the cost does the state pay?", "60 percent"),
    ],
)
def test_a_fact_is_answered_with_its_quote(engine: Engine, question: str, short: str) -> None:
    answer = ask(engine, question)
    assert answer.status == "answered"
    assert answer.short == short
    (citation,) = answer.citations
    article = engine.library.get(citation.article_id)
    assert article.text[citation.start : citation.end] == citation.quote
    assert citation.highlight is not None
    assert article.text[slice(*citation.highlight)] == short
    assert (citation.kind, citation.publisher) == ("body", "The Saltmere Post")
    assert answer.as_of == date(2026, 3, 3)


def test_a_reason_is_quoted(engine: Engine) -> None:
    answer = ask(engine, "Why could the repair of the bridge not wait any longer?")
    assert "because its main cables have rusted through" in answer.text


def test_a_fact_that_only_a_teaser_holds_is_labelled_so(engine: Engine) -> None:
    answer = ask(engine, "How many jobs did Hollin & Daughters cut?")
    assert [citation.kind for citation in answer.citations] == ["teaser"]
    assert "320 jobs" in answer.text
    assert "teaser of another story" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who designed the Northgate tunnel?",
        "What is the name of the engineer who found the rust?",
        "How much does a subscription cost?",
        "How much does Corviston pay for the bridge?",
        "How much will the bridge cost in 2031?",
        "What is the capital of France?",
    ],
)
def test_what_the_articles_do_not_hold_is_not_answered(engine: Engine, question: str) -> None:
    answer = ask(engine, question)
    assert answer.status == "not_found"
    assert answer.citations == ()
    assert answer.reason
    assert answer.nearest


def test_articles_that_differ_are_both_quoted_the_newest_first(engine: Engine) -> None:
    answer = ask(engine, "How much will the repair of the Tarn bridge cost?")
    assert answer.status == "conflicting"
    assert [c.published for c in answer.citations] == [date(2026, 6, 9), date(2026, 3, 3)]
    assert answer.short == "€61 million"
    assert "€48 million" in answer.text
    assert answer.as_of == date(2026, 6, 9)


def test_filters_narrow_what_is_read(engine: Engine) -> None:
    question = "How much will the repair of the Tarn bridge cost?"
    early = ask(engine, question, filters=Filters(until=date(2026, 4, 1)))
    assert (early.status, early.short) == ("answered", "€48 million")
    radio = ask(engine, question, filters=Filters(publisher="tarn radio"))
    assert (radio.status, radio.short) == ("answered", "€61 million")
    none = ask(engine, question, filters=Filters(since=date(2027, 1, 1)))
    assert none.status == "not_found"
    assert none.nearest == ()


def test_evidence_is_never_furniture(engine: Engine) -> None:
    for item in search(engine, "newsletter subscribe appeared first on", limit=20):
        found = labels_within(item.article, item.passage.start, item.passage.end)
        assert found <= {Label.BODY, Label.HEADING, Label.TEASER}


@pytest.mark.parametrize("question", ["", "  \n ", "???", "why " * LONGEST_QUESTION])
def test_no_question_is_a_bad_question(engine: Engine, question: str) -> None:
    with pytest.raises(BadQuestion) as told:
        ask(engine, question)
    assert "\n" not in str(told.value)
