"""Passages: whole sentences, under the limit, exact, and nothing of the body left out."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embed import LocalEmbedder
from rag.page import parse
from rag.passages import LIMIT, embedding_text, quotable, split
from rag.sentences import sentences
from rag.types import Label

SENTENCE = "The harbour board of Saltmere voted on Tuesday to spend £4.2m on a new quay wall. "


def words(text: str) -> int:
    return len(text.split())


def test_passages_end_at_sentence_ends_and_stay_under_the_limit(
    local_embedder: LocalEmbedder,
) -> None:
    text = "".join(SENTENCE.replace("Tuesday", f"day {n}") for n in range(40))
    article = parse(f"Quay wall to be rebuilt\n\n{text}\n\n{SENTENCE}", title="Quay wall")
    passages = split(article, count=local_embedder.count)
    ends = {end for _, end in sentences(article.text)}
    assert len(passages) > 3
    assert all(local_embedder.count(passage.text) <= LIMIT for passage in passages)
    assert all(article.text[p.start : p.end] == p.text and p.end in ends for p in passages)
    for before, after in pairwise(passages):
        overlap = article.text[after.start : before.end] if after.start < before.end else ""
        assert len(sentences(overlap)) <= 1


def test_a_sentence_over_the_limit_is_cut_between_words(local_embedder: LocalEmbedder) -> None:
    endless = "The list goes on and on with " + "another item and " * 300
    article = parse(f"{SENTENCE}\n\n{endless}", title="List")
    passages = split(article, count=local_embedder.count)
    assert all(local_embedder.count(passage.text) <= LIMIT for passage in passages)
    assert "".join("".join(p.text for p in passages).split()).endswith("anotheritemand")


def test_a_passage_holds_no_furniture_and_no_teaser(local_embedder: LocalEmbedder) -> None:
    page = "\n\n".join(
        ["Quay wall to be rebuilt", SENTENCE, "Advertisement", SENTENCE.replace("quay", "sea")]
    )
    article = parse(page, title="Quay wall to be rebuilt")
    passages = split(article, count=local_embedder.count)
    assert [passage.kind for passage in passages] == ["body", "body"]
    assert not any("Advertisement" in passage.text for passage in passages)


def test_the_prefix_is_for_embedding_only_and_a_teaser_gets_no_title() -> None:
    page = (
        f"Quay wall to be rebuilt\n\n{SENTENCE}\n\nYou May Also Like\n\nSport\n\n"
        "Ravens beat Otters by three goals to two in the last match of the..."
    )
    article = parse(page, title="Quay wall to be rebuilt", publisher="Saltmere Post")
    body, teaser = split(article, count=words)
    assert embedding_text(article, body).startswith("Quay wall to be rebuilt | Saltmere Post\nThe")
    assert teaser.kind == "teaser"
    assert "Quay" not in embedding_text(article, teaser)
    assert quotable(article, teaser)
    assert article.text[body.start : body.end] == body.text


PARTS = st.sampled_from(
    [
        SENTENCE,
        "Wind fell. ",
        "Advertisement\n\n",
        "\n\n",
        "## Costs\n\n",
        "Dr. Fenn said so. ",
        "x" * 900,
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS, max_size=40))
def test_every_body_line_is_in_some_passage(parts: list[str]) -> None:
    article = parse("".join(parts), title="Any")
    passages = split(article, count=words)
    covered = {at for passage in passages for at in range(passage.start, passage.end)}
    for line in article.lines:
        if line.label is Label.BODY:
            missed = [i for i in range(line.start, line.end) if i not in covered]
            assert not "".join(article.text[i] for i in missed).strip()
