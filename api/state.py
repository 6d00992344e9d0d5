"""What the library holds and whether it can be searched: for `dateline status` and /healthz."""

from importlib.metadata import version as installed

from rag.engine import Engine
from rag.errors import EmbedError, SearchIndexError, SettingsError
from rag.reader import NAME
from rag.settings import Settings
from rag.types import Frozen
from rag.wiring import answering

READY = "ready"


class State(Frozen):
    """``index`` is "ready", or one line on why nothing can be searched.

    ``pending`` are the passages that the index had yet to take or drop when asked. ``model`` is
    what writes answers, or one line on why it cannot.
    """

    version: str
    articles: int
    passages: int
    pending: int
    index: str
    embedder: str
    model: str

    @property
    def usable(self) -> bool:
        """Whether a question can be answered."""
        return self.index == READY


def version() -> str:
    """Dateline's version, as installed."""
    return installed("dateline")


def writer(settings: Settings) -> str:
    """What writes answers with these settings, or one line on why it cannot. Asks no server."""
    try:
        chosen = answering(settings)
    except SettingsError as error:
        return str(error)
    return chosen.model.name if chosen else NAME


def look(engine: Engine) -> State:
    """The state of an engine. An index that lags behind is caught up, as any question does.

    Raises DataFolderError.
    """
    counts = engine.library.counts()
    try:
        engine.index.count()
        index = READY
    except (SearchIndexError, EmbedError) as error:
        index = str(error)
    return State(
        version=version(),
        articles=counts.articles,
        passages=counts.passages,
        pending=counts.pending,
        index=index,
        embedder=engine.embedder.name,
        model=engine.answering.model.name if engine.answering else NAME,
    )
