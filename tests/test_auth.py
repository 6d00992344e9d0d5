"""Who is let in: every route with no key, a wrong one, too small a scope, and the right one."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response
from pages_of_news import BRIDGE, COST
from processes import free_port, ran, started
from sqlalchemy import Engine

from api import keys
from api.app import create_app
from api.keys import SCOPES, Scope
from api.records import open_records
from api.schemas import INTERNAL
from api.serve import serve
from rag.errors import BadInput
from rag.settings import load

OPEN = {"/openapi.json", "/docs", "/healthz", "/livez", "/readyz", "/", "/articles/{article_id}"}
"""What needs no key: how the service is used and whether it is well, and the web page, which holds
nothing of the library.
"""

FILES = "/page"
"""The folder of the web page's files, which need none either."""

OPENAIS = ("/v1/models", "/v1/chat/")
"""Routes that tell errors in OpenAI's form."""

ASKS = {"/v1/ask", "/v1/search", "/v1/chat/completions", "/mcp"}
"""What is sent to, but changes nothing."""

SCOPED: dict[tuple[str, str], Scope] = {
    ("GET", "/metrics"): "admin",
    ("GET", "/v1/feedback"): "admin",
    ("POST", "/v1/feedback"): "ask",
    ("GET", "/v1/jobs"): "ingest",
    ("GET", "/v1/jobs/{job_id}"): "ingest",
    ("GET", "/v1/jobs/{job_id}/failures"): "ingest",
}
"""Whose scope is another than its method says."""

WRONG = "dl_" + "A" * 43


@contextmanager
def recorded(data: Path) -> Iterator[Engine]:
    """The records, as another process than the service's opens them."""
    records = open_records(data)
    yield records
    records.dispose()


class Route(NamedTuple):
    """One method of one path."""

    method: str
    path: str

    @property
    def scope(self) -> Scope | None:
        if self.path in OPEN:
            return None
        if scope := SCOPED.get((self.method, self.path)):
            return scope
        return "ask" if self.method in ("GET", "HEAD") or self.path in ASKS else "ingest"


