"""Questions that ask several things or compare two, from articles to checked answers."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import main
from evals.bench.scripted_model import ScriptedModel
from rag.ask import ask
from rag.comparison import Comparison, fault
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.ingest import ingest
from rag.library import Library
from rag.settings import load
from rag.sources import Source
from rag.types import Answer, Filters, Turn

PAGES = {
    "first": """Pellmar Toys starts the year slowly

Published: April 20, 2026

Pellmar Toys had revenue of $4.1 million in the first quarter, the toy maker said on Monday.

Its wooden trains sold badly after a fire in the paint shop at Brackwater.
""",
    "second": """Pellmar Toys recovers

Published: July 21, 2026

Pellmar Toys had revenue of $4.9 million in the second quarter, the toy maker said on Tuesday.

The new paint shop has been at work since April.
""",
    "nimbra": """Nimbra raises money for its weather kites

Published: March 9, 2026

Nimbra, which flies kites to measure the wind, has raised €30 million from three funds.

Nimbra was founded by Tessa Rowntree. It employs about 120 people.
""",
    "quillo": """Quillo raises money for its tide meters

Published: March 16, 2026

Quillo, which builds meters for tides, has raised €42 million from a pension fund.

Quillo was founded by Hamid Corran. It employs more than 300 people.
""",
    "alder": """Alder bridge at ten

Published: May 4, 2026

The Alder bridge opened on 3 May 2016 after four years of work.

The Alder bridge cost £71 million. The Alder bridge was built by Jonas Whitcombe.
""",
    "birch": """Birch bridge closed for painting

Published: May 11, 2026

The Birch bridge opened on 12 June 2021 and has been painted twice since.

The Birch bridge cost £64 million.
""",
    "lamps": """Two lamps tried out

Published: June 1, 2026

The Solo lamp costs $40 in the shops. The Duo lamp costs more than $60 in the shops.

The Trio lamp costs about $42 in the shops.
""",
    "hart": """Hart and Holloway sells more tents

Published: February 2, 2026

Hart and Holloway had revenue of £12 million in 2025, the tent maker said.
""",
    "fair": """Fair at Lowmere draws crowds

Published: August 3, 2026

The Lowmere fair drew 8,000 visitors, the town said on Monday.
""",
    "count": """How many came to Lowmere

Published: August 5, 2026

The Lowmere fair drew 5,500 visitors, the police said on Wednesday.
""",
    "market": """Winter market in Tolby

Published: December 14, 2025

