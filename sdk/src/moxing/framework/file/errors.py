"""What the file API raises. Every error is an OSError too, so that code written for local files catches it.

MoxException (OSError)
├── MoxFileNotExistsException (FileNotFoundError)   the path names nothing
├── MoxFileNameDuplicateException (FileExistsError) a file stands where a directory is needed, or the reverse
├── MoxFileReadException                            the content changed or ended while it was read
└── MoxFileRespException                            the platform refused or did not answer
"""

from __future__ import annotations


class Answer:
    """What the platform said: `status` is 0 where it did not answer at all."""

    __slots__ = ("errorCode", "errorMessage", "reason", "status")

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.errorCode = code
        self.errorMessage = message
        self.reason = message

    def __str__(self) -> str:
        return f"{self.status} {self.errorCode}: {self.errorMessage}"


class MoxException(OSError):
    """Base of the file API's errors."""


class MoxFileNotExistsException(MoxException, FileNotFoundError):
    """The path names neither a file nor a directory, or its bucket does not exist."""


class MoxFileNameDuplicateException(MoxException, FileExistsError):
    """A file and a directory would have the same name."""


class _AnswerException(MoxException):
    def __init__(self, resp: Answer | str) -> None:
        super().__init__(str(resp))
        self.resp = resp if isinstance(resp, Answer) else Answer(0, "", resp)


class MoxFileReadException(_AnswerException):
    """Reading an object broke off and could not be resumed."""


class MoxFileRespException(_AnswerException):
    """The platform refused the request, or stayed unreachable for longer than the retries last."""
