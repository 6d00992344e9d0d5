"""Articles put into an empty library as they are, and a file's offsets in the text as stored."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evals.bench.figures import watched
from rag.clean import clean
from rag.engine import Engine
from rag.errors import BadInput
from rag.passages import SPLITTER, embedding_text, split
from rag.settings import Settings
from rag.storing import Entry
from rag.types import Article
from rag.wiring import open_engine

_BATCH = 32


@contextmanager
def empty_library() -> Iterator[Engine]:
    """An engine over an empty library, which is gone afterwards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_engine(Settings(data=Path(folder))) as engine,
    ):
        yield engine


def put(engine: Engine, articles: Sequence[Article], *, what: str) -> None:
    """Split, embed and store the articles, and tell the index. ``what`` they are, for the bar."""
    with engine.writing():
        for at in watched(range(0, len(articles), _BATCH), f"{what}: storing"):
            entries: list[Entry] = []
            for article in articles[at : at + _BATCH]:
                passages = split(article, count=engine.embedder.count)
                texts = [embedding_text(article, passage) for passage in passages]
                entries.append(Entry(article, passages, engine.embedder.embed(texts)))
            engine.library.put(entries, embedder=engine.embedder.name, splitter=SPLITTER)
        engine.catch_up()


def stored(raw: str, start: int, end: int) -> tuple[int, int]:
    """Where ``raw[start:end]`` stands in ``clean(raw)``, which is what an article's text is.

    Raises BadInput when cleaning leaves no such place.
    """
    begin = len(clean(raw[:start]))
    wanted = clean(raw[start:end])
    if clean(raw)[begin : begin + len(wanted)] != wanted:
        raise BadInput(
            f"The characters {start} to {end} of a text in the set are not in the text as it is "
            "stored. Nothing was measured; look at what rag.clean takes out there."
        )
    return begin, begin + len(wanted)