The Tolby market drew 9,200 visitors, the town said on Sunday.
""",
}


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, local_embedder: LocalEmbedder
) -> Iterator[tuple[Engine, Path]]:
    folder = tmp_path_factory.mktemp("several")
    with Engine(Library(folder), make_embedder=lambda: local_embedder) as opened:
        ingest(
            opened,
            [
                Source(content=text, url=f"https://{name}.example/", publisher=name.title())
                for name, text in PAGES.items()
            ],
        )
        yield opened, folder


@pytest.fixture(scope="module")
def engine(library: tuple[Engine, Path]) -> Engine:
    return library[0]


def assert_quoted(engine: Engine, answer: Answer) -> None:
    assert [each.n for each in answer.citations] == list(range(1, len(answer.citations) + 1))
    for each in answer.citations:
        article = engine.library.get(each.article_id)
        assert article.text[each.start : each.end] == each.quote
        assert f"[{each.n}]" in answer.text


@pytest.mark.parametrize(
    ("question", "short", "text"),
    [
        (
            "How did Pellmar's revenue in Q1 compare with Q2?",
            "Q2",
            "Q1: $4.1 million [1]. Q2: $4.9 million [2]. Q2 is higher, by $0.8 million.",
        ),
        (
            "Was Pellmar's revenue lower in Q1 than in Q2?",
            "Q1",
            "Q1: $4.1 million [1]. Q2: $4.9 million [2]. Q1 is lower, by $0.8 million.",
        ),
        (
            "How much higher was Pellmar's revenue in the second quarter than in Q1?",
            "$0.8 million",
            "The second quarter: $4.9 million [1]. Q1: $4.1 million [2]. "
            "The second quarter is higher, by $0.8 million.",
        ),
        (
            "Which of the two, Nimbra or Quillo, raised more?",
            "Quillo",
            "Nimbra: €30 million [1]. Quillo: €42 million [2]. Quillo is higher, by €12 million.",
        ),
        (
            "Did Nimbra raise more than Quillo?",
            "Quillo",
            "Nimbra: €30 million [1]. Quillo: €42 million [2]. Quillo is higher, by €12 million.",
        ),
        (
            "Which raised less, Nimbra or Quillo?",
            "Nimbra",
            "Nimbra: €30 million [1]. Quillo: €42 million [2]. Nimbra is lower, by €12 million.",
        ),
        (
            "How much more did Quillo raise than Nimbra?",
            "€12 million",
            "Quillo: €42 million [1]. Nimbra: €30 million [2]. Quillo is higher, by €12 million.",
        ),
        (
            "Which opened first, the Alder bridge or the Birch bridge?",
            "the Alder bridge",
            "The Alder bridge: 3 May 2016 [1]. The Birch bridge: 12 June 2021 [2]. "
            "The Alder bridge is earlier.",
        ),
        (
            "Which opened later, the Alder bridge or the Birch bridge?",
            "the Birch bridge",
            "The Alder bridge: 3 May 2016 [1]. The Birch bridge: 12 June 2021 [2]. "
            "The Birch bridge is later.",
        ),
        (
            "Did the Birch bridge cost more than the Alder bridge?",
            "the Alder bridge",
            "The Birch bridge: £64 million [1]. The Alder bridge: £71 million [2]. "
            "The Alder bridge is higher, by £7 million.",
        ),
    ],
)
def test_two_things_are_compared_by_their_quotes(
    engine: Engine, question: str, short: str, text: str
) -> None:
    answer = ask(engine, question)
    assert (answer.status, answer.short, answer.text) == ("answered", short, text)
    assert len(answer.citations) == 2
    assert answer.reason is None
    assert answer.unsupported == ()
    assert_quoted(engine, answer)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How much did Nimbra and Quillo each raise?",
            "Nimbra: €30 million [1]. Quillo: €42 million [2].",
        ),
        (
            "When did the Alder bridge open and who built it?",
            "When did the Alder bridge open: 3 May 2016 [1]. Who built it: Jonas Whitcombe [2].",
        ),
        (
            "When did the Birch bridge open? How much did it cost?",
            "When did the Birch bridge open: 12 June 2021 [1]. How much did it cost: "
            "£64 million [2].",
        ),
        (
            "What were the costs of the Alder bridge and the Birch bridge?",
            "The Alder bridge: £71 million [1]. The Birch bridge: £64 million [2].",
        ),
        (
            "How much does a Solo lamp, a Duo lamp and a Trio lamp each cost?",
            "A Solo lamp: $40 [1]. A Duo lamp: more than $60 [2]. A Trio lamp: about $42 [3].",
        ),
    ],
)
def test_each_part_is_answered_with_its_quote(engine: Engine, question: str, text: str) -> None:
    answer = ask(engine, question)
    assert (answer.status, answer.short, answer.text) == ("answered", None, text)
    assert_quoted(engine, answer)


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        (
            "How did Pellmar's revenue in Q1 compare with Q3?",
            "Q1: $4.1 million [1]. Q3: not in the articles.",
            "Q3",
        ),
        (
            "How much did Nimbra and Tavrik each raise?",
            "Nimbra: €30 million [1]. Tavrik: not in the articles.",
            "Tavrik",
        ),
        (
            "How much more did Tavrik raise than Nimbra?",
            "Tavrik: not in the articles. Nimbra: €30 million [1].",
            "Tavrik",
        ),
    ],
)
def test_a_missing_part_is_named(engine: Engine, question: str, text: str, missing: str) -> None:
    answer = ask(engine, question)
    assert (answer.status, answer.short, answer.text) == ("partial", None, text)
    assert answer.reason is not None
    assert answer.reason.startswith(f"Not found: {missing}.")
    assert answer.nearest == ()
    assert_quoted(engine, answer)


def test_it_is_as_sure_as_the_least_sure_of_its_parts(engine: Engine) -> None:
    alone = [ask(engine, f"How much did {name} raise?").confidence for name in ("Nimbra", "Quillo")]
    both = ask(engine, "How much did Nimbra and Quillo each raise?").confidence
    assert None not in alone
    assert both == min(one for one in alone if one is not None)
    nothing = ask(engine, "How much did Zorvath and Yelmo each raise?")
    assert (nothing.status, nothing.confidence) == ("not_found", None)


def test_nothing_is_found_when_every_part_is_missing(engine: Engine) -> None:
    answer = ask(engine, "Which raised more, Tavrik or Osmund?")
    assert (answer.status, answer.short, answer.citations) == ("not_found", None, ())
    assert answer.reason is not None
    assert answer.reason.startswith("Not found: Tavrik; Osmund.")
    assert "do not mention Tavrik" in answer.reason
    assert answer.nearest


def test_a_part_that_conflicts_makes_the_answer_conflict(engine: Engine) -> None:
    answer = ask(engine, "Did the Lowmere fair draw more visitors than the Tolby market?")
    assert (answer.status, answer.short) == ("conflicting", None)
    assert answer.text == (
        "The Lowmere fair: the articles differ: 5,500 visitors [1], 8,000 visitors [2]. "
        "The Tolby market: 9,200 visitors [3]."
    )
    assert_quoted(engine, answer)
    assert answer.as_of == date(2026, 8, 5)


@pytest.mark.parametrize(
    ("question", "short", "verdict"),
    [
        # What is bounded has no difference; "more than 60" is above 40 for certain.
        (
            "Which costs more, the Solo lamp or the Duo lamp?",
            "the Duo lamp",
            "The Duo lamp is higher.",
        ),
        ("How much more does the Duo lamp cost than the Solo lamp?", None, "is higher."),
        # "About 42" may be 40.
        ("Which costs more, the Solo lamp or the Trio lamp?", None, "about $42 [2]."),
        ("Did Quillo open before Nimbra?", None, "Not in the articles."),
    ],
)
def test_no_more_is_said_than_the_quotes_hold(
    engine: Engine, question: str, short: str | None, verdict: str
) -> None:
    answer = ask(engine, question)
    assert answer.short == short
    assert answer.text.endswith(verdict)
    assert ", by " not in answer.text
    assert answer.unsupported == ()


def test_more_than_is_more_than_about(engine: Engine) -> None:
    answer = ask(engine, "Does Quillo employ more people than Nimbra?")
    assert answer.short == "Quillo"
    assert answer.text == (
        "Quillo: more than 300 people [1]. Nimbra: about 120 people [2]. Quillo is higher."
    )


def test_filters_and_the_day_hold_for_every_part(engine: Engine) -> None:
    question = "How did Pellmar's revenue in Q1 compare with Q2?"
    early = ask(engine, question, as_of=date(2026, 5, 1))
    assert early.status == "partial"
    assert early.text == "Q1: $4.1 million [1]. Q2: not in the articles."
    assert early.as_of == date(2026, 4, 20)
    late = ask(engine, question, filters=Filters(publisher="second"))
    assert late.text == "Q1: not in the articles. Q2: $4.9 million [1]."
    none = ask(engine, question, filters=Filters(since=date(2027, 1, 1)))
    assert none.status == "not_found"


def test_a_follow_up_leans_on_what_was_asked_before(engine: Engine) -> None:
    before = [Turn(role="user", content="How much did Nimbra and Quillo each raise?")]
    answer = ask(engine, "Which of the two raised more?", history=before)
    assert answer.condensed == "Which of the two, Nimbra or Quillo, raised more?"
    assert answer.short == "Quillo"
    before = [Turn(role="user", content="How much did Nimbra raise?")]
    answer = ask(engine, "Did it raise more than Quillo?", history=before)
    assert answer.condensed == "Did Nimbra raise more than Quillo?"
    assert answer.short == "Quillo"
    before = [Turn(role="user", content="What is said about the Alder bridge?")]
    answer = ask(engine, "When did it open and how much did it cost?", history=before)
    assert "3 May 2016 [1]" in answer.text
    assert "£71 million [2]" in answer.text


def test_one_name_with_an_and_is_read_as_one(engine: Engine) -> None:
    for question in (
        "What was Hart and Holloway's revenue in 2025?",
        "What were the revenues of Hart and Holloway?",
    ):
        answer = ask(engine, question)
        assert answer.status == "answered"
        assert "£12 million" in answer.text
        assert len(answer.citations) == 1


def test_the_command_prints_the_parts_and_their_quotes(
    library: tuple[Engine, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = library
    assert main(["--data", str(folder), "ask", "Which raised more, Nimbra or Tavrik?"]) == 0
    printed = capsys.readouterr().out
    assert "Nimbra: €30 million [1]. Tavrik: not in the articles." in printed
    assert "Not found: Tavrik." in printed
    assert "[1] “Nimbra, which flies kites" in printed


def test_http_gives_the_parts(library: tuple[Engine, Path]) -> None:
    _, folder = library
    question = "Which raised more, Nimbra or Quillo?"
    with TestClient(create_app(load(data=folder))) as client:
        given = client.post("/v1/ask", json={"question": question}).json()
    assert (given["status"], given["short"]) == ("answered", "Quillo")
    assert [each["publisher"] for each in given["citations"]] == ["Nimbra", "Quillo"]
    assert json.dumps(given["text"]).count("[") == 2


def test_what_was_compared_is_checked_against_the_quotes(engine: Engine) -> None:
    answer = ask(engine, "Which raised more, Nimbra or Quillo?")
    names = ("Nimbra", "Quillo")
    true = Comparison((1, 2), names, -1, "€12 million")
    assert fault(true, "Quillo", answer.citations) is None
    for false, short in (
        (replace(true, order=1), "Nimbra"),
        (replace(true, difference="€13 million"), None),
        (replace(true, difference="$12 million"), None),
        (replace(true, of=(1, 3)), None),
        (true, "Tavrik"),
    ):
        assert fault(false, short, answer.citations)


def test_a_model_is_given_evidence_for_each_part(library: tuple[Engine, Path]) -> None:
    _, folder = library
    question = "How much did Pellmar earn in the second quarter and who built the Alder bridge?"
    with ScriptedModel() as server:
        settings = load(data=folder, base_url=server.url, model="scripted")
        with TestClient(create_app(settings)) as client:
            assert client.post("/v1/ask", json={"question": question}).status_code == 200
        sent = json.dumps(server.requests[0])
    assert "Jonas Whitcombe" in sent
    assert "$4.9 million" in sent
