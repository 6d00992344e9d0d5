"""Every error Dateline raises on purpose. Each message says what happened, what it means for the
data, and what to do next, in one line.

DatelineError
├── BadInput             what was given cannot be used; nothing was changed
│   ├── BadArticle       this file or text is no article; nothing of it was stored
│   │   ├── AddressRefused   no page is fetched from this URL
│   │   └── FetchFailed      the page behind a URL did not come, or not as an article
│   ├── AlreadyStored    what an article was to be replaced by is another article
│   ├── BadQuestion      empty or far too long
│   └── UrlsNotAllowed   a service was given a URL, and is set to fetch none
├── NotFound             no article with that id
│   ├── NoSuchCollection no collection with that name
│   ├── NoSuchJob        no bulk ingest with that id
│   └── NoSuchAnswer     no answer with that trace id
├── DataFolderError      the data folder cannot be read or written
│   ├── LibraryBusy      another process is writing to it
│   └── LibraryTooNew    written by a newer Dateline
├── SearchIndexError     the search index cannot be used; the articles are safe in the library
│   └── IndexMismatch    built by another embedder or splitter
├── EmbedError           the embedder failed or answered something unusable
├── ModelError           the model server gave no usable answer
│   ├── ModelUnreachable refused, reset, or hung up before it answered
│   ├── ModelTimeout     no whole answer within the deadline
│   ├── ModelRateLimited too many requests
│   ├── ModelQuota       the account's quota is used up
│   ├── ModelAuth        the key was refused
│   ├── ModelRejected    the request was refused: an unknown model, a prompt too long ...
│   ├── ModelFailed      the server failed, or said so in the middle of a stream
│   ├── ModelMalformed   the reply is no chat completion: HTML, broken JSON, no choices
│   ├── ModelEmpty       a chat completion without a word in it
│   └── ModelCut         the stream ended before the answer did
├── KeyNeeded            a request to the service came without a valid key
├── ScopeNeeded          its key may not do this
├── RateLimited          its key has made too many requests
├── Stopping             the service is being stopped
├── Overloaded           the service is answering as many questions as it can
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


class AddressRefused(BadArticle):
    """No page is fetched from this URL, or where it leads: it is no public page of the web."""


class FetchFailed(BadArticle):
    """The page behind a URL did not come, or not whole, in time, or as text."""


class AlreadyStored(BadInput):
    """What was given for one article is another one that is stored; nothing was changed."""


class BadQuestion(BadInput):
    """The question is empty or far too long."""


class UrlsNotAllowed(BadInput):
    """A service was given a URL to fetch, and is set to fetch none."""


class NotFound(BadInput):
    """No article has that id."""


class NoSuchCollection(NotFound):
    """The service has no collection of that name."""


class NoSuchJob(NotFound):
    """The service has no bulk ingest of that id."""


class NoSuchAnswer(NotFound):
    """The service keeps no answer with that trace id."""


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


class ModelError(DatelineError):
    """The model server gave no usable answer. Nothing was changed.

    ``code`` is stable, for programs. ``retryable``: the same question may be answered later with
    nothing changed. ``retry_after`` are the seconds the server asks to wait, when it does.
    ``partial`` is what had been streamed before it failed, unchecked.
    """

    code = "upstream_failed"
    retryable = False

    def __init__(
        self, message: str, *, retry_after: float | None = None, partial: str = ""
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.partial = partial


class ModelUnreachable(ModelError):
    """The server refused the connection, reset it, or hung up before it answered."""

    code = "upstream_unreachable"
    retryable = True


class ModelTimeout(ModelError):
    """There was no whole answer within the deadline."""

    code = "upstream_timeout"
    retryable = True


class ModelRateLimited(ModelError):
    """The server limits the rate of requests."""

    code = "upstream_rate_limited"
    retryable = True


class ModelQuota(ModelError):
    """The account's quota is used up."""

    code = "upstream_quota"


class ModelAuth(ModelError):
    """The server refused the key."""

    code = "upstream_auth"


class ModelRejected(ModelError):
    """The server refused the request: an unknown model, a prompt too long, a bad parameter."""

    code = "upstream_rejected"


class ModelFailed(ModelError):
    """The server failed (5xx), or sent an error in the middle of a stream."""

    retryable = True


class ModelMalformed(ModelError):
    """The reply is no chat completion: HTML, broken JSON, no choices."""

    code = "upstream_malformed"


class ModelEmpty(ModelError):
    """The reply is a chat completion without a word in it."""

    code = "upstream_empty"


class ModelCut(ModelError):
    """The stream ended before the answer did."""

    code = "upstream_cut"
    retryable = True


class SettingsError(BadInput):
    """A setting has a value that cannot work."""


class KeyNeeded(DatelineError):
    """A request came without a valid key."""


class ScopeNeeded(DatelineError):
    """The key of a request may not do this."""


class RateLimited(DatelineError):
    """A key has made too many requests. ``retry_after`` are the seconds until it may again."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Stopping(DatelineError):
    """The service is being stopped."""


class Overloaded(DatelineError):
    """The service is answering as many questions as it can. ``retry_after`` are seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
