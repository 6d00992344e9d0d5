"""Every error Dateline raises on purpose. Each message says what happened, what it means for the
data, and what to do next, in one line.

DatelineError
├── BadInput             what was given cannot be used; nothing was changed
│   ├── BadArticle       this file or text is no article; nothing of it was stored
│   └── BadQuestion      empty or far too long
├── NotFound             no article with that id
├── DataFolderError      the data folder cannot be read or written
│   ├── LibraryBusy      another process is writing to it
│   └── LibraryTooNew    written by a newer Dateline
├── SearchIndexError     the search index cannot be used; the articles are safe in the library
│   └── IndexMismatch    built by another embedder or splitter
├── EmbedError           the embedder failed or answered something unusable
└── SettingsError        a setting has a value that cannot work
"""


class DatelineError(Exception):
    """Base class. ``exit_code`` is what a command ends with."""

    exit_code = 1


class BadInput(DatelineError):
    """What was given cannot be used; nothing was changed."""

    exit_code = 2


class BadArticle(BadInput):
    """The file or text is no article that can be read; nothing of it was stored."""


class BadQuestion(BadInput):
    """The question is empty or far too long."""


class NotFound(BadInput):
    """No article has that id."""


class DataFolderError(DatelineError):
    """The data folder cannot be read or written."""

    exit_code = 2


class LibraryBusy(DataFolderError):
    """Another process is writing to the data folder."""


class LibraryTooNew(DataFolderError):
    """The library was written by a newer Dateline than this one."""


class SearchIndexError(DatelineError):
    """The search index cannot be used. The articles are safe in the library."""


class IndexMismatch(SearchIndexError):
    """The search index was built by another embedder or splitter."""


class EmbedError(DatelineError):
    """The embedder failed, or answered something unusable.

    ``retryable``: the same call may succeed later with nothing changed.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class SettingsError(BadInput):
    """A setting has a value that cannot work."""
