import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
import respx

from rag import embed, tokens
from rag.embed import LocalEmbedder, OpenAIEmbedder
from rag.errors import EmbedError

BASE = "http://embeddings.test/v1"
SENTENCES = [
    "The harbour authority will spend 4.2 billion crowns on two piers.",
    "Who pays for the new piers?",
    "A cat sleeps on the sofa.",
    "Shares in the ferry operator fell 6.5% after it cut its forecast for the year. " * 6,
    "",
    "Glacier.",
    "Zürich’s trams 😀 carried 1,234,567 riders.",
    "word " * 5000,
]


@pytest.fixture(scope="module")
def local():
    return LocalEmbedder()


class TestLocal:
    def test_rows_are_unit_vectors_of_the_stated_shape(self, local):
        vectors = local.embed(SENTENCES)
        assert vectors.shape == (len(SENTENCES), local.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(SENTENCES)), abs=1e-5)

    def test_no_texts_give_no_rows(self, local):
        assert local.embed([]).shape == (0, 384)

    def test_like_sentences_are_closer(self, local):
        piers, question, cat = local.embed(SENTENCES[:3])
        assert piers @ question > 0.5
        assert piers @ cat < 0.2

    def test_a_vector_does_not_depend_on_its_batch(self, local, monkeypatch):
        alone = np.concatenate([local.embed([text]) for text in SENTENCES])
        assert np.abs(local.embed(SENTENCES) - alone).max() < 1e-5
        assert np.abs(local.embed(SENTENCES[::-1])[::-1] - alone).max() < 1e-5
        # All in one batch: the longest pads every other to 256 tokens.
        monkeypatch.setattr(embed, "BATCH_TOKENS", 10**9)
        assert np.abs(local.embed(SENTENCES) - alone).max() < 1e-5

    def test_order_is_kept_over_many_batches(self, local, monkeypatch):
        monkeypatch.setattr(embed, "BATCH_TOKENS", 40)
        texts = [f"{'very ' * (n % 7)}plain sentence number {n}" for n in range(30)]
        done = []
        vectors = local.embed(texts, progress=done.append)
        assert sum(done) == len(texts)
        assert len(done) > 5
        for n in (0, 6, 13, 29):
            assert vectors[n] == pytest.approx(local.embed([texts[n]])[0], abs=1e-5)

    def test_only_the_first_256_tokens_count(self, local):
        start = "word " * 254
        same, longer, shorter = local.embed([start, start + "glacier " * 50, "word " * 253])
        assert same == pytest.approx(longer, abs=1e-5)
        assert np.abs(same - shorter).max() > 1e-5

    def test_count_is_of_the_whole_text(self, local):
        assert local.count("") == 0
        assert local.count("Who pays for the bridge?") == 6
        assert local.count("word " * 5000) == 5000

    def test_special_tokens_spelled_out_are_letters(self, local):
        assert local.count("[SEP]") == 3
        spelled, plain = local.embed(["profit [SEP] [PAD] rose", "profit rose"])
        assert spelled @ plain < 0.99

    def test_half_a_surrogate_pair_is_read_over(self, local):
        assert np.isfinite(local.embed(["broken \ud800 text"])).all()
        assert local.count("broken \ud800 text") > 0

    def test_threads_share_one_embedder(self):
        shared = LocalEmbedder()
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda _: shared.embed(SENTENCES[:3]), range(8)))
        for result in results:
            assert result == pytest.approx(results[0], abs=1e-5)

    def test_a_missing_model_says_what_to_do(self, monkeypatch, tmp_path):
        monkeypatch.setattr(embed, "EMBEDDER", tmp_path)
        with pytest.raises(EmbedError, match="Install Dateline again"):
            LocalEmbedder().embed(["one"])

    def test_import_and_use_load_no_openai(self):
        code = (
            "import sys\n"
            "from rag.embed import LocalEmbedder\n"
            "assert not {'onnxruntime', 'tokenizers'} & set(sys.modules)\n"
            "assert LocalEmbedder().embed(['one']).shape == (1, 384)\n"
            "assert not {'openai', 'tiktoken', 'torch', 'chromadb'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("folder", ["all-minilm-l6-v2", "cross-encoder", "o200k_base"])
def test_shipped_files_are_those_of_the_provenance_note(folder):
    path = embed.EMBEDDER.parent / folder
    note = (path / "PROVENANCE.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| `([\w.]+)` \| [\d,]+ \| `([0-9a-f]{64})` \|", note, re.MULTILINE))
    shipped = {file.name for file in path.iterdir()} - {"PROVENANCE.md"}
    assert set(named) == shipped
    for name, sha256 in named.items():
        assert hashlib.sha256((path / name).read_bytes()).hexdigest() == sha256
    assert (path / "LICENSE").stat().st_size > 1000


