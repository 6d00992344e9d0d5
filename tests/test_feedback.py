"""What is said of answers: kept over HTTP, and made into drafts of cases."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx2 import Response
from pages_of_news import BRIDGE, COST
from sqlalchemy import text

from api import answers
from api.app import create_app
from api.cli import main
from evals.cases import BadCase, load
from evals.drafts import Draft, as_yaml
from rag.schema import changing
from rag.settings import load as settings

NOWHERE = "What did the mayor of Atlantis say?"


@contextmanager
def service(data: Path, **given: Any) -> Iterator[TestClient]:
    app = create_app(settings(data=data, **given))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with an article."""
    with service(tmp_path_factory.mktemp("feedback") / "data") as client:
        assert client.post("/v1/articles", json={"text": BRIDGE}).status_code == 201
        yield client


@pytest.fixture
def data(client: TestClient) -> Path:
    """Its data folder, without feedback."""
    with changing(client.app.state.records) as connection:  # type: ignore[attr-defined]
        connection.execute(text("DELETE FROM feedback"))
    folder: Path = client.app.state.engines["dateline"].library.folder  # type: ignore[attr-defined]
    return folder


def asked(client: TestClient, question: str = COST) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/ask", json={"question": question}).json()
    return answer


def say(client: TestClient, answer: dict[str, Any], rating: str, **more: str) -> Response:
    given = {"trace_id": answer["trace_id"], "rating": rating} | more
    response: Response = client.post("/v1/feedback", json=given)
    return response


def problem(response: Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    return detail


def test_feedback_is_kept_with_the_answer_it_is_about(client: TestClient, data: Path) -> None:
    good, bad = asked(client), asked(client, NOWHERE)
    assert say(client, good, "up").status_code == 201
    given = say(client, bad, "down", note="It is in the paper.", expected="Nothing.")
    assert given.status_code == 201
    listed = client.get("/v1/feedback").json()
    assert [each["rating"] for each in listed["feedback"]] == ["down", "up"]
    newest, oldest = listed["feedback"]
    assert newest == given.json()
    assert (newest["note"], newest["expected"]) == ("It is in the paper.", "Nothing.")
    kept = oldest["answer"]
    assert {name: kept[name] for name in ("trace_id", "question", "status", "text")} == {
        name: good[name] for name in ("trace_id", "question", "status", "text")
    }
    assert kept["collection"] == "dateline"
    assert {each["id"] for each in kept["cited"]} == {c["article_id"] for c in good["citations"]}
    first = client.get("/v1/feedback", params={"limit": 1}).json()
    assert (first["feedback"], first["next_offset"]) == ([newest], 1)


def test_a_second_opinion_takes_the_place_of_the_first(client: TestClient, data: Path) -> None:
    answer = asked(client)
    assert say(client, answer, "down", note="Wrong.").status_code == 201
    assert say(client, answer, "up").status_code == 200
    (only,) = client.get("/v1/feedback").json()["feedback"]
    assert (only["rating"], only["note"]) == ("up", None)


def test_answers_outlive_the_service_and_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 2)
    with service(tmp_path) as client:
        first, second, third = (asked(client, NOWHERE) for _ in range(3))
    with service(tmp_path) as client:
        assert "kept for 30 days" in problem(say(client, first, "up"), 404)
        assert say(client, second, "up").status_code == 201
        assert say(client, third, "up").status_code == 201
    monkeypatch.setattr(answers, "KEPT_DAYS", -1)
    with service(tmp_path) as client:
        problem(say(client, third, "down"), 404)
        assert len(client.get("/v1/feedback").json()["feedback"]) == 2


