"""What Prometheus reads of a service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE, COST
from prometheus_client.parser import text_string_to_metric_families
from raw_server import raw_server, whole

from api.app import create_app
from evals.bench.scripted_model import NAME
from rag.settings import load

Values = dict[tuple[str, ...], float]


@pytest.fixture
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load(data=data))) as client:
        yield client


def read(client: TestClient) -> dict[str, Values]:
    """The values by the name of the metric and its labels: method, route, status."""
    reply = client.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=")
    found: dict[str, Values] = {}
    for family in text_string_to_metric_families(reply.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[
                tuple(value for _, value in sorted(sample.labels.items()))
            ] = sample.value
    return found


def test_requests_answers_and_sizes_are_counted(client: TestClient) -> None:
    for text in (BRIDGE, BAKERY):
        client.post("/v1/articles", json={"text": text})
    assert client.post("/v1/ask", json={"question": COST}).json()["status"] == "answered"
    client.post("/v1/ask", json={"question": COST}, headers={"accept": "text/event-stream"})
    client.post("/v1/ask", json={"question": "Who is the mayor of Quorn?"})
    client.post("/v1/ask", json={})
    for path in ("/nothing", "/v1/articles/a", "/v1/articles/b"):
        client.get(path)
    found = read(client)
    requests = found["dateline_requests_total"]
    assert requests["POST", "/v1/articles", "201"] == 2
    assert requests["POST", "/v1/ask", "200"] == 3
    assert requests["POST", "/v1/ask", "422"] == 1
    assert requests["GET", "-", "404"] == 1
    assert requests["GET", "/v1/articles/{article_id}", "404"] == 2
    assert found["dateline_answers_total"] == {("answered",): 2, ("not_found",): 1}
    assert found["dateline_request_seconds_count"]["/v1/ask",] == 4
    assert found["dateline_request_seconds_sum"]["/v1/ask",] > 0
    assert found["dateline_articles"] == {("dateline",): 2}
    assert found["dateline_passages"]["dateline",] >= 2
    assert found["dateline_pending"]["dateline",] == 0
    for name in ("asking", "waiting"):
        assert found[f"dateline_questions_{name}"] == {(): 0}
    assert found["dateline_questions_places"] == {(): 2}
    assert found["dateline_questions_refused_total"] == {(): 0}


def test_each_service_counts_for_itself(client: TestClient, tmp_path: Path) -> None:
    client.get("/v1/articles")
    with TestClient(create_app(load(data=tmp_path / "other"))) as other:
        assert "dateline_requests_total" not in read(other)
        assert read(other)["dateline_requests_total"] == {("GET", "/metrics", "200"): 1}
    assert read(client)["dateline_requests_total"]["GET", "/v1/articles", "200"] == 1


def test_made_up_paths_and_methods_make_no_new_series(client: TestClient) -> None:
    for number in range(20):
        client.get(f"/made/up/{number}")
        client.request(f"MADE{number}", "/v1/articles")
        client.get(f"/v1/articles/{number}")
    assert len(read(client)["dateline_requests_total"]) == 3


def test_failures_of_a_model_are_counted_by_their_code(data: Path) -> None:
    with TestClient(create_app(load(data=data))) as client:
        client.post("/v1/articles", json={"text": BRIDGE})
    refusal = whole(b'{"error": {"message": "no"}}', status=401)
    with raw_server([refusal]) as model:
        settings = load(data=data, model=NAME, base_url=model.base_url)
        with TestClient(create_app(settings)) as client:
            for accept in ("application/json", "text/event-stream"):
                client.post("/v1/ask", json={"question": COST}, headers={"accept": accept})
            assert read(client)["dateline_model_failures_total"] == {("upstream_auth",): 2}
            assert "dateline_answers_total" not in read(client)
