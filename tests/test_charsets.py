"""The character set of an HTML page: what it and the server say, else a guess."""

import pytest

from rag.page import parse
from rag.sources import Source, is_html, read

FRENCH = f"<body><p>{'Le café du port coûte deux francs de plus, a dit le maire de Caux. ' * 4}</p>"
JAPANESE = (
    "<body><p>港の渡し船は六月から毎日運航すると市は月曜日に発表した。料金は三百円である。</p>"
)


def declaring(charset: str) -> str:
    return f"<html><head><meta charset={charset}></head>"


@pytest.mark.parametrize(
    ("content", "media_type", "word"),
    [
        (f"<html>{FRENCH}".encode("windows-1252"), None, "coûte"),
        (f"{declaring('ISO-8859-1')}“{FRENCH}”".encode("cp1252"), None, "“"),
        (f"<html>{FRENCH}".encode("utf-16"), None, "coûte"),
        (f"\ufeff{declaring('latin1')}{FRENCH}".encode(), None, "coûte"),
        (f"<html>{FRENCH}".encode("cp1250", "replace"), "text/html; charset=cp1250", "café"),
        (FRENCH.encode(), "text/html", "coûte"),
        (f"{declaring('utf-8')}{FRENCH}".encode() + b"\xff", None, "coûte"),
        (f"{declaring('no-such')}{FRENCH}".encode(), None, "coûte"),
        (f"{declaring('unicode_escape')}{FRENCH}".encode(), None, "coûte"),
        (f"{declaring('Shift_JIS')}{JAPANESE}".encode("cp932"), None, "渡し船"),
        (f"<html>{JAPANESE * 4}".encode("euc-jp"), None, "渡し船"),
    ],
)
def test_character_sets(content: bytes, media_type: str | None, word: str) -> None:
    source = Source(content=content, media_type=media_type)
    text = read(source)
    assert is_html(source, text)
    assert word in parse(text, html=True).text
