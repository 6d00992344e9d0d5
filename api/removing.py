"""Articles deleted by their ids, or by how these begin: all of them or none."""

from collections.abc import Iterator, Sequence

from api.schemas import Gone
from rag.engine import Engine
from rag.ingest import delete


def remove(engine: Engine, article_ids: Sequence[str]) -> Iterator[Gone]:
    """Delete articles one by one, each told when it is gone.

    Raises NotFound before anything is deleted, and what ``rag.ingest.delete`` raises.
    """
    with engine.writing():
        chosen = {engine.library.get(given).id: None for given in article_ids}
        for article_id in chosen:
            article = delete(engine, article_id)
            yield Gone(id=article.id, title=article.title)
