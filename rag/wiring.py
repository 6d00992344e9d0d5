"""Puts the engine together from the settings."""

from rag.embed import Embedder, OpenAIEmbedder, shipped
from rag.engine import Engine
from rag.library import Library
from rag.settings import Settings


def open_engine(settings: Settings) -> Engine:
    """Open the library in the data folder; the index and the embedder open when first needed.

    Raises DataFolderError when the folder cannot be used, LibraryTooNew when it is a newer one's.
    """

    def make_embedder() -> Embedder:
        if settings.embedder == "local":
            return shipped()
        key = settings.embed_api_key
        if key is None and settings.embed_base_url is None:
            key = settings.openai_api_key
        return OpenAIEmbedder(
            model=settings.embedder,
            base_url=settings.embed_base_url,
            api_key=key.get_secret_value() if key else None,
        )

    return Engine(
        Library(settings.data), make_embedder=make_embedder, chroma_url=settings.chroma_url
    )
