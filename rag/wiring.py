"""Puts the engine together from the settings."""

from rag.embed import Embedder, OpenAIEmbedder, shipped
from rag.engine import Answering, Engine
from rag.errors import SettingsError
from rag.library import Library
from rag.model import Model
from rag.settings import Settings


def open_engine(settings: Settings, *, with_model: bool = True) -> Engine:
    """Open the library in the data folder; the index and the embedder open when first needed.

    Without ``with_model`` the engine is for work that asks nothing: the model's settings are not
    looked at. Raises DataFolderError when the folder cannot be used, LibraryTooNew when it is a
    newer one's, SettingsError when a model's settings do not go together.
    """
    chosen = answering(settings) if with_model else None

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
        Library(settings.data),
        make_embedder=make_embedder,
        chroma_url=settings.chroma_url,
        answering=chosen,
    )


def answering(settings: Settings) -> Answering | None:
    """The model of the settings, or None for the embedded reader. Connects to nothing.

    Raises SettingsError when the model's settings do not go together.
    """
    if settings.model is None:
        if settings.base_url is not None:
            raise SettingsError(
                "DATELINE_BASE_URL names a server but DATELINE_MODEL no model. Nothing was asked; "
                "set DATELINE_MODEL too, or unset both to answer with the embedded reader."
            )
        return None
    key = settings.api_key
    if key is None and settings.base_url is None:
        key = settings.openai_api_key
    return Answering(
        model=Model(
            name=settings.model,
            base_url=settings.base_url,
            api_key=key.get_secret_value() if key else None,
        ),
        prompt_tokens=settings.prompt_tokens,
        deadline=settings.deadline,
    )