def routes(app: FastAPI) -> list[Route]:
    """Every route of the service; whatever is mounted as its path and one below."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = getattr(route, "path", None)
        assert path is not None, f"{route} has no path, so who may use it is not known"
        methods = getattr(route, "methods", None) or {"GET", "POST"}
        found += [Route(method, path) for method in methods]
    return sorted(set(found))


ALL = [
    route
    for route in routes(create_app(load()))
    if not route.path.startswith(INTERNAL) and route.path != FILES
]


class Guarded(NamedTuple):
    """A service with keys: of each scope one, by scope."""

    client: TestClient
    secrets: dict[Scope, str]

    def send(self, route: Route, key: str | None) -> Response:
        headers = {b"authorization": f"Bearer {key}".encode("latin-1")} if key else {}
        return self.client.request(route.method, route.path, headers=headers)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    app = create_app(load(data=tmp_path_factory.mktemp("guarded")))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Guarded(client, {s: keys.create(app.state.records, s)[1] for s in SCOPES})


@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_every_route_asks_for_its_scope(guarded: Guarded, route: Route) -> None:
    if route.scope is None:
        assert guarded.send(route, None).status_code == 200
        assert guarded.send(route, WRONG).status_code == 200
        return
    for key in (None, WRONG, guarded.secrets["admin"][:-1], "\xe9"):
        refused = guarded.send(route, key)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        form = "json" if route.path.startswith(OPENAIS) else "problem+json"
        assert refused.headers["content-type"] == f"application/{form}"
    least = SCOPES.index(route.scope)
    for scope in SCOPES[:least]:
        assert guarded.send(route, guarded.secrets[scope]).status_code == 403
    for scope in SCOPES[least:]:
        assert guarded.send(route, guarded.secrets[scope]).status_code not in (401, 403, 500)


def test_there_are_routes_to_test() -> None:
    assert {"/v1/ask", "/v1/articles/{article_id}"} <= {route.path for route in ALL}
    assert {route.scope for route in ALL} >= {None, "ask", "ingest"}


@pytest.mark.parametrize("path", ["ingest/x", "delete/x", "rebuild/x", "stop/x"])
def test_the_routes_for_commands_take_no_key(guarded: Guarded, path: str) -> None:
    for key in (None, WRONG, guarded.secrets["admin"]):
        assert guarded.send(Route("POST", f"{INTERNAL}/{path}"), key).status_code == 404


@pytest.mark.parametrize(
    "sent", ["Basic ZGw6ZGw=", "Bearer", "Bearer ", "Token {}", "{}", "Bearer {}{}", "Bearer {} x"]
)
def test_a_key_is_a_bearer_token(guarded: Guarded, sent: str) -> None:
    headers = {"authorization": sent.replace("{}", guarded.secrets["admin"])}
    assert guarded.client.get("/v1/articles", headers=headers).status_code == 401
    for scheme in ("bearer", "BEARER"):
        headers = {"authorization": f"{scheme} {guarded.secrets['ask']}"}
        assert guarded.client.get("/v1/articles", headers=headers).status_code == 200


def test_what_there_is_is_told_only_with_a_key(guarded: Guarded) -> None:
    health = Route("GET", "/healthz")
    for key in (None, WRONG):
        assert guarded.send(health, key).json() == {"status": "ready"}
    assert guarded.send(health, guarded.secrets["ask"]).json()["articles"] == 0


def test_without_any_key_a_loopback_address_is_open(tmp_path: Path) -> None:
    app = create_app(load(data=tmp_path))
    with TestClient(app) as client:
        assert client.post("/v1/articles", json={"text": BRIDGE}).status_code == 201
        # As OpenAI's clients do, which have to be given a key.
        headers = {"authorization": "Bearer none"}
        assert client.post("/v1/ask", json={"question": COST}, headers=headers).is_success
        key, _ = keys.create(app.state.records, "ask")
        assert client.get("/v1/articles").status_code == 401
        keys.revoke(app.state.records, key.id)
        assert client.get("/v1/articles").status_code == 401, "not open again"


@pytest.mark.parametrize("address", ["10.0.0.7", "0.0.0.0", "fe80::1%eth0", "2001:db8::1"])
def test_without_any_key_another_address_is_not_open(tmp_path: Path, address: str) -> None:
    app = create_app(load(data=tmp_path))
    base_url = f"http://[{address.partition('%')[0]}]" if ":" in address else f"http://{address}"
    with TestClient(app, base_url=base_url) as client:
        assert client.get("/v1/articles").status_code == 401
        assert client.get("/livez").status_code == 200
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        assert client.get("/v1/articles").status_code == 200


def test_keys_are_told_nowhere(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = guarded.client.get("/openapi.json").text
    described = json.loads(told)
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for route in ALL:
        if route.scope and (item := described["paths"].get(route.path)):
            assert item[route.method.lower()]["security"] == [{"key": []}]
    for key in (*guarded.secrets.values(), WRONG):
        for route in (Route("GET", "/v1/articles"), Route("DELETE", "/v1/articles/x"), ALL[-1]):
            reply = guarded.send(route, key)
            told += reply.text + str(reply.headers)
        told += guarded.client.get("/v1/articles", params={"publisher": key, "limit": "x"}).text
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("httpx")]
    told += "".join([*ours, *capfd.readouterr()])
    for key in (*guarded.secrets.values(), WRONG):
        assert key.removeprefix("dl_") not in told


def test_other_machines_are_served_only_with_a_key(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with pytest.raises(BadInput, match="dateline keys create --scope ask"):
        serve(load(data=data, host="0.0.0.0", port=port), say=pytest.fail)
    with recorded(data) as records:
        revoked, _ = keys.create(records, "admin")
        keys.revoke(records, revoked.id)
        with pytest.raises(BadInput, match="dateline keys create --scope ask"):
            serve(load(data=data, host="0.0.0.0", port=port), say=pytest.fail)
        key, secret = keys.create(records, "ask")
        page = tmp_path / "bridge.txt"
        page.write_text(BRIDGE, encoding="utf-8")
        with (
            started(data, port, "--host", "0.0.0.0"),
            httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):
            assert client.get("/v1/articles").status_code == 401
            # A command on this machine finds it all the same.
            assert ran(data, "ingest", page).returncode == 0
            headers = {"authorization": f"Bearer {secret}"}
            assert len(client.get("/v1/articles", headers=headers).json()["articles"]) == 1
            keys.revoke(records, key.id)
            assert client.get("/v1/articles", headers=headers).status_code == 401, "at once"
