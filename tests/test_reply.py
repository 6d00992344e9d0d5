import json

import httpx
import pytest
import respx
from model_calls import (
    BASE,
    BOTH,
    JSON,
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

from rag import errors
from rag.model import Completion
from rag.types import Usage


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quicken(monkeypatch)


@pytest.fixture
def wire():
    """A server that is faked on the wire; anything not routed fails the test."""
    with respx.mock(using="httpcore2", base_url=BASE) as router:
        yield router.post("/chat/completions")


class TestReply:
    def test_whole(self, wire):
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        wire.return_value = reply(usage=usage)
        (completion,) = call(streamed=False)
        expected = Usage(prompt_tokens=7, completion_tokens=3)
        assert completion == Completion("It did [1].", "stop", expected)
        (request,) = sent(wire)
        assert request == {
            "model": "test-model",
            "messages": MESSAGES,
            "temperature": 0,
            "stream": False,
        }

    def test_streamed(self, wire):
        usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
        said = [delta("", role="assistant"), delta("It "), delta("did [1].")]
        wire.return_value = sse(*said, delta(finish="stop"), usage)
        expected = Usage(prompt_tokens=7, completion_tokens=3)
        assert call(streamed=True) == [
            "It ",
            "did [1].",
            Completion("It did [1].", "stop", expected),
        ]
        (request,) = sent(wire)
        assert request["stream"] is True
        assert request["stream_options"] == {"include_usage": True}
        assert request["temperature"] == 0

    @BOTH
    @pytest.mark.parametrize(
        ("reason", "content", "finish"),
        [
            ("length", "It", "length"),
            ("max_tokens", "It", "length"),
            ("content_filter", "It", "filtered"),
            ("content_filter", "", "filtered"),
            ("eos", "It", "stop"),
            ("tool_calls", "It", "stop"),
        ],
    )
    def test_why_it_ended(self, wire, streamed, reason, content, finish):
        whole, parts = reply(content, finish=reason), sse(delta(content, finish=reason))
        wire.return_value = parts if streamed else whole
        assert call(streamed=streamed)[-1] == Completion(content, finish, None)

    @BOTH
    def test_a_refusal(self, wire, streamed):
        whole = reply(None, message={"refusal": "I can't help with that."})
        parts = sse(delta(refusal="I can't help "), delta(refusal="with that.", finish="stop"))
        wire.return_value = parts if streamed else whole
        assert call(streamed=streamed) == [Completion("I can't help with that.", "refused", None)]

    @BOTH
    @pytest.mark.parametrize(
        ("usage", "headers", "expected"),
        [
            (None, {"x-litellm-response-cost": "0.5"}, None),
            ({"prompt_tokens": 7}, {"x-litellm-response-cost": "0.5"}, (7, 0, 0.5)),
            ({"completion_tokens": 3, "cost": 0}, {"x-litellm-response-cost": "9"}, (0, 3, 0.0)),
            (
                {"prompt_tokens": "7", "cost": "free"},
                {"x-litellm-response-cost": "x"},
                (0, 0, None),
            ),
            (
                {"prompt_tokens": True, "cost": True},
                {"x-litellm-response-cost": "inf"},
                (0, 0, None),
            ),
        ],
    )
    def test_usage_and_cost(self, wire, streamed, usage, headers, expected):
        answer = (
            sse(delta("It", finish="stop") | {"usage": None}, {"choices": [], "usage": usage})
            if streamed
            else reply("It", usage=usage)
        )
        answer.headers.update(headers)
        wire.return_value = answer
        used = call(streamed=streamed)[-1].usage
        assert (used and (used.prompt_tokens, used.completion_tokens, used.cost)) == expected

    @BOTH
    @pytest.mark.parametrize(
        ("pieces", "text"),
        [
            (["<think>Is 1 < 2?</think>\n\nIt did."], "It did."),
            (["<thi", "nk>Hm", "m</th", "ink>", "\n", "It", " did."], "It did."),
            (["\n<think>", "</think><think>more</think>It did."], "It did."),
            (["<", "b>It</b>"], "<b>It</b>"),
            (["It <think>did</think>."], "It <think>did</think>."),
            (["  ", "It did. "], "It did. "),
            (["<think"], "<think"),
            (["It \ud83d", "\ude00 did"], "It 😀 did"),
            (["It did\ud83d"], "It did\ufffd"),
        ],
    )
    def test_thoughts_and_halves_of_characters(self, wire, streamed, pieces, text):
        parts = sse(*[delta(piece) for piece in pieces], delta(finish="stop"))
        wire.return_value = parts if streamed else reply("".join(pieces))
        *shown, completion = call(streamed=streamed)
        assert completion.text == text
        assert not streamed or "".join(shown) == text

    @BOTH
    def test_reasoning_beside_the_text_is_ignored(self, wire, streamed):
        whole = reply("It did.", message={"reasoning_content": "Hmm", "reasoning": "Hmm"})
        parts = sse(delta(reasoning_content="Hmm"), delta("It did."), delta(finish="stop"))
        wire.return_value = parts if streamed else whole
        assert call(streamed=streamed)[-1].text == "It did."

    @BOTH
    def test_text_in_parts(self, wire, streamed):
        content = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "It did."}]
        parts = sse(delta(content), delta(finish="stop"))
        wire.return_value = parts if streamed else reply(content)
        assert call(streamed=streamed)[-1].text == "It did."

    @BOTH
    @pytest.mark.parametrize(("size", "finish"), [(20_000, "stop"), (20_001, "length")])
    def test_a_very_long_reply_is_cut(self, wire, streamed, size, finish):
        text = "a" * 12_000 + "b" * (size - 12_000)
        parts = sse(delta(text[:12_000]), delta(text[12_000:]), delta(finish="stop"))
        wire.return_value = parts if streamed else reply(text)
        *shown, completion = call(streamed=streamed)
        assert completion == Completion(text[:20_000], finish, None)
        assert not streamed or "".join(shown) == completion.text

    def test_an_endless_refusal_is_cut(self, wire):
        wire.return_value = sse(*[delta(refusal="no " * 3000)] * 4)
        (completion,) = call(streamed=True)
        assert (len(completion.text), completion.finish) == (20_000, "refused")

    @pytest.mark.parametrize(
        "odd",
        [
            {"choices": None},
            {"choices": []},
            {"choices": [None]},
            {"object": "chunk"},
            {"choices": [{"delta": None}]},
            {"choices": [{"delta": {"content": 7, "refusal": []}, "finish_reason": {}}]},
            {"choices": [{"delta": {"tool_calls": [{}]}, "finish_reason": ""}], "error": None},
            "",
        ],
    )
    def test_odd_chunks_are_read_over(self, wire, odd):
        wire.return_value = sse(
            odd, delta("It"), odd, delta(" did."), odd, delta(finish="stop"), odd
        )
        assert call(streamed=True) == ["It", " did.", Completion("It did.", "stop", None)]

    @pytest.mark.parametrize(
        "tail", [(), ("{broken",), ({"error": {"message": "late"}},), (delta(" more"),)]
    )
    def test_what_follows_the_end_does_not_cost_the_answer(self, wire, tail):
        wire.return_value = sse(delta("It did.", finish="stop"), *tail, done=False)
        assert call(streamed=True) == ["It did.", Completion("It did.", "stop", None)]

    @pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", None])
    def test_a_stream_under_another_type(self, wire, kind):
        answer = sse(delta("It did.", finish="stop"))
        del answer.headers["content-type"]
        if kind:
            answer.headers["content-type"] = kind
        wire.return_value = answer
        assert call(streamed=True)[0] == "It did."

    def test_a_stream_not_asked_for(self, wire):
        wire.return_value = sse(delta("It "), delta("did.", finish="stop"))
        assert call(streamed=False) == [Completion("It did.", "stop", None)]

    def test_no_stream_though_asked_for(self, wire):
        wire.return_value = reply("It did.")
        assert call(streamed=True) == ["It did.", Completion("It did.", "stop", None)]

    def test_line_separators_in_the_text_end_no_line(self, wire):
        text = "one\u2028two\u0085three\x0bfour"
        answer = json.dumps(delta(text, finish="stop"), ensure_ascii=False)
        wire.return_value = sse(answer.replace("\x0b", "\\u000b"))
        assert call(streamed=True)[0] == text


