"""The one error tree.

    CoachError                 every error of this package; says what to do, never what was typed
    ├── SettingsError          a COACH_ variable is unknown or has a value that cannot be used
    ├── PrivacyError           something would send text off this machine: refuse to start
    ├── LibraryError           the corpus cannot be read, or holds problems that must be mended first
    │   └── UnknownScript      no script has this id
    ├── SearchError            the search index cannot be built or opened
    ├── InputError             the request itself cannot be used (empty, too long, not text)
    ├── ModelError             a model could not do its part; the answer goes on without it
    │   ├── ModelMissing       its weights or its package are not here
    │   ├── ModelStopped       the person who asked pressed Stop, or asked something else
    │   ├── ModelTimeout       it did not answer within its deadline
    │   └── ModelMisbehaved    it answered, with something that cannot be used
    ├── StoreError             the database of the data folder could not be read or written
    ├── CurateError            a script, patient or local page could not be changed as asked
    │   ├── Conflict           somebody else saved it meanwhile; nothing is lost, the reader chooses
    │   └── ImportRefused      a file to be imported is not what it should be
    ├── NotAllowed             the person's role does not reach
    │   └── NotSignedIn        nobody is signed in, or the name or password is wrong
    └── ServeError             the web server could not start (port in use, address not allowed)

Messages are written for the person who reads them: one sentence that says what is wrong, one that says what to do.
"""


class CoachError(Exception):
    """Base of all errors. `str(error)` may be shown to a user as it is: it never carries what the user typed."""

    exit_code = 1


class SettingsError(CoachError):
    exit_code = 2


class PrivacyError(CoachError):
    exit_code = 3


class LibraryError(CoachError):
    exit_code = 4


class UnknownScript(LibraryError):
    pass


class SearchError(CoachError):
    exit_code = 5


class InputError(CoachError):
    exit_code = 6


class ModelError(CoachError):
    """Callers go on without the model; `reason` is a short phrase for the status line."""

    exit_code = 7

    def __init__(self, message: str, reason: str = "the model did not answer"):
        super().__init__(message)
        self.reason = reason


class ModelMissing(ModelError):
    pass


class ModelStopped(ModelError):
    pass


class ModelTimeout(ModelError):
    pass


class ModelMisbehaved(ModelError):
    pass


class StoreError(CoachError):
    exit_code = 8


class ServeError(CoachError):
    exit_code = 9


class CurateError(CoachError):
    exit_code = 10


class Conflict(CurateError):
    """`theirs` is the digest of what stands in the library now; the text is in the store of versions."""

    def __init__(self, message: str, theirs: str):
        super().__init__(message)
        self.theirs = theirs


class ImportRefused(CurateError):
    pass


class NotAllowed(CoachError):
    exit_code = 11


class NotSignedIn(NotAllowed):
    pass
