"""As many questions at once as are set, a few more in turn, the rest refused at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from gated_model import Gate
from httpx2 import ASGITransport, AsyncClient, Response
from pages_of_news import BRIDGE, COST

from api import keys
from api.admission import BY_MODEL, BY_READER, Admission, admission_for
from api.app import create_app
from api.rates import Rates
from evals.bench.scripted_model import NAME, ScriptedModel
from rag import ask, trace
from rag.engine import Answering, Engine
from rag.errors import ModelTimeout, Overloaded, RateLimited
from rag.ingest import ingest
from rag.model import Model
from rag.settings import load
from rag.sources import Source
from rag.trace import Trace

SECONDS = 30
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate(SECONDS)
    yield made
    made.opened.set()


@pytest.fixture
def model(gate: Gate) -> Iterator[ScriptedModel]:
    with ScriptedModel(reply=gate.reply) as server:
        yield server
        gate.opened.set()


@asynccontextmanager
async def service(app: FastAPI) -> AsyncIterator[AsyncClient]:
    base = "http://127.0.0.1:8000"
    async with (
        asyncio.timeout(SECONDS),
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url=base, timeout=SECONDS) as client,
    ):
        yield client


def app_of(data: Path, model: ScriptedModel, *, concurrency: int) -> FastAPI:
    chosen = load(data=data, model=NAME, base_url=model.url, concurrency=concurrency)
    return create_app(chosen)


async def until(ready: Any) -> None:
    while not ready():
        await asyncio.sleep(0)


def asked(client: AsyncClient, **headers: str) -> "asyncio.Task[Response]":
    return asyncio.create_task(client.post("/v1/ask", json={"question": COST}, headers=headers))


@pytest.mark.parametrize("events", [False, True], ids=["whole", "streamed"])
def test_one_is_answered_one_waits_and_the_rest_are_refused(
    data: Path, gate: Gate, model: ScriptedModel, events: bool
) -> None:
    app = app_of(data, model, concurrency=1)
    admission: Admission = app.state.admission
    headers = EVENTS if events else {}

    async def run() -> None:
        async with service(app) as client:
            assert (await client.post("/v1/articles", json={"text": BRIDGE})).status_code == 201
            first = asked(client, **headers)
            assert await asyncio.to_thread(gate.reached.acquire, timeout=SECONDS)
            second = asked(client, **headers)
            await until(lambda: admission.waiting == 1)
            for _ in range(3):
                refused = await asked(client, **headers)
                assert refused.status_code == 503
                assert int(refused.headers["retry-after"]) > 0
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.json()["type"] == "urn:dateline:Overloaded"
                assert "DATELINE_CONCURRENCY" in refused.json()["detail"]
            # What asks nothing is not held up.
            for path in ("/livez", "/readyz", "/healthz", "/v1/articles", "/metrics"):
                assert (await client.get(path)).status_code == 200
            assert (admission.asking, admission.waiting, admission.refused) == (1, 1, 3)
            gate.opened.set()
            for answer in (await first, await second):
                assert answer.status_code == 200
                assert "412 million euros" in answer.text
            assert (admission.asking, admission.waiting) == (0, 0)

    asyncio.run(run())


def test_who_leaves_gives_up_the_place(data: Path, gate: Gate, model: ScriptedModel) -> None:
    app = app_of(data, model, concurrency=1)
    admission: Admission = app.state.admission

    async def run() -> None:
        async with service(app) as client:
            assert (await client.post("/v1/articles", json={"text": BRIDGE})).status_code == 201
            first = asked(client)
            assert await asyncio.to_thread(gate.reached.acquire, timeout=SECONDS)
            second = asked(client)
            await until(lambda: admission.waiting == 1)
            second.cancel()
            await until(lambda: admission.waiting == 0)
            first.cancel()
            await until(lambda: admission.asking == 0)
            gate.opened.set()
            assert (await asked(client)).status_code == 200

    asyncio.run(run())


def test_what_fails_takes_no_place(data: Path, gate: Gate, model: ScriptedModel) -> None:
    app = app_of(data, model, concurrency=1)
    gate.opened.set()

    async def run() -> None:
        async with service(app) as client:
            for body in ({"question": ""}, {"question": None}, {"question": COST, "more": 1}):
                assert (await client.post("/v1/ask", json=body)).status_code == 422
                assert app.state.admission.asking == 0
            keys.create(app.state.records, "ask")
            # Who may not ask is told so, however many ask.
            places = [app.state.admission.place() for _ in range(1)]
            async with places[0]:
                assert (await asked(client)).status_code == 401

    asyncio.run(run())


def test_a_turn_is_waited_for_only_so_long() -> None:
    async def run() -> None:
        admission = Admission(1, patience=0.0)
        async with admission.place():
            with pytest.raises(Overloaded):
                async with admission.place():
                    pytest.fail("there was no place")
            assert admission.waiting == 0
        async with admission.place():
            assert admission.asking == 1

    asyncio.run(run())


def test_refusals_are_quick_and_turns_are_kept() -> None:
    async def run() -> None:
        admission = Admission(4)
        order: list[int] = []
        refused: list[float] = []

        async def ask_(number: int) -> None:
            began = time.perf_counter()
            try:
                async with admission.place():
                    order.append(number)
                    assert admission.asking <= 4
                    await asyncio.sleep(0)
            except Overloaded:
                refused.append(time.perf_counter() - began)

        await asyncio.gather(*(ask_(number) for number in range(40)))
        assert order == [0, 1, 2, 3, 4, 5]
        assert len(refused) == 34
        assert max(refused) < 0.1

    asyncio.run(run())


def test_more_at_once_when_a_model_answers() -> None:
    assert admission_for(load()).at_once == BY_READER
    assert admission_for(load(model=NAME)).at_once == BY_MODEL
    assert admission_for(load(model=NAME, concurrency=3)).at_once == 3


def test_the_time_in_the_queue_is_a_part_of_the_deadline(
    engine: Engine, gate: Gate, model: ScriptedModel
) -> None:
    ingest(engine, [Source(content=BRIDGE)])
    answering = Answering(model=Model(name=NAME, base_url=model.url), deadline=100)
    engine.answering = answering

    async def run() -> None:
        trace.begin(Trace(began=time.perf_counter() - 101))
        with pytest.raises(ModelTimeout):
            await ask.answer(engine, COST)
        assert trace.current().failure == ModelTimeout.code
        await answering.model.close()

    asyncio.run(run())


def test_a_key_has_so_many_requests_a_minute(data: Path) -> None:
    now = 0.0
    rates = Rates(3, clock=lambda: now)
    for _ in range(3):
        rates.take("a")
    with pytest.raises(RateLimited) as refused:
        rates.take("a")
    assert refused.value.retry_after == pytest.approx(20)
    rates.take("b")
    now = 19.9
    with pytest.raises(RateLimited):
        rates.take("a")
    now = 20.1
    rates.take("a")
    now = 10_000.0
    for _ in range(3):
        rates.take("a")
    with pytest.raises(RateLimited):
        rates.take("a")


def test_too_many_requests_say_when_to_come_back(data: Path) -> None:
    app = create_app(load(data=data, rate_limit=2))

    async def run() -> None:
        async with service(app) as client:
            secrets = [keys.create(app.state.records, "ask")[1] for _ in range(2)]
            for secret in secrets:
                headers = {"authorization": f"Bearer {secret}"}
                codes = [
                    (await client.get("/v1/articles", headers=headers)).status_code
                    for _ in range(2)
                ]
                assert codes == [200, 200]
                refused = await client.get("/v1/articles", headers=headers)
                assert refused.status_code == 429
                assert 0 < int(refused.headers["retry-after"]) <= 30
                assert refused.json()["type"] == "urn:dateline:RateLimited"
                assert (await client.get("/livez", headers=headers)).status_code == 200

    asyncio.run(run())