@BOTH
class TestUnusable:
    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (httpx.Response(200, html="<html>Sign in</html>"), "HTML page"),
            (httpx.Response(200, json={"choices": []}), "no chat completion"),
            (httpx.Response(200, json={"choices": None}), "no chat completion"),
            (httpx.Response(200, json={"choices": [None]}), "no chat completion"),
            (httpx.Response(200, json={"choices": [{"message": None}]}), "no chat completion"),
            (httpx.Response(200, json={"models": 3}), "no chat completion"),
            (httpx.Response(200, json=["choices"]), "no JSON object"),
            (error_reply(200, "the model\nis loading"), r"error in it \(the model is loading\)"),
            (httpx.Response(200, json={"error": "loading"}), r"error in it \(loading\)"),
            (httpx.Response(200, json={"error": f"no: {PROMPT}"}), "error in it[.]"),
            (
                httpx.Response(200, text="{broken", headers=JSON),
                "broken JSON",
            ),
            (
                httpx.Response(200, content=b"[" * 9**6, headers=JSON),
                "broken JSON",
            ),
            (
                httpx.Response(200, content=b" " * 8_000_001, headers=JSON),
                "more than 8 MB",
            ),
            (
                httpx.Response(200, content=b'"\xff', headers=JSON),
                "broken JSON",
            ),
        ],
    )
    def test_no_chat_completion(self, wire, streamed, answer, says):
        wire.return_value = answer
        error = fails(errors.ModelMalformed, streamed=streamed)
        assert not error.retryable
        assert len(wire.calls) == 1
        with pytest.raises(errors.ModelError, match=says):
            raise error

    @pytest.mark.parametrize(
        ("content", "reason", "message"),
        [
            (None, "stop", {}),
            ("", "stop", {}),
            (" \n\u200b", "stop", {}),
            (None, "tool_calls", {"tool_calls": [{"id": "a"}]}),
            ("<think>Hmm</think>\n", "stop", {}),
            ("<think>Hmm", "length", {}),
            (7, "stop", {"refusal": " "}),
        ],
    )
    def test_not_a_word(self, wire, streamed, content, reason, message):
        whole = reply(content, finish=reason, message=message)
        parts = sse(delta(content, **message), delta(finish=reason))
        wire.return_value = parts if streamed else whole
        error = fails(errors.ModelEmpty, streamed=streamed)
        assert not error.retryable
        assert error.partial.strip("\u200b") == ""
        assert len(wire.calls) == 1

    def test_a_reply_that_says_it_failed(self, wire, streamed):
        whole, parts = reply("It", finish="error"), sse(delta(), delta(finish="error"))
        wire.return_value = parts if streamed else whole
        fails(errors.ModelFailed, streamed=streamed)
        assert len(wire.calls) == 3


