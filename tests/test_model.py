import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import openai
import pytest
import respx
from model_calls import (
    BASE,
    BOTH,
    KEY,
    MESSAGES,
    PROMPT,
    call,
    delta,
    error_reply,
    fails,
    quicken,
    reply,
    sent,
    sse,
)

from rag import errors, model, upstream
from rag.model import Model

SOON = {"retry-after": "0.01"}
HTML = httpx.Response(502, html="<html>Bad gateway</html>")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quicken(monkeypatch)


@pytest.fixture
def wire():
    """A server that is faked on the wire; anything not routed fails the test."""
    with respx.mock(using="httpcore2", base_url=BASE) as router:
        yield router.post("/chat/completions")


@BOTH
class TestRefused:
    @pytest.mark.parametrize(
        ("answer", "kind", "says"),
        [
            (error_reply(401), errors.ModelAuth, r"refused the key \(HTTP 401\).*DATELINE_API_KEY"),
            (error_reply(403), errors.ModelAuth, r"refused the key \(HTTP 403\)"),
            (error_reply(402), errors.ModelQuota, "quota is used up"),
            (error_reply(429, code="insufficient_quota"), errors.ModelQuota, "quota is used up"),
            (error_reply(429, type="insufficient_quota"), errors.ModelQuota, "quota is used up"),
            (error_reply(400), errors.ModelRejected, r"HTTP 400 \(It is wrong\.\).*DATELINE_MODEL"),
            (error_reply(404, "no\nmodel\x1b[31m"), errors.ModelRejected, r"404 \(no model\)"),
            (error_reply(413), errors.ModelRejected, "HTTP 413"),
            (error_reply(422), errors.ModelRejected, "HTTP 422"),
            (
                error_reply(400, "long " * 200),
                errors.ModelRejected,
                r"HTTP 400 \((long ){39}long\)",
            ),
            (
                httpx.Response(404, html="<p>Not here"),
                errors.ModelRejected,
                "HTTP 404[.]",
            ),
            (httpx.Response(404, text="no such page"), errors.ModelRejected, "(no such page)"),
            (httpx.Response(404, json={"error": "no model"}), errors.ModelRejected, "(no model)"),
            (
                httpx.Response(400, json=[{"error": "bad"}]),
                errors.ModelRejected,
                "(bad)",
            ),
            (
                httpx.Response(400, json={"error": {"message": {}}}),
                errors.ModelRejected,
                "HTTP 400[.]",
            ),
            (
                httpx.Response(400, json={"error": {"param": {}}}),
                errors.ModelRejected,
                "HTTP 400[.]",
            ),
            (
                httpx.Response(422, json={"detail": [{"loc": ["body", "n"], "msg": "bad"}]}),
                errors.ModelRejected,
                r"\(body\.n: bad\)",
            ),
        ],
    )
    def test_for_good(self, wire, streamed, answer, kind, says):
        wire.return_value = answer
        error = fails(kind, streamed=streamed)
        assert not error.retryable
        assert len(wire.calls) == 1
        with pytest.raises(errors.ModelError, match=says):
            raise error

    @pytest.mark.parametrize("quoted", [KEY, f"Wrong: {PROMPT}", f"key {KEY[:25]}.. is wrong"])
    def test_messages_that_quote_the_key_or_the_prompt_are_not_shown(self, wire, streamed, quoted):
        wire.return_value = error_reply(400, quoted)
        assert "HTTP 400. Nothing" in str(fails(errors.ModelRejected, streamed=streamed))

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (error_reply(429, headers=SOON), errors.ModelRateLimited),
            (error_reply(429, headers={"retry-after-ms": "10"}), errors.ModelRateLimited),
            (error_reply(408, headers=SOON), errors.ModelFailed),
            (error_reply(409, headers=SOON), errors.ModelFailed),
            (error_reply(500, headers=SOON), errors.ModelFailed),
            (error_reply(503, headers=SOON), errors.ModelFailed),
            (httpx.Response(502, html="<html>no</html>", headers=SOON), errors.ModelFailed),
        ],
    )
    def test_for_now_is_tried_again_twice(self, wire, streamed, answer, kind):
        wire.return_value = answer
        error = fails(kind, streamed=streamed)
        assert error.retryable
        assert error.retry_after == pytest.approx(0.01)
        assert len(wire.calls) == 3

    @pytest.mark.parametrize("answer", [error_reply(429), error_reply(500), HTML])
    def test_a_wait_past_the_deadline_is_not_begun(self, wire, monkeypatch, streamed, answer):
        monkeypatch.setattr(model, "FIRST_WAIT", 20)
        wire.return_value = answer
        kind = errors.ModelRateLimited if answer.status_code == 429 else errors.ModelFailed
        begun = time.monotonic()
        assert fails(kind, streamed=streamed).retry_after is None
        assert time.monotonic() - begun < 1
        assert len(wire.calls) == 1

    @pytest.mark.parametrize("wait", ["30", "http date", "1e12"])
    def test_a_long_retry_after_is_told(self, wire, streamed, wait):
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        header = date if wait == "http date" else wait
        wire.return_value = error_reply(429, headers={"retry-after": header})
        error = fails(errors.ModelRateLimited, streamed=streamed)
        assert error.retry_after >= 28
        assert f"try again in {error.retry_after + 0.5:.0f} s" in str(error) or wait == "http date"
        assert len(wire.calls) == 1

    def test_a_second_try_may_do(self, wire, streamed):
        wire.side_effect = [
            error_reply(429, headers=SOON),
            error_reply(503, headers={"retry-after": "0"}),
            sse(delta("It did."), delta(finish="stop")) if streamed else reply("It did."),
        ]
        assert call(streamed=streamed)[-1].text == "It did."

    @pytest.mark.parametrize("shape", ["param", "message", "detail"])
    def test_a_refused_parameter_is_left_out_for_good(self, wire, streamed, shape):
        name = "stream_options" if streamed else "temperature"
        refused = {
            "param": error_reply(400, "Unsupported value.", param=name),
            "message": error_reply(400, f"No '{name}' with this model.", param=None),
            "detail": httpx.Response(422, json={"detail": [{"loc": ["body", name], "msg": "no"}]}),
        }[shape]
        fine = sse(delta("It did."), delta(finish="stop")) if streamed else reply("It did.")
        wire.side_effect = [refused, fine, fine]
        assert call(streamed=streamed, times=2)[-1].text == "It did."
        first, second, third = sent(wire)
        assert name in first
        assert second == third == {key: first[key] for key in first if key != name}

    def test_a_parameter_refused_again_and_again(self, wire, streamed):
        wire.return_value = error_reply(400, "temperature, stream_options: no")
        fails(errors.ModelRejected, streamed=streamed)
        assert len(wire.calls) == (3 if streamed else 2)

    @pytest.mark.parametrize("status", [404, 405])
    def test_a_path_that_is_not_there(self, wire, streamed, status):
        wire.return_value = error_reply(status, "Not Found")
        message = str(fails(errors.ModelRejected, streamed=streamed))
        assert f"HTTP {status} (Not Found)" in message
        assert (
            "DATELINE_BASE_URL, which usually ends in /v1 and has no /chat/completions" in message
        )

    @pytest.mark.parametrize(
        ("status", "location", "told"),
        [
            (307, "https://me:pw@Other.test:81/v1/chat?token=t", ", to Other.test:81)"),
            (308, "/v1/chat/completions/", ")"),
            (301, "http://[::1", ")"),
            (302, f"http://{KEY}.test/", ")"),
            (303, f"http://x/{PROMPT}", ", to x)"),
            (300, None, ")"),
        ],
    )
    def test_a_redirect_is_not_followed(self, wire, streamed, status, location, told):
        headers = {"location": location} if location else {}
        wire.return_value = httpx.Response(status, headers=headers)
        error = fails(errors.ModelRejected, streamed=streamed)
        assert not error.retryable
        assert len(wire.calls) == 1
        assert f"redirects to another address (HTTP {status}{told}" in str(error)
        assert "set DATELINE_BASE_URL to the address that answers" in str(error)
        assert "token" not in str(error)
        assert "pw" not in str(error)


