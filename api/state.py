"""What the library holds and whether it can be searched: for `dateline status` and /healthz."""

from importlib.metadata import version as installed

from rag.engine import Engine
from rag.errors import EmbedError, SearchIndexError
from rag.reader import NAME
from rag.types import Frozen

READY = "ready"


class State(Frozen):
    """``index`` is "ready", or one line on why nothing can be searched.

    ``pending`` are the passages that the index had yet to take or drop when asked. ``model`` is
    what writes answers.
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