class TestStreamFaults:
    @pytest.mark.parametrize("begun", [True, False])
    @pytest.mark.parametrize(
        ("event", "kind", "says"),
        [
            ({"error": {"message": "GPU\nlost"}}, errors.ModelFailed, r"\(GPU lost\)"),
            ({"error": "GPU lost"}, errors.ModelFailed, r"\(GPU lost\)"),
            ({"error": {"message": PROMPT}}, errors.ModelFailed, "of its answer[.]"),
            ({"object": "error", "message": "GPU lost"}, errors.ModelFailed, r"\(GPU lost\)"),
            (
                {"error": {"code": "rate_limit_exceeded"}},
                errors.ModelRateLimited,
                "limits the",
            ),
            (
                {"error": {"code": 429, "message": "slow"}},
                errors.ModelRateLimited,
                "limits the",
            ),
            ({"error": {"type": "insufficient_quota"}}, errors.ModelQuota, "quota is used up"),
            ({"error": {"code": 502, "message": "down"}}, errors.ModelFailed, r"\(down\)"),
            ({"error": {"code": 400, "message": "bad"}}, errors.ModelRejected, r"\(bad\)"),
            ("{broken", errors.ModelMalformed, "broken JSON"),
            ("<html>", errors.ModelMalformed, "HTML page"),
            ("[1]", errors.ModelMalformed, "no JSON object"),
        ],
    )
    def test_an_event_that_is_no_chunk(self, wire, begun, event, kind, says):
        wire.return_value = sse(*[delta("It "), delta("did")] * begun, event, done=False)
        error = fails(kind, streamed=True)
        assert error.partial == ("It did" if begun else "")
        assert len(wire.calls) == (3 if error.retryable and not begun else 1)
        with pytest.raises(errors.ModelError, match=says):
            raise error

    @pytest.mark.parametrize("data", ['{"message": "GPU lost"}', "GPU lost"])
    def test_an_event_named_error(self, wire, data):
        answer = sse()
        answer = httpx.Response(200, text=f"event: error\ndata: {data}\n\n", headers=answer.headers)
        del answer.headers["content-length"]
        wire.return_value = answer
        error = fails(errors.ModelFailed, streamed=True)
        assert "(GPU lost)" in str(error)

    @pytest.mark.parametrize("done", [True, False])
    @pytest.mark.parametrize("pieces", [[], ["It "], ["It ", "did."]])
    def test_an_end_without_a_finish_is_a_cut(self, wire, pieces, done):
        wire.return_value = sse(*[delta(piece) for piece in pieces], done=done)
        error = fails(errors.ModelCut, streamed=True)
        assert error.retryable
        assert error.partial == "".join(pieces)
        assert len(wire.calls) == (1 if pieces else 3)

    @pytest.mark.parametrize(
        "rest", ['data: {"choices": [{"delta": {"content": "di', "data: [DONE"]
    )
    def test_half_an_event_is_a_cut(self, wire, rest):
        whole = sse(delta("It "), done=False)
        wire.return_value = httpx.Response(
            200, text=whole.text + rest, headers={"content-type": "text/event-stream"}
        )
        assert fails(errors.ModelCut, streamed=True).partial == "It "
        assert len(wire.calls) == 1

    def test_an_error_before_the_first_piece_is_tried_again(self, wire):
        fine = sse(delta("It did.", finish="stop"))
        wire.side_effect = [sse({"error": {"message": "GPU lost"}}), fine]
        assert call(streamed=True)[0] == "It did."
