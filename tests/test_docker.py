"""The Dockerfile and compose.yaml are held against the code: no docker engine is needed."""

import fnmatch
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from api.app import create_app
from api.cli import app
from rag.settings import Settings, load

ROOT = Path(__file__).parent.parent
SETTINGS = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}


def instructions() -> Iterator[tuple[int, str, str]]:
    """The instructions of the Dockerfile: stage, from 0 on, name and what follows."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    whole = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    stage = -1
    for line in filter(None, whole.splitlines()):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        yield stage, name, " ".join(rest.split())


def said(name: str) -> list[str]:
    """What the instructions of this name in the last stage say."""
    found = list(instructions())
    last = found[-1][0]
    return [rest for stage, each, rest in found if (stage, each) == (last, name)]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in said("ENV") for pair in shlex.split(rest))


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return content


def pins(name: str) -> dict[str, set[str]]:
    """What a lock pins, with the hashes of each."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {
        entry.split("\\")[0].strip(): set(re.findall(r"sha256:[0-9a-f]{64}", entry))
        for entry in entries
    }


def test_what_is_copied_is_there_and_reaches_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for _, name, rest in instructions()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert all((ROOT / source).exists() for source in copied)
    assert let_in == copied
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = built["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == {each for each in copied if any(fnmatch.filter([each], p) for p in patterns)}


def test_the_last_stage_is_no_root_and_builds_nothing() -> None:
    assert said("USER") == ["10001:10001"]
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert said("VOLUME") == [environment()["DATELINE_DATA"]] == ["/data"]
    assert not any(re.search(r"\b(?:pip|apt|apt-get|setuptools)\b", rest) for rest in said("RUN"))
    assert said("COPY") == ["--from=build /opt/dateline /opt/dateline"]
    assert all("--require-hashes" in part for part in installs() if "-r " in part)


def installs() -> list[str]:
    runs = [rest for _, name, rest in instructions() if name == "RUN"]
    found = [
        part for rest in runs for part in rest.split("&&") if re.search(r"pip .*install", part)
    ]
    assert len(found) == 3
    return found


def test_its_commands_and_settings_are_those_of_the_code() -> None:
    (entry,), (command,) = said("ENTRYPOINT"), said("CMD")
    assert yaml.safe_load(entry) == ["dateline"]
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert yaml.safe_load(command) == ["serve"]
    assert "serve" in known
    named = {name for name in environment() if name.startswith("DATELINE_")}
    assert named <= SETTINGS
    given = {name.removeprefix("DATELINE_").lower(): environment()[name] for name in named}
    assert load(**given).host == "0.0.0.0"
    assert said("EXPOSE") == [given["port"]]
    for file in ("Dockerfile", "compose.yaml"):
        comment = (ROOT / file).read_text(encoding="utf-8")
        (scope,) = re.findall(r"dateline keys create --scope (\w+)", comment)
        assert "create" in known["keys"].commands
        assert scope in ("ask", "ingest", "admin")


def test_the_health_check_asks_a_route_that_needs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (check,) = said("HEALTHCHECK")
    kind, python, flag, code = (part for part in _command(check))
    assert (kind, python, flag) == ("CMD", "python", "-c")
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: asked.append(url))
    monkeypatch.setenv("DATELINE_PORT", environment()["DATELINE_PORT"])
    exec(compile(code, "HEALTHCHECK", "exec"), {})
    assert asked == ["http://127.0.0.1:8000/livez"]
    routes = create_app(load(data=tmp_path)).openapi()["paths"]
    assert "401" not in routes["/livez"]["get"]["responses"]


def _command(check: str) -> list[str]:
    """``CMD`` and the command of a health check."""
    words = check.partition("CMD ")[2]
    return ["CMD", *yaml.safe_load(words)]


def test_the_runtime_lock_is_the_lock_without_what_only_developers_need() -> None:
    whole, runtime = pins("requirements.lock"), pins("runtime.lock")
    assert len(runtime) > 50
    assert all(hashes and hashes == whole[pin] for pin, hashes in runtime.items())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"==", pin)[0] for pin in runtime}
    for each in project["dependencies"]:
        assert _name(each) in names, each
    # What a dependency needs too may stay.
    for each in ("pytest", "mypy", "ruff", "playwright", "schemathesis", "setuptools"):
        assert each in {_name(given) for given in project["optional-dependencies"]["dev"]}
        assert each not in names


def _name(requirement: str) -> str:
    return re.split(r"[<>=\[; ]", requirement)[0].replace("_", "-").lower()


def test_compose_fits_the_settings_and_itself() -> None:
    content = compose()
    services = content["services"]
    assert services.keys() == {"dateline", "chroma", "ollama"}
    mounted = {volume.split(":")[0] for each in services.values() for volume in each["volumes"]}
    assert mounted == content["volumes"].keys()
    ours = services["dateline"]
    assert ours["environment"].keys() <= SETTINGS
    chroma = re.fullmatch(r"http://(\w+):8000", ours["environment"]["DATELINE_CHROMA_URL"])
    assert chroma is not None
    assert chroma[1] in services
    assert ours["depends_on"] == ["chroma"]
    assert ours["read_only"] is True
    assert ours["tmpfs"] == ["/tmp"]
    assert ours["cap_drop"] == ["ALL"]
    # From other machines neither is reached.
    assert ours["ports"] == ["127.0.0.1:8000:8000"]
    assert all("ports" not in services[name] for name in ("chroma", "ollama"))
    assert services["ollama"]["profiles"] == ["ollama"]
    (pinned,) = [pin for pin in pins("runtime.lock") if pin.startswith("chromadb==")]
    assert services["chroma"]["image"] == f"chromadb/chroma:{pinned.partition('==')[2]}"
