"""A wire report in several outlets: one place among the evidence, one quote, all of them named."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from wire_stories import ABOUT_KELDAR, COURIER, ENDING, LEDGER, OUTLETS, RADIO, STRIKE, page

from api.app import create_app
from api.cli import app
from evals.bench.scripted_model import ScriptedModel
from rag.ask import ask
from rag.copies import fold
from rag.embed import LocalEmbedder
from rag.engine import Answering, Engine
from rag.ingest import ingest
from rag.library import Library
from rag.model import Model
from rag.retrieve import search
from rag.settings import load
from rag.sources import Source
from rag.twins import Printed, same
from rag.types import Answer, Citation, Evidence, Filters

PRICE = "How much will Keldar Lines pay for Sund & Holm?"
SHIPS = "How many ships will the merged company run?"
FOUNDED = "When was Keldar Lines founded?"
SHARES = "How much did the shares of Sund & Holm gain in Lunden?"
DAY = date(2026, 3, 3)


def sources(**pages: str) -> list[Source]:
    """Pages by outlet, each with an address of its own."""
    return [
        Source(content=text, publisher=outlet.replace("_", " "), url=f"https://{n}.example/story")
        for n, (outlet, text) in enumerate(pages.items())
    ]


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory, local_embedder: LocalEmbedder) -> Path:
    """A library with the report in four outlets, only to be read."""
    data: Path = tmp_path_factory.mktemp("wire")
    with Engine(Library(data), make_embedder=lambda: local_embedder) as engine:
        ingest(engine, sources(**OUTLETS))
    return data


@pytest.fixture
def reading(wire: Path, local_embedder: LocalEmbedder) -> Iterator[Engine]:
    with Engine(Library(wire), make_embedder=lambda: local_embedder) as engine:
        yield engine


def outlets(citation: Citation) -> list[str | None]:
    return [each.publisher for each in citation.also]


# -- evidence


def test_copies_take_one_place_and_the_original_stands_for_them(reading: Engine) -> None:
    found = search(reading, PRICE, limit=8)
    assert {item.article.publisher for item in found} == {"Harbour Ledger"}
    assert len(found) == len(reading.library.passages_of(found[0].article.id))
    for item in found:
        copies = {copy.publisher for copy in item.copies}
        assert copies == {"Saltmere Post", "Tarn Radio", "Lund Letter"}
    assert [item.score for item in found] == sorted((i.score for i in found), reverse=True)


def test_the_search_goes_on_until_it_has_as_many_passages_as_without_copies(
    engine: Engine,
) -> None:
    many = {
        f"Outlet {n}": page(f"Headline {n}", "January 2, 2026", ABOUT_KELDAR, body="", ending="")
        for n in range(70)
    }
    others = {
        f"Paper {n}": f"Ferry {n}\n\nKeldar Lines named its ferry number {n} after island {n}.\n"
        for n in range(12)
    }
    ingest(engine, sources(**many, **others))
    found = search(engine, "Where does Keldar Lines have its seat?", limit=10)
    assert len(found) == 10
    assert len(found[0].copies) == 69
    assert not any(item.copies for item in found[1:])


def test_a_short_original_is_folded_into_a_copy_that_adds_to_it(engine: Engine) -> None:
    ingest(engine, sources(Early=RADIO, Late=LEDGER.replace("January 2", "January 4")))
    found = {item.passage.ordinal: item for item in search(engine, SHARES, limit=8)}
    assert {n: item.article.publisher for n, item in found.items()} == {0: "Early", 1: "Late"}
    assert all(len(item.copies) == 1 for item in found.values())
    (citation,) = ask(engine, SHARES).citations
    assert (citation.publisher, citation.also) == ("Late", ())
    (citation,) = ask(engine, PRICE).citations
    assert (citation.publisher, outlets(citation)) == ("Early", ["Late"])


# -- answers


def test_a_quote_names_every_article_that_prints_it(reading: Engine) -> None:
    for question, short in ((PRICE, "$4.2 billion"), (SHIPS, "71 ships"), (FOUNDED, "1962")):
        answer = ask(reading, question)
        assert (answer.status, answer.short) == ("answered", short)
        (citation,) = answer.citations
        assert citation.publisher == "Harbour Ledger"
        assert outlets(citation) == ["Saltmere Post", "Tarn Radio", "Lund Letter"]
        assert answer.as_of == date(2026, 1, 4)


def test_a_trimmed_copy_is_not_named_for_what_it_left_out(reading: Engine) -> None:
    (citation,) = ask(reading, SHARES).citations
    assert citation.quote == ENDING
    assert outlets(citation) == ["Saltmere Post", "Lund Letter"]


def test_copies_outside_the_filters_are_not_named(reading: Engine) -> None:
    early = ask(reading, PRICE, as_of=date(2026, 1, 3))
    assert outlets(early.citations[0]) == ["Saltmere Post", "Tarn Radio"]
    assert early.as_of == date(2026, 1, 3)
    alone = ask(reading, PRICE, filters=Filters(publisher="lund letter"))
    assert (alone.citations[0].publisher, alone.citations[0].also) == ("Lund Letter", ())


def test_another_figure_is_no_copy_and_copies_are_no_second_source(engine: Engine) -> None:
    own = "Our readers in Vane may write to the editor about the sale of the ferries."
    again = page("Big price for ferries", "January 4, 2026", COURIER.split("\n\n")[2], body=own)
    ingest(engine, sources(**OUTLETS, Vane_Courier=COURIER, Vane_Weekly=again))
    answer = ask(engine, PRICE)
    assert answer.status == "conflicting"
    dearer, cheaper = answer.citations
    assert {"$4.3 billion" in dearer.quote, "$4.2 billion" in cheaper.quote} == {True}
    assert {dearer.publisher, *outlets(dearer)} == {"Vane Courier", "Vane Weekly"}
    assert {cheaper.publisher, *outlets(cheaper)} == set(OUTLETS)


def test_another_story_with_the_same_paragraph_is_named_for_that_alone(engine: Engine) -> None:
    ingest(engine, sources(Harbour_Ledger=LEDGER, Farrow_Times=STRIKE))
    found = search(engine, FOUNDED, limit=8)
    assert {item.article.publisher for item in found} == {"Harbour Ledger", "Farrow Times"}
    assert not any(item.copies for item in found)
    (citation,) = ask(engine, FOUNDED).citations
    assert citation.quote == ABOUT_KELDAR
    assert {citation.publisher, *outlets(citation)} == {"Harbour Ledger", "Farrow Times"}
    (citation,) = ask(engine, SHIPS).citations
    assert citation.also == ()


def test_a_sentence_that_cannot_stand_alone_names_no_other_story(engine: Engine) -> None:
    closing = "The deal is expected to close in May."
    one = f"Orlan buys Fennick\n\nOrlan Dynamics pays 90 million euros for Fennick. {closing}\n"
    two = f"Tolle buys Norrvik\n\nTolle Freight pays 70 million euros for Norrvik. {closing}\n"
    ingest(engine, sources(One=one, Two=two))
    answer = ask(engine, "When is the deal of Orlan and Fennick expected to close?")
    assert [(each.publisher, each.also) for each in answer.citations] == [("One", ())]


def test_a_shared_passage_makes_no_copy_of_the_rest(engine: Engine) -> None:
    closing = "The deal is expected to close in May."
    about = " ".join(
        f"{ABOUT_KELDAR[:-1]} on ship number {number} of its fleet." for number in range(3, 12)
    )
    one = f"Keldar buys Fennick\n\nKeldar Lines pays 90 million euros for Fennick. {closing}"
    two = f"Keldar buys Norrvik\n\nKeldar Lines pays 70 million euros for Norrvik. {closing}"
    ingest(engine, sources(One=f"{one}\n\n{about}\n", Two=f"{two}\n\n{about}\n"))
    found = search(engine, FOUNDED, limit=8)
    assert any(item.copies for item in found)
    assert len({item.article.id for item in found if closing in item.passage.text}) == 2
    answer = ask(engine, "When is the deal of Keldar and Fennick expected to close?")
    assert closing in {each.quote for each in answer.citations}
    assert {each.also for each in answer.citations} == {()}


def test_the_nearest_articles_hold_no_story_twice(engine: Engine) -> None:
    same_headline = "Strike stops ferries to the Farrow Isles\n\nNo ferry of Keldar Lines sails.\n"
    ingest(engine, sources(**OUTLETS, Farrow_Times=STRIKE, Isle_News=same_headline))
    answer = ask(engine, "Who is the mayor of Farrow Town?")
    assert answer.status == "not_found"
    near = [each.title for each in answer.nearest]
    assert sorted(near) == ["Keldar Lines buys rival Sund & Holm", STRIKE.split("\n")[0]]


def test_an_outlet_that_says_the_opposite_is_neither_folded_nor_named(engine: Engine) -> None:
    praise = (
        "Residents of Vane praised the proposal for 120 new homes at a hearing on 2 March 2026."
    )
    rest = "Orlan Homes wants to build them on the site of the old mill beside the river Tarn."
    scorn = praise.replace("praised", "criticised")
    pages = {"One": praise, "Two": scorn, "Three": praise.replace("on 2 March", "2 March")}
    ingest(engine, sources(**{n: f"Homes in Vane\n\n{t} {rest}\n" for n, t in pages.items()}))
    found = search(engine, "How many new homes is the proposal in Vane for?", limit=8)
    folded = {i.article.publisher: {copy.publisher for copy in i.copies} for i in found}
    assert folded.pop("Two") == set()
    assert folded in ({"One": {"Three"}}, {"Three": {"One"}})
    answer = ask(engine, "How many new homes is the proposal in Vane for?")
    assert answer.citations
    for each in answer.citations:
        named = {each.publisher, *outlets(each)}
        assert named == ({"Two"} if "criticised" in each.quote else {"One", "Three"})


# -- a model


def test_a_model_sees_one_passage_with_all_its_publishers(
    wire: Path, local_embedder: LocalEmbedder
) -> None:
    said = "The Saltmere Post says that Keldar Lines will pay $4.2 billion for Sund & Holm [{n}]."

    def reply(messages: list[dict[str, str]]) -> str:
        lines = messages[-1]["content"].split("\n")
        at = next(n for n, line in enumerate(lines) if "$4.2 billion" in line)
        header = next(line for line in reversed(lines[:at]) if line.startswith("["))
        headers.append(header)
        return said.format(n=header[1])

    headers: list[str] = []
    with ScriptedModel(reply=reply) as server:
        answering = Answering(model=Model(name="scripted", base_url=server.url))
        engine = Engine(Library(wire), make_embedder=lambda: local_embedder, answering=answering)
        answer = ask(engine, PRICE)
        engine.close()
        prompt = server.requests[0]["messages"][-1]["content"]
    assert prompt.count("$4.2 billion") == 1
    assert "| Harbour Ledger, Saltmere Post, Tarn Radio, Lund Letter | 2 January 2026" in headers[0]
    assert (answer.status, answer.unsupported) == ("answered", ())
    (citation,) = answer.citations
    assert outlets(citation) == ["Saltmere Post", "Tarn Radio", "Lund Letter"]


# -- the ways in


def test_the_command_names_the_other_outlets(wire: Path) -> None:
    shown = CliRunner().invoke(app, ["--data", str(wire), "ask", PRICE]).output
    lines = [line.strip() for line in shown.splitlines()]
    at = lines.index("Keldar Lines buys rival Sund & Holm · Harbour Ledger · 2 January 2026")
    assert lines[at + 2] == (
        "Also in: Saltmere Post, 3 January 2026; Tarn Radio, 3 January 2026; "
        "Lund Letter, 4 January 2026"
    )
    asked = ["--data", str(wire), "ask", PRICE, "--as-of", "2026-01-02", "--json"]
    told = json.loads(CliRunner().invoke(app, asked).output)
    assert told["citations"][0]["also"] == []


def test_http_names_the_other_outlets(wire: Path) -> None:
    with TestClient(create_app(load(data=wire))) as client:
        told = client.post("/v1/ask", json={"question": PRICE}).json()
        (citation,) = Answer.model_validate(told).citations
        for each in citation.also:
            article = client.get(f"/v1/articles/{each.id}").json()
            assert (article["publisher"], article["url"]) == (each.publisher, each.url)
            assert article["published"] == str(each.published)
        narrowed = {"question": PRICE, "filters": {"until": "2026-01-03"}}
        told = client.post("/v1/ask", json=narrowed).json()
    assert outlets(citation) == ["Saltmere Post", "Tarn Radio", "Lund Letter"]
    assert len(told["citations"][0]["also"]) == 2


# -- one sentence in two articles


SENTENCE = "Council leader Doran Pell said that the repair of the bridge would cost €48 million."


@pytest.mark.parametrize(
    "other",
    [
        SENTENCE.replace(" said", "\n said"),
        SENTENCE.replace("€48 million", "48m euros"),
        SENTENCE.replace("said that the", "said the"),
        SENTENCE.replace("said", "added"),
        f"SALTMERE, March 3 (Northern Wire) - {SENTENCE}",
        SENTENCE.replace("Doran", "Mr Doran"),
    ],
)
def test_an_edit_that_keeps_the_facts_makes_no_other_sentence(other: str) -> None:
    assert same(Printed(SENTENCE, DAY), Printed(other, DAY))
    assert same(Printed(other, DAY), Printed(SENTENCE, DAY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The theatre in Vane labelled the plan a defence of neighbours, organised in haste.",
            "The theater in Vane labeled the plan a defense of neighbors, organized in haste.",
        ),
        ("The Vane council met on Monday.", "Vane council met Monday."),
        ("Ada Kern says that the mill is shut.", "Ada Kern said the mill is shut."),
        ("The U.S. army left Vane.", "The US army left Vane."),
        ("Pell, Kern, and Tolle own the mill.", "Ms. Pell, Kern and Tolle own the mill."),
        (
            "Kern called it \u201ca bad deal\u201d for Vane.",
            "Kern called it 'a bad deal' for Vane.",
        ),
    ],
)
def test_house_style_makes_no_other_sentence(one: str, other: str) -> None:
    assert same(Printed(one, DAY), Printed(other, DAY))
    assert same(Printed(other, DAY), Printed(one, DAY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SENTENCE, SENTENCE.replace("48", "49")),
        (SENTENCE, SENTENCE.replace("€48", "$48")),
        (SENTENCE, SENTENCE.replace("million", "billion")),
        (SENTENCE, SENTENCE.replace("cost", "cost about")[:-1] + " more."),
        (SENTENCE, SENTENCE.replace("€48", "more than €48")),
        (SENTENCE, SENTENCE.replace("Pell", "Bell")),
        (SENTENCE, SENTENCE.replace("Doran ", "")),
        (SENTENCE, SENTENCE.replace("would", "would not")),
        (SENTENCE, SENTENCE.replace("would", "might")),
        (SENTENCE, SENTENCE.replace("the bridge", "the bridge if the state pays its share")),
        ("Pell will buy the mill from Corvin.", "Corvin will buy the mill from Pell."),
        ("Sales at the Vane mill rose by 4%.", "Sales at the Vane mill fell by 4%."),
        ("The Vane-based firm hired 20 people.", "The Corviston-based firm hired 20 people."),
        ("The fire killed 12 sailors on board.", "The fire killed 12 soldiers on board."),
        ("It orders 40 H200 chips from Orlan.", "It orders 40 H100 chips from Orlan."),
        ("The court opens on 4 May this year.", "The court opens on 5 May this year."),
        ("It is the second largest port there.", "It is the third largest port there."),
        ("Profit changed by -5% in the quarter.", "Profit changed by 5% in the quarter."),
        (SENTENCE, SENTENCE.replace("repair", "renovation")),
        (SENTENCE, SENTENCE.replace("bridge", "old bridge")),
        (SENTENCE, SENTENCE.replace("said", "denied")),
        (
            "Residents of Vane praised the proposal at a hearing.",
            "Residents of Vane criticised the proposal at a hearing.",
        ),
        (
            "The Vane water office calls the new pipes safe for children.",
            "The Vane water office calls the new pipes harmful for children.",
        ),
        (
            "Orlan's chief executive, Ada Kern, expects a good year for mills.",
            "Orlan's chief economist, Ada Kern, expects a good year for mills.",
        ),
        ("Few people in Vane trust the new mayor.", "A few people in Vane trust the new mayor."),
        ("Doran Pell spent the night in the prison.", "Doran Pell spent the night in prison."),
        ("Doran Pell, said Ada Kern, took the money.", "Doran Pell said Ada Kern took the money."),
        ("The court sent Mr Pell home from Vane.", "The court sent Mrs Pell home from Vane."),
        ("Ada Kern is a founder of the Vane mill.", "Ada Kern is the founder of the Vane mill."),
        ("One woman in nine in Vane has no job.", "One man in nine in Vane has no job."),
        ("The firm filled 20 claims in Vane.", "The firm filed 20 claims in Vane."),
        ("Ada Kern told US officials about it.", "Ada Kern told us officials about it."),
        ("The mill feeds four villages on the Tarn.", "The mill feeds for villages on the Tarn."),
        (
            "VANE, March 3 - The mayor resigned over the mill.",
            "LUNDEN, March 3 - The mayor resigned over the mill.",
        ),
    ],
)
def test_another_value_name_or_word_makes_another_sentence(one: str, other: str) -> None:
    assert not same(Printed(one, DAY), Printed(other, DAY))
    assert not same(Printed(other, DAY), Printed(one, DAY))


@pytest.mark.parametrize(
    ("text", "later", "still"),
    [
        ("Unemployment in Vane stayed at 4.2% last month.", date(2026, 4, 3), False),
        ("Unemployment in Vane stayed at 4.2% last month.", date(2026, 3, 5), True),
        ("The mill in Vane burnt down on Monday.", date(2026, 3, 4), True),
        ("The mill in Vane burnt down on Monday.", date(2026, 3, 11), False),
        ("The mill in Vane burnt down yesterday.", date(2026, 3, 4), False),
        ("A ticket costs 46 euros today.", date(2026, 3, 5), True),
        ("A ticket costs 46 euros today.", date(2026, 5, 5), False),
        ("The mill in Vane employs 85 bakers.", date(2029, 1, 1), True),
    ],
)
def test_dates_count_from_the_day_of_publication(text: str, later: date, still: bool) -> None:
    assert same(Printed(text, DAY), Printed(text, later)) is still


# -- cost


def test_folding_costs_less_than_the_search_before_it(
    reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("rag.retrieve.fold", lambda given: given)
        found = search(reading, PRICE, limit=20)
        searching = _fastest(lambda: search(reading, PRICE, limit=20))
    assert len({item.article.id for item in found}) == 4
    assert _fastest(lambda: fold(found)) < searching
    distinct = [_with_other_words(found[0], n) for n in range(20)]
    assert len(fold(distinct)) == 20
    assert _fastest(lambda: fold(distinct)) < searching / 2


def _with_other_words(item: Evidence, n: int) -> Evidence:
    """A passage of another article, as long and all in other words."""
    text = " ".join(f"{word}{n}" for word in item.passage.text.split())
    article = item.article.model_copy(update={"id": f"other-{n}"})
    passage = replace(item.passage, article_id=article.id, text=text)
    return replace(item, article=article, passage=passage)


def _fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs."""
    taken = []
    for _ in range(9):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)