def test_no_answer_is_kept_when_none_is_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with service(tmp_path) as client:
        before = asked(client, NOWHERE)
    monkeypatch.setenv("DATELINE_KEEP_ANSWERS", "false")
    with service(tmp_path) as client, caplog.at_level(logging.DEBUG):
        for answer in (before, asked(client, NOWHERE)):
            assert "DATELINE_KEEP_ANSWERS" in problem(say(client, answer, "up"), 404)
    files = (path.read_bytes() for path in tmp_path.glob("service.sqlite3*"))
    assert not any(before["trace_id"].encode() in content for content in files)
    assert "Atlantis" not in caplog.text


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object) -> object:
        raise answers.DatelineError("The disk is full.")

    monkeypatch.setattr(answers, "changing", full)
    answer = asked(client)
    assert answer["status"] == "answered"
    problem(say(client, answer, "up"), 404)
    assert "answers were not kept: The disk is full." in caplog.text
    assert "Saltmere" not in caplog.text
    monkeypatch.undo()
    assert say(client, asked(client), "up").status_code == 201


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"trace_id": "", "rating": "up"},
        {"trace_id": "x", "rating": "fine"},
        {"trace_id": "x", "rating": "up", "note": "n" * 5_001},
        {"trace_id": "x" * 101, "rating": "up"},
        {"trace_id": "x", "rating": "up", "more": 1},
    ],
)
def test_bad_feedback_is_refused(client: TestClient, given: dict[str, object]) -> None:
    problem(client.post("/v1/feedback", json=given), 422)
    body = b'{"trace_id": "x", "rating": "up", "note": "\\ud800"}'
    headers = {"content-type": "application/json"}
    problem(client.post("/v1/feedback", content=body, headers=headers), 422)
    problem(client.post("/v1/feedback", json={"trace_id": "\0", "rating": "up"}), 404)


# -- drafts


def test_drafts_are_written_beside_the_service_and_are_no_cases_yet(
    client: TestClient, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = asked(client)
    say(client, answer, "down", note="Old figure.\naccept: [x]\n- id: fake", expected="500 million")
    file = tmp_path / "drafts.yaml"
    assert main(["--data", str(data), "feedback", "export", "--to", str(file)]) == 0
    told = capsys.readouterr().out
    assert f"1 drafts are in {file}." in told
    assert "dateline eval" in told
    written = file.read_text(encoding="utf-8")
    (draft,) = yaml.safe_load(written)["drafts"]
    assert draft["id"] == f"feedback-{answer['trace_id']}"
    assert (draft["question"], draft["accept"], draft["type"]) == (COST, [], None)
    comments = " ".join(line[2:] for line in written.splitlines() if line.startswith("# "))
    assert "Rated down" in comments
    assert "Note: Old figure. accept: [x] - id: fake" in comments
    assert "Expected: 500 million" in comments
    assert " ".join(answer["text"].split()) in comments
    assert answer["citations"][0]["title"] in comments
    # They cannot be asked as they are, or under the name of cases, or only filled in part.
    renamed = written.replace("drafts:", "cases:")
    for tried in (written, renamed, filled(renamed, accept="[]"), filled(renamed, split="")):
        file.write_text(tried, encoding="utf-8")
        with pytest.raises(BadCase):
            load([file])
    file.write_text(filled(renamed), encoding="utf-8")
    (case,) = load([file])
    assert (case.question, case.accept) == (COST, ("412 million euros",))
    assert main(["--data", str(data), "feedback", "export", "--to", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["--data", str(data), "feedback", "export", "--to", str(file), "--force"]) == 0


def filled(written: str, accept: str = "[412 million euros]", split: str = "dev") -> str:
    return (
        written.replace("type: null", "type: amount")
        .replace("accept: []", f"accept: {accept}")
        .replace("article: []", "article: bridge.txt")
        .replace("split: null", f"split: {split}")
    )


def test_without_records_there_is_nothing_to_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drafts.yaml"
    assert main(["--data", str(tmp_path / "none"), "feedback", "export", "--to", str(file)]) == 2
    assert "Nothing was written" in capsys.readouterr().err
    assert not file.exists()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("said", ["a\u2028b", "\ufffe\x85# x: [", "- {", "…" * 300, "\x1b[2J: é"])
def test_a_file_of_drafts_is_yaml_whatever_was_said(said: str) -> None:
    from datetime import date

    draft = Draft("id", said, "answered", said, [said], "up", said, said, date(2026, 5, 4))
    (read,) = yaml.safe_load(as_yaml([draft]))["drafts"]
    assert (read["question"], read["tags"]) == (said, ["feedback"])
    assert yaml.safe_load(as_yaml([]))["drafts"] == []
