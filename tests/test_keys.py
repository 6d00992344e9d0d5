"""`dateline keys`: made once, listed without the key, revoked for good."""

import json
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from api import cli, keys
from api.records import FILE, open_records


@pytest.fixture
def said(data: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a command that must end with a code; what it said on stdout and stderr."""

    def run(*args: str, code: int = 0) -> tuple[str, str]:
        assert cli.main(["--data", str(data), "keys", *args]) == code
        return tuple(capsys.readouterr())

    return run


def test_a_key_is_printed_once_and_stored_as_a_hash(said, data: Path) -> None:
    out, err = said("create", "--scope", "ask", "--name", "Web page")
    secret = out.strip()
    assert re.fullmatch(r"dl_[A-Za-z0-9_-]{43}", secret)
    assert "not shown again" in err
    listed, _ = said("list")
    assert re.fullmatch(r"\w{8}  ask     \d{4}-\d\d-\d\d  valid +  Web page\n", listed)
    assert listed.split()[0] in err
    stored = b"".join(path.read_bytes() for path in data.glob(f"{FILE}*"))
    assert secret.encode() not in stored
    assert secret.removeprefix(keys.PREFIX).encode() not in stored


def test_a_revoked_key_is_listed_and_found_no_more(said, data: Path) -> None:
    made = json.loads(said("create", "--scope", "ingest", "--json")[0])
    records = open_records(data)
    found = keys.find(records, made["key"])
    assert found is not None
    assert (found.id, found.scope, found.name) == (made["id"], "ingest", None)
    assert said("revoke", made["id"])[0] == f"revoked · {made['id']} · ingest · -\n"
    assert keys.find(records, made["key"]) is None
    (listed,) = json.loads(said("list", "--json")[0])
    assert "key" not in listed
    said("revoke", made["id"])
    assert json.loads(said("list", "--json")[0]) == [listed], "revoked once"
    assert keys.any_made(records)
    assert not keys.any_valid(records)
    records.dispose()


def test_what_is_no_key_is_not_found(said, data: Path) -> None:
    secret = said("create", "--scope", "admin")[0].strip()
    records = open_records(data)
    for wrong in ("", "dl_", secret[:-1], secret + "A", secret.swapcase(), "\ud800", "é", "' or 1"):
        assert keys.find(records, wrong) is None
    assert keys.find(records, secret) is not None
    records.dispose()


def test_scopes_hold_those_before_them(said, data: Path) -> None:
    records = open_records(data)
    allowed = {
        scope: [asked for asked in keys.SCOPES if keys.create(records, scope)[0].allows(asked)]
        for scope in keys.SCOPES
    }
    records.dispose()
    assert allowed == {
        "ask": ["ask"],
        "ingest": ["ask", "ingest"],
        "admin": ["ask", "ingest", "admin"],
    }


def test_bad_commands_change_nothing(said, data: Path) -> None:
    assert said("list")[0] == "No keys. `dateline keys create --scope ask` makes one.\n"
    for args in (
        ("create",),
        ("create", "--scope", "read"),
        ("create", "--scope", "ask", "--name", "x" * 101),
        ("create", "--scope", "ask", "--name", "two\nlines"),
        ("revoke", "nothing"),
    ):
        out, err = said(*args, code=2)
        assert out == ""
        assert err.startswith("dateline: ")
        assert err.count("\n") == 1
    assert json.loads(said("list", "--json")[0]) == []


def test_the_records_hold_no_more_than_they_should(said, data: Path) -> None:
    said("create", "--scope", "ask", "--name", "One")
    with sqlite3.connect(data / FILE) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(keys)")]
    connection.close()
    assert columns == ["id", "hash", "scope", "name", "created", "revoked"]
    assert not (data / FILE).stat().st_mode & stat.S_IWOTH
