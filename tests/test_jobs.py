"""Bulk ingest over HTTP: sent, worked on, looked at, stopped, gone on with, and killed."""

import json
import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pages_of_news import BAKERY, BRIDGE, COST

from api import job_records, job_runner, jobs, limits
from api.app import create_app
from api.job_runner import JobRunner
from api.records import open_records
from rag.errors import EmbedError
from rag.settings import load
from rag.wiring import open_engine
from tests.killed_jobs import work

NDJSON = {"content-type": "application/x-ndjson"}
WAITS_SECONDS = 60
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.killed", "tests.killed_jobs"])


def line(number: int, *, words: str = "") -> str:
    text = f"The town of Vell opened its well number {number} on Saturday, the mayor said. {words}"
    url = f"https://county.example/{number}"
    return json.dumps({"url": url, "title": f"Well number {number}", "text": text}) + "\n"


def lines(count: int) -> str:
    return "".join(map(line, range(1, count + 1)))


@contextmanager
def service(data: Path, **settings: Any) -> Iterator[TestClient]:
    app = create_app(load(data=data, **settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with service(tmp_path / "data") as client:
        yield client


def send(client: TestClient, body: str | bytes, **query: str) -> dict[str, Any]:
    response = client.post("/v1/jobs", content=body, headers=NDJSON, params=query)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/jobs/{job['id']}"
    return job


def get(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    response = client.get(f"/v1/jobs/{job['id']}")
    assert response.status_code == 200
    told: dict[str, Any] = response.json()
    return told


def ended(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """The job once nothing more comes of it."""
    return until(client, job, lambda told: told["ended"] is not None)


def until(
    client: TestClient, job: dict[str, Any], holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    tick = threading.Event()
    for _ in range(WAITS_SECONDS * 50):
        told = get(client, job)
        if holds(told):
            return told
        tick.wait(0.02)
    pytest.fail(f"it hangs: {told}")


def counts(job: dict[str, Any]) -> tuple[int, ...]:
    return tuple(job[name] for name in ("new", "changed", "unchanged", "failed"))


def problem(response: Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    assert "\n" not in detail
    return detail


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Slices of two articles; each waits for a release of this before it goes into the library."""
    monkeypatch.setattr(job_runner, "_SLICE_ARTICLES", 2)
    gate = threading.Semaphore(0)
    real = job_runner.ingest

    def gated(*args: Any, **more: Any) -> Any:
        assert gate.acquire(timeout=WAITS_SECONDS)
        return real(*args, **more)

    monkeypatch.setattr(job_runner, "ingest", gated)
    yield gate
    gate.release(1000)


def test_a_job_stores_its_lines_and_tells_which_failed(client: TestClient, tmp_path: Path) -> None:
    changed = json.dumps({"text": BAKERY, "url": "https://county.example/2"})
    body = f"{line(1)}\n{{}}\n{line(2)}not JSON\n{line(1)}{changed}\n" + '{"text": " "}'
    job = send(client, body)
    assert (job["state"], job["lines"], job["lines_done"]) == ("queued", 8, 0)
    told = ended(client, job)
    assert (told["state"], told["lines_done"], told["reason"]) == ("done", 8, None)
    assert counts(told) == (2, 1, 1, 3)
    assert [each["line"] for each in told["failures"]] == [3, 5, 8]
    assert told["failures"][0]["reason"].startswith("Line 3 is no article: it needs either text")
    assert "Line 8 is empty" in told["failures"][2]["reason"]
    assert job["created"] <= told["started"] <= told["ended"]
    stored = client.get("/v1/articles").json()["articles"]
    assert len(stored) == 2
    assert client.get("/v1/jobs").json() == {
        "jobs": [{name: value for name, value in told.items() if name != "failures"}],
        "next_offset": None,
    }
    assert list((tmp_path / "data" / "jobs").iterdir()) == []
    again = ended(client, send(client, body))
    assert counts(again) == (0, 2, 2, 3)  # line 4 is what stood at the address before line 7


def test_failures_are_paged_and_bounded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_records, "MOST_FAILURES", 1_050)
    job = send(client, "{}\n" * 1_100 + line(1))
    told = ended(client, job)
    assert counts(told) == (1, 0, 0, 1_100)
    assert [each["line"] for each in told["failures"]] == list(range(1, 21))
    path, seen, offset = f"/v1/jobs/{job['id']}/failures", [], 0
    while offset is not None:
        page = client.get(path, params={"limit": 500, "offset": offset}).json()
        seen += [each["line"] for each in page["failures"]]
        offset = page["next_offset"]
    assert seen == list(range(1, 1_051))


def test_jobs_queue_and_questions_and_articles_go_on_meanwhile(
    client: TestClient, held: threading.Semaphore
) -> None:
    client.post("/v1/articles", json={"text": BRIDGE})
    first, second = send(client, lines(6)), send(client, line(7))
    until(client, first, lambda told: told["state"] == "running")
    held.release()
    told = until(client, first, lambda told: told["lines_done"] == 2)
    assert (counts(told), told["state"]) == ((2, 0, 0, 0), "running")
    assert get(client, second)["state"] == "queued"
    assert client.post("/v1/ask", json={"question": COST}).json()["short"] == "412 million euros"
    assert client.post("/v1/articles", json={"text": BAKERY}).status_code == 201
    held.release(10)
    assert counts(ended(client, first)) == (6, 0, 0, 0)
    assert counts(ended(client, second)) == (1, 0, 0, 0)
    newest = client.get("/v1/jobs", params={"limit": 1}).json()
    assert ([each["id"] for each in newest["jobs"]], newest["next_offset"]) == ([second["id"]], 1)


def test_a_job_that_is_stopped_keeps_what_it_has_stored(
    client: TestClient, held: threading.Semaphore, tmp_path: Path
) -> None:
    first, second = send(client, lines(6)), send(client, line(7))
    held.release()
    until(client, first, lambda told: told["lines_done"] == 2)
    stopped = client.delete(f"/v1/jobs/{second['id']}")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    threading.Timer(0.1, held.release).start()  # it waits in its second slice
    stopped = client.delete(f"/v1/jobs/{first['id']}")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    told = get(client, first)
    assert told["new"] == told["lines_done"] == len(client.get("/v1/articles").json()["articles"])
    assert client.delete(f"/v1/jobs/{first['id']}").json() == stopped.json()
    assert list((tmp_path / "data" / "jobs").iterdir()) == []
    held.release(10)
    assert ended(client, send(client, line(8)))["state"] == "done"


def test_a_job_goes_on_at_the_next_start(tmp_path: Path, held: threading.Semaphore) -> None:
    data = tmp_path / "data"
    with service(data) as client:
        job, other = send(client, lines(7)), send(client, line(8))
        held.release()
        until(client, job, lambda told: told["lines_done"] == 2)
        threading.Timer(0.1, held.release).start()  # the end finds it in its second slice
    (data / "jobs" / "left.part").write_bytes(b"{}")
    (data / "jobs" / "left.jsonl").write_bytes(b"{}")
    held.release(10)
    with service(data) as client:
        told = ended(client, job)
        assert (told["state"], told["lines_done"]) == ("done", 7)
        assert counts(told) == (7, 0, 0, 0)
        assert ended(client, other)["new"] == 1
        assert len(client.get("/v1/articles").json()["articles"]) == 8
    assert list((data / "jobs").iterdir()) == []


def test_a_job_goes_to_its_collection(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    with service(data, collections={"other": other}) as client:
        job = ended(client, send(client, line(1), collection="other"))
        assert (job["collection"], job["new"]) == ("other", 1)
        assert client.get("/v1/articles").json()["articles"] == []
        asked = client.get("/v1/articles", params={"collection": "other"})
        assert len(asked.json()["articles"]) == 1
        missing = client.post(
            "/v1/jobs", content=line(1), headers=NDJSON, params={"collection": "none"}
        )
        assert "Nothing was done" in problem(missing, 404)


def test_a_job_whose_collection_is_gone_fails(tmp_path: Path, held: threading.Semaphore) -> None:
    data = tmp_path / "data"
    with service(data, collections={"other": tmp_path / "other"}) as client:
        job = send(client, lines(3), collection="other")
        held.release()
        until(client, job, lambda told: told["lines_done"] == 2)
        threading.Timer(0.1, held.release).start()
    with service(data) as client:
        told = ended(client, job)
        assert (told["state"], told["new"]) == ("failed", 2)
        assert "no collection 'other'" in told["reason"]
        assert "What was stored before stays" in told["reason"]


def test_a_job_that_ends_the_service_over_and_over_is_given_up(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with service(data) as client:
        records = client.app.state.records  # type: ignore[attr-defined]
        (data / "jobs" / "0123.jsonl").write_text(line(1))
        job_records.add(records, "0123", collection="dateline", lines=1)
        for _ in range(job_runner.MOST_TRIES):
            job_records.begin(records, "0123")
    with service(data) as client:
        told = ended(client, {"id": "0123"})
        assert told["state"] == "failed"
        assert "was killed 5 times" in told["reason"]
        assert counts(ended(client, send(client, line(1)))) == (1, 0, 0, 0)


def test_an_embedder_that_is_away_is_waited_for_and_a_fault_ends_the_job(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(job_runner, "_EMBEDDER_SECONDS", (0.01, 0.01, 0.0))
    real, trouble = job_runner.ingest, [EmbedError("It is away.", retryable=True)]

    def troubled(*args: Any, **more: Any) -> Any:
        if trouble:
            raise trouble.pop()
        return real(*args, **more)

    monkeypatch.setattr(job_runner, "ingest", troubled)
    assert ended(client, send(client, line(1)))["state"] == "done"
    trouble += [EmbedError("It is away.", retryable=True)] * 3
    told = ended(client, send(client, line(2)))
    assert (told["state"], told["reason"].startswith("It is away. ")) == ("failed", True)
    trouble += [ZeroDivisionError("secret")]  # type: ignore[list-item]
    told = ended(client, send(client, line(2)))
    assert (told["state"], "secret" in told["reason"]) == ("failed", False)
    assert "ZeroDivisionError" in caplog.text
    assert ended(client, send(client, line(2)))["state"] == "done"


def test_old_jobs_are_forgotten_with_their_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(tmp_path) as client:
        job = send(client, "{}\n")
        ended(client, job)
    monkeypatch.setattr(job_records, "KEPT_DAYS", -1)
    with service(tmp_path) as client:
        gone = f"/v1/jobs/{job['id']}"
        tick = threading.Event()
        for _ in range(WAITS_SECONDS * 50):
            if client.get(gone).status_code == 404:
                break
            tick.wait(0.02)
        for response in (client.get(gone), client.get(f"{gone}/failures"), client.delete(gone)):
            assert "GET /v1/jobs lists" in problem(response, 404)


# -- what is wrong


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", NDJSON, 422),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"{}", {}, 415),
        (b"{}", NDJSON | {"content-encoding": "gzip"}, 415),
    ],
)
def test_what_cannot_be_a_job_is_refused(
    client: TestClient, body: bytes, headers: dict[str, str], status: int
) -> None:
    response = client.post("/v1/jobs", content=body, headers=headers)
    assert "Nothing was stored" in problem(response, status)
    assert client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize("body", [b"\n\n", b"\xff\xfe\0\n\0", b"[" * 100_000, b'"\\ud800"\n' * 3])
def test_lines_that_are_no_articles_are_only_that(client: TestClient, body: bytes) -> None:
    told = ended(client, send(client, body))
    assert told["state"] == "done"
    assert told["lines_done"] == told["lines"]
    assert told["new"] == 0


def test_a_job_may_be_larger_than_other_requests_but_not_endless(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    large = b" " * (limits.LARGEST_BODY + 1) + line(1).encode()
    assert ended(client, send(client, large))["new"] == 1
    monkeypatch.setattr(limits, "LARGEST_JOB", 3_000_000)
    told = problem(client.post("/v1/jobs", content=large, headers=NDJSON), 413)
    assert "3 MB" in told
    pieces = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    assert problem(client.post("/v1/jobs", content=pieces, headers=NDJSON), 413) == told
    assert list((tmp_path / "data" / "jobs").iterdir()) == []
    problem(client.post("/v1/articles", content=large, headers=NDJSON), 413)


def test_too_many_jobs_are_refused_until_one_is_done(
    client: TestClient, held: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_UNFINISHED", 2)
    first, second = send(client, line(1)), send(client, line(2))
    refused = client.post("/v1/jobs", content=line(3), headers=NDJSON)
    assert "Nothing was stored" in problem(refused, 429)
    assert int(refused.headers["retry-after"]) > 0
    held.release(10)
    ended(client, first)
    ended(client, second)
    send(client, line(3))


# -- killed


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.torture)])
def test_kills_lose_no_line_and_store_none_twice(tmp_path: Path, kills: int) -> None:
    data, count, rng = tmp_path / "data", max(8 * kills, 70), random.Random(kills)
    records = open_records(data)
    runner = JobRunner(records, {}, data)
    runner.folder.mkdir()
    part = runner.file("job").with_suffix(".part")
    part.write_text(lines(count) + "{}\n", encoding="utf-8")
    runner.add("job", part, collection="dateline", lines=count + 1)
    done = 0
    for turn in range(kills + 1):
        mine, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=work, args=(data, theirs))
        process.start()
        assert mine.poll(WAITS_SECONDS)
        assert mine.recv() == "ready"
        # Most are killed at work at once, some as soon as they have got on.
        process.join(rng.uniform(0, 0.5))
        began = time.monotonic()
        while turn == kills or (turn % 2 and job_records.get(records, "job").lines_done <= done):
            if job_records.get(records, "job").finished:
                break
            assert time.monotonic() - began < 2 * WAITS_SECONDS, "it hangs"
            process.join(0.01)
        assert process.exitcode is None
        process.kill()
        process.join()
        process.close()
        now = job_records.get(records, "job")
        assert now.lines_done >= done
        done = now.lines_done
    assert (now.state, now.lines_done, now.failed) == ("done", count + 1, 1)
    assert now.new + now.unchanged == count
    assert [each.line for each in now.failures] == [count + 1]
    records.dispose()
    with open_engine(load(data=data)) as engine:
        stored = [each.url for each in engine.library.newest(limit=count + 1)]
        assert engine.audit().sound
    assert sorted(map(str, stored)) == sorted(
        f"https://county.example/{n}" for n in range(1, count + 1)
    )