BAD = Path(__file__).parent
PROXIES = "ALL_PROXY, HTTPS_PROXY"


@BOTH
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", ["SOCKS", "socksio", PROXIES]),
        ("ALL_PROXY", "ftp://me:secret@x", ["proxy whose address", PROXIES]),
        ("HTTPS_PROXY", "http://me:secret@[::1", ["proxy whose address", PROXIES]),
        ("http_proxy", "http://secret:port", ["proxy whose address", PROXIES]),
        ("SSL_CERT_FILE", "/nonexistent/secret", ["(No such file or directory)", "SSL_CERT_FILE"]),
        ("SSL_CERT_FILE", __file__, ["certificates", "SSL_CERT_FILE"]),
        ("SSL_CERT_FILE", str(BAD), ["(Is a directory)", "SSL_CERT_FILE"]),
    ],
)
def test_an_environment_that_cannot_work(monkeypatch, streamed, name, value, told):
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(name, value)
    with pytest.raises(errors.SettingsError, match=r"[.] Nothing was asked; .*[.]$") as caught:
        call(streamed=streamed)
    message = str(caught.value)
    assert message.isprintable()
    assert "secret" not in message
    assert all(part in message for part in told), message


class TestModel:
    def test_neither_server_nor_key(self):
        with pytest.raises(errors.SettingsError, match="DATELINE_BASE_URL, or OPENAI_API_KEY"):
            Model(name="m")

    @pytest.mark.parametrize(
        "url", ["localhost:11434/v1", "ftp://x/v1", "http://", "http://[::1", "http://x:99999/v1"]
    )
    def test_an_address_that_cannot_work(self, url):
        with pytest.raises(errors.SettingsError, match="DATELINE_BASE_URL is no address"):
            Model(name="m", base_url=url)

    @pytest.mark.parametrize("key", ["schlüssel", "two\nlines", "\x00"])
    def test_a_key_that_cannot_work(self, key):
        with pytest.raises(errors.SettingsError, match="DATELINE_API_KEY") as caught:
            Model(name="m", api_key=key)
        assert key not in str(caught.value)

    @BOTH
    def test_nothing_of_the_environment_goes_to_another_server(self, wire, monkeypatch, streamed):
        monkeypatch.setenv("OPENAI_API_KEY", "secret-1")
        monkeypatch.setenv("OPENAI_ADMIN_KEY", "secret-2")
        monkeypatch.setenv("OPENAI_ORG_ID", "secret-3")
        monkeypatch.setenv("OPENAI_PROJECT_ID", "secret-4")
        monkeypatch.setenv("OPENAI_BASE_URL", "http://secret-5.test/v1")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer secret-6")
        wire.return_value = reply()
        call(streamed=streamed, api_key=None)
        request = wire.calls[0].request
        assert request.headers["authorization"] == "Bearer none"
        assert "secret" not in f"{request.url} {request.headers.raw} {request.content}"

    def test_openai_itself_gets_the_key_and_the_organization(self, monkeypatch):
        monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
        monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
        with respx.mock(using="httpcore2", base_url="https://api.openai.com/v1") as router:
            route = router.post("/chat/completions").mock(return_value=reply())
            call(streamed=False, base_url=None)
        headers = route.calls[0].request.headers
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["openai-organization"] == "org-1"

    @pytest.mark.parametrize(
        ("base_url", "name"), [(BASE, "max_tokens"), (None, "max_completion_tokens")]
    )
    def test_a_limit_of_tokens_has_the_name_that_the_server_knows(self, base_url, name):
        asked = Model(name="m", base_url=base_url, api_key=KEY)

        async def go():
            deadline = asyncio.get_running_loop().time() + 5
            await asked.complete(MESSAGES, deadline=deadline, most_tokens=7)
            await asked.complete(MESSAGES, deadline=deadline)
            await asked.close()

        at = base_url or "https://api.openai.com/v1"
        with respx.mock(using="httpcore2", base_url=at) as router:
            route = router.post("/chat/completions").mock(return_value=reply())
            asyncio.run(go())
        limited, free = sent(route)
        assert limited == free | {name: 7}

    def test_one_client_for_each_event_loop(self, wire, monkeypatch):
        made = []

        class Counted(openai.AsyncOpenAI):
            def __init__(self, **given):
                made.append(given)
                super().__init__(**given)

        monkeypatch.setattr(openai, "AsyncOpenAI", Counted)
        wire.return_value = reply()
        asked = Model(name="m", base_url=BASE)

        async def go():
            deadline = asyncio.get_running_loop().time() + 5
            await asyncio.gather(*[asked.complete(MESSAGES, deadline=deadline) for _ in range(3)])
            await asked.close()
            await asked.close()

        asyncio.run(go())
        asyncio.run(go())
        assert len(made) == 2

    def test_half_a_surrogate_pair_is_sent_as_a_question_mark(self, wire, monkeypatch):
        monkeypatch.setitem(MESSAGES[1], "content", "broken \ud800 text")
        wire.return_value = reply()
        call(streamed=False)
        assert sent(wire)[0]["messages"][1]["content"] == "broken ? text"

    @BOTH
    def test_a_deadline_in_the_past(self, streamed):
        with respx.mock(using="httpcore2"):
            fails(errors.ModelTimeout, streamed=streamed, seconds=-0.01)

    def test_import_and_construction_load_no_openai(self):
        code = (
            "import sys\n"
            "from rag.model import Model\n"
            "Model(name='m', base_url='http://model.test/v1')\n"
            "assert not {'openai', 'httpx2', 'httpx'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0"}, 0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
    ],
)
def test_retry_after(headers, wait):
    assert upstream.retry_after(headers) == wait
