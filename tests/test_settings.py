"""Settings from the environment, from .env and from options; .env.example names them all."""

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, load

NAMES = {
    str(field.validation_alias or f"DATELINE_{name.upper()}")
    for name, field in Settings.model_fields.items()
}
EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working folder, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_options_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load().data == Path("data")
    Path(".env").write_text("DATELINE_DATA=from-file\nDATELINE_PORT=8001\nOTHER=1\n")
    assert load().data == Path("from-file")
    monkeypatch.setenv("DATELINE_DATA", "from-environment")
    assert load(data=None).data == Path("from-environment")
    assert load(data=Path("from-option")).data == Path("from-option")
    assert load().port == 8001


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CHROMA_URL", "")
    monkeypatch.setenv("DATELINE_PORT", "")
    assert load() == Settings()


def test_white_space_around_a_value_is_not_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, " 1000\t\r\n")
    monkeypatch.setenv("DATELINE_ALLOW_URLS", " true\n")
    monkeypatch.setenv("DATELINE_PUBLIC_URL", " https://news.example\n")
    monkeypatch.setenv("DATELINE_KEEP_ANSWERS", " false\n")
    monkeypatch.setenv("DATELINE_COLLECTIONS", " news = n ,other=o\n")
    monkeypatch.setenv("DATELINE_ALLOWED_HOSTS", " a.example ,b.example\n")
    monkeypatch.setenv("DATELINE_LOG", " json\n")
    settings = load()
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.log == "json"
    assert settings.collections == {"news": Path("n"), "other": Path("o")}
    assert (settings.model, settings.base_url, settings.host) == ("1000", "1000", "1000")
    assert (settings.data, settings.port, settings.deadline) == (Path("1000"), 1000, 1000)
    assert settings.public_url == "https://news.example"
    assert (settings.allow_urls, settings.keep_answers) == (True, False)
    for key in (settings.api_key, settings.embed_api_key, settings.openai_api_key):
        assert key is not None
        assert key.get_secret_value() == "1000"
    assert load(data=Path("a folder ")).data == Path("a folder ")
    assert load(host="").host == "", "which `dateline serve` refuses"


@pytest.mark.parametrize("given", ["news", "a=1,a=2", "News=n", "=n", "news=", "dateline=n"])
def test_collections_that_cannot_be_named_are_told(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_COLLECTIONS", given)
    with pytest.raises(SettingsError, match="DATELINE_COLLECTIONS"):
        load()


def test_white_space_alone_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "  \n")
    assert load() == Settings(_env_file=None)
    assert load().model is None
    for name in NAMES:
        monkeypatch.delenv(name)
    assert load() == Settings(_env_file=None)


@pytest.mark.parametrize("port", ["0", "65536", "http", "8000.5"])
def test_a_value_that_cannot_work_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("DATELINE_PORT", port)
    with pytest.raises(SettingsError, match=f"DATELINE_PORT cannot be '{port}'") as told:
        load()
    assert "\n" not in str(told.value)


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_EMBED_API_KEY", "sk-secret")
    settings = load()
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.embed_api_key is not None
    assert settings.embed_api_key.get_secret_value() == "sk-secret"


def test_the_example_names_every_setting_with_its_default() -> None:
    lines = [line[1:] for line in EXAMPLE.read_text().splitlines() if line.startswith("#")]
    shown = [line for line in lines if line.partition("=")[0] in NAMES]
    assert sorted(line.partition("=")[0] for line in shown) == sorted(NAMES)
    Path(".env").write_text("\n".join(shown))
    assert load() == Settings(_env_file=None)


def test_an_env_file_in_another_encoding_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("DATELINE_DATA=Bücher".encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load()