@pytest.fixture
def wire(monkeypatch):
    """A server that is faked on the wire; anything not routed fails the test."""
    # Retries of the openai client wait for half a second and more.
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0)
    with respx.mock(using="httpcore2", base_url=BASE) as router:
        yield router


@pytest.fixture
def remote():
    return OpenAIEmbedder(model="test-embedder", base_url=BASE, api_key="key")


def reply(vectors, *, order=None):
    """What a server answers: embeddings in the order given."""
    positions = order or range(len(vectors))
    data = [{"object": "embedding", "index": n, "embedding": vectors[n]} for n in positions]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return httpx.Response(200, json={"object": "list", "data": data, "model": "m", "usage": usage})


def echo(request):
    """Embeds a text as [its length, 1], last one first."""
    texts = json.loads(request.content)["input"]
    vectors = [[float(len(text)), 1.0] for text in texts]
    return reply(vectors, order=range(len(texts) - 1, -1, -1))


def sent(wire):
    return [json.loads(call.request.content) for call in wire.calls]


class TestOpenAI:
    def test_order_is_restored_and_rows_are_unit_vectors(self, wire, remote):
        wire.post("/embeddings").mock(side_effect=echo)
        vectors = remote.embed(["a", "four", "seventeen letters"])
        assert vectors[:, 0] / vectors[:, 1] == pytest.approx([1, 4, 17])
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1])
        assert vectors.dtype == np.float32
        (request,) = sent(wire)
        assert request["model"] == "test-embedder"
        assert wire.calls[0].request.headers["authorization"] == "Bearer key"

    def test_batches_by_tokens(self, wire, remote, monkeypatch):
        wire.post("/embeddings").mock(side_effect=echo)
        monkeypatch.setattr(embed, "REQUEST_TOKENS", 10)
        texts = ["one two three four", "five six seven eight", "nine ten eleven", "word " * 20, "x"]
        done = []
        vectors = remote.embed(texts, progress=done.append)
        assert [len(request["input"]) for request in sent(wire)] == [2, 1, 1, 1]
        assert done == [2, 1, 1, 1]
        assert vectors[:, 0] / vectors[:, 1] == pytest.approx([len(text) for text in texts])

    def test_batches_by_count(self, wire, remote, monkeypatch):
        wire.post("/embeddings").mock(side_effect=echo)
        monkeypatch.setattr(embed, "REQUEST_TEXTS", 2)
        assert remote.embed(["a", "b", "c", "d", "e"]).shape == (5, 2)
        assert [len(request["input"]) for request in sent(wire)] == [2, 2, 1]

    def test_empty_and_very_long_texts_are_made_acceptable(self, wire):
        wire.post("/embeddings").mock(side_effect=echo)
        remote = OpenAIEmbedder(model="m", base_url=BASE, api_key="key", max_tokens=8)
        remote.embed(["", "word " * 1000])
        empty, long = sent(wire)[0]["input"]
        assert empty == " "
        assert tokens.count(long) == 8

    def test_dimension_is_learnt_once(self, wire, remote):
        wire.post("/embeddings").mock(side_effect=echo)
        assert remote.embed([]).shape == (0, 2)
        assert remote.dimension == 2
        remote.embed(["more"])
        assert len(wire.calls) == 2

    def test_a_given_dimension_asks_nothing(self, wire):
        remote = OpenAIEmbedder(model="m", base_url=BASE, api_key="key", dimension=8)
        assert remote.embed([]).shape == (0, 8)
        assert remote.count("hello world") == 2
        assert not wire.calls

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (reply([[1.0, 2.0]]), "1 embeddings, not one for each of 2"),
            (reply([[1.0, 2.0]] * 3), "3 embeddings, not one for each of 2"),
            (reply([[1.0, 2.0]] * 2, order=[1, 1]), "2 embeddings, not one for each of 2"),
            (reply([[1.0, 2.0], [1.0]]), "unequal length"),
            (reply([[1.0, 2.0, 3.0]] * 2), "vectors of 3 numbers in place of 2"),
            (reply([[], []]), "no lists of numbers"),
            (reply([[1.0, 2.0], [0.0, 0.0]]), "no length"),
            (reply([[1.0, 2.0], None]), "unequal length"),
            (reply([[1.0, 2.0], [1.0, None]]), "no number|not of numbers"),
            (
                httpx.Response(
                    200,
                    text='{"data": [{"index": 0, "embedding": [NaN, 1]},'
                    ' {"index": 1, "embedding": [1, 1]}]}',
                ),
                "no number",
            ),
            (httpx.Response(200, html="<html>Sign in</html>"), "no list of embeddings"),
            (httpx.Response(200, text='{"data": [{"ind'), "no list of embeddings"),
            (httpx.Response(200, json={"error": {"message": "no"}}), "no list of embeddings"),
            (httpx.Response(200, json={"data": None}), "no list of embeddings"),
            (httpx.Response(200, json=["data"]), "no list of embeddings"),
        ],
    )
    def test_an_unusable_answer_is_refused(self, wire, answer, says):
        wire.post("/embeddings").mock(return_value=answer)
        remote = OpenAIEmbedder(model="m", base_url=BASE, api_key="key", dimension=2)
        with pytest.raises(EmbedError, match=says) as caught:
            remote.embed(["one", "two"])
        assert not caught.value.retryable
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("status", "body", "says", "retryable", "calls"),
        [
            (401, {"message": "bad key sk-123"}, "refused the key", False, 1),
            (403, {"message": "no"}, "refused the key", False, 1),
            (404, {"message": "no model\nm"}, r"HTTP 404 \(no model m\)", False, 1),
            (400, {"message": "too long"}, r"HTTP 400 \(too long\)", False, 1),
            (429, {"message": "slow down"}, "limiting the rate", True, 3),
            (429, {"message": "no", "code": "insufficient_quota"}, "quota is used up", False, 3),
            (500, {"message": "oops"}, "HTTP 500", True, 3),
        ],
    )
    def test_an_error_status_is_typed(self, wire, remote, status, body, says, retryable, calls):
        wire.post("/embeddings").respond(status, json={"error": body})
        with pytest.raises(EmbedError, match=says) as caught:
            remote.embed(["one"])
        assert caught.value.retryable is retryable
        assert "sk-123" not in str(caught.value)
        assert len(wire.calls) == calls

    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (httpx.ConnectError("refused"), "could not be reached"),
            (httpx.ReadTimeout("slow"), "did not answer within 60 s"),
        ],
    )
    def test_a_failed_connection_is_retryable(self, wire, remote, error, says):
        wire.post("/embeddings").mock(side_effect=error)
        with pytest.raises(EmbedError, match=says) as caught:
            remote.embed(["one"])
        assert caught.value.retryable

    def test_a_bad_gateway_page_is_retryable(self, wire, remote):
        wire.post("/embeddings").respond(502, html="<html>Bad gateway</html>")
        with pytest.raises(EmbedError, match="HTTP 502") as caught:
            remote.embed(["one"])
        assert caught.value.retryable

    def test_no_key(self, wire, monkeypatch):
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest.raises(EmbedError, match="set DATELINE_EMBED_API_KEY"):
            OpenAIEmbedder(model="m").embed(["one"])
        wire.post("/embeddings").mock(side_effect=echo)
        assert OpenAIEmbedder(model="m", base_url=BASE).embed(["one"]).shape == (1, 2)
