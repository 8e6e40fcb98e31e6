"""
Requests that cannot be answered with a verdict.

::

    PerizinanError
    └── RequestError                 carries the HTTP status
        ├── BodyTooLargeError        413
        ├── BodyTooSlowError         408
        ├── WrongContentTypeError    415
        ├── BadRequestDataError      422
        ├── NoSuchPageError          404
        ├── WrongMethodError         405
        ├── TooBusyError             503
        └── JudgingUnavailableError  503
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

import attrs

from perizinan_core.errors.base import Category, PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = [
    "BadRequestDataError",
    "BodyTooLargeError",
    "BodyTooSlowError",
    "JudgingUnavailableError",
    "NoSuchPageError",
    "RequestError",
    "TooBusyError",
    "WrongContentTypeError",
    "WrongMethodError",
]


class RequestError(PerizinanError):
    """Any request that cannot be answered with a verdict."""

    code: ClassVar[str] = "request"
    categories: ClassVar[Mapping[str, Category]] = {
        "request": Category.ARGUMENT,
        "body-too-large": Category.TOO_LARGE,
        "body-too-slow": Category.INPUT,
        "wrong-content-type": Category.ARGUMENT,
        "bad-request-data": Category.INPUT,
        "page-not-found": Category.NOT_FOUND,
        "wrong-method": Category.ARGUMENT,
        "too-busy": Category.UNAVAILABLE,
        "judging-unavailable": Category.UNAVAILABLE,
    }
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = N_("This request cannot be answered")
    """English msgid of a heading."""

    close: ClassVar[bool] = False
    """True when the rest of the request is not worth reading."""

    retry_seconds: ClassVar[int | None] = None
    """When to come back, in seconds."""

    @property
    def http_status(self) -> HTTPStatus:
        """The status of the answer, finer than the category."""
        return self.status


@attrs.define(slots=False, eq=False)
class BodyTooLargeError(RequestError):
    """More bytes than a permit or a photo needs."""

    code: ClassVar[str] = "body-too-large"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title: ClassVar[str] = N_("The file is too large")
    sentence: ClassVar[str] = N_(
        "Expected a file of at most {limit_mb} MB, and more came. A permit is rarely larger than 1 MB: "
        "send the PDF as the office issued it, not a scan of it."
    )

    limit: int
    """Largest file, in bytes."""

    def wording(self, language: str) -> dict[str, object]:
        """Give the limit in megabytes."""
        megabytes = f"{self.limit / (1024 * 1024):.3g}"
        return {"limit_mb": megabytes.replace(".", ",") if language == "id" else megabytes}


@attrs.define(slots=False, eq=False)
class BodyTooSlowError(RequestError):
    """A sender that does not keep up."""

    code: ClassVar[str] = "body-too-slow"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_TIMEOUT
    title: ClassVar[str] = N_("The upload took too long")
    sentence: ClassVar[str] = N_(
        "The file did not arrive in time. Try again with a better connection, or check the QR code, "
        "which needs almost no data."
    )
    close: ClassVar[bool] = True


@attrs.define(slots=False, eq=False)
class WrongContentTypeError(RequestError):
    """A body of another kind than the address takes."""

    code: ClassVar[str] = "wrong-content-type"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title: ClassVar[str] = N_("This kind of content is not accepted here")
    sentence: ClassVar[str] = N_(
        "Expected the content type {expected}. Send the file as a form, or as it is with its content type."
    )

    expected: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class BadRequestDataError(RequestError):
    """A request whose content lacks something, or has it in another form."""

    code: ClassVar[str] = "bad-request-data"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = N_("Something is missing in the request")
    sentence: ClassVar[str] = "{fault}"

    fault: str
    """English msgid of a sentence, without anything that the sender wrote."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the sentence."""
        return {"fault": translate(self.fault, language)}


@attrs.define(slots=False, eq=False)
class NoSuchPageError(RequestError):
    """An address that leads nowhere."""

    code: ClassVar[str] = "page-not-found"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = N_("There is no such page")
    sentence: ClassVar[str] = N_("Nothing is found at this address. Start again from the first page.")


@attrs.define(slots=False, eq=False)
class WrongMethodError(RequestError):
    """An address used in another way than it is made for."""

    code: ClassVar[str] = "wrong-method"
    status: ClassVar[HTTPStatus] = HTTPStatus.METHOD_NOT_ALLOWED
    title: ClassVar[str] = N_("This address is used differently")
    sentence: ClassVar[str] = N_(
        "Expected the method {expected}. The API document says what each address takes."
    )

    expected: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class TooBusyError(RequestError):
    """More uploads at once than this server takes."""

    code: ClassVar[str] = "too-busy"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = N_("Too many people are checking permits right now")
    sentence: ClassVar[str] = N_("All places are taken. Wait a few seconds and try again.")
    retry_seconds: ClassVar[int | None] = 5


@attrs.define(slots=False, eq=False)
class JudgingUnavailableError(RequestError):
    """No judging process can be started."""

    code: ClassVar[str] = "judging-unavailable"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = N_("Permits cannot be checked right now")
    sentence: ClassVar[str] = N_(
        "The checking process does not start. Try again later, and tell the office if it stays so."
    )
    retry_seconds: ClassVar[int | None] = 30
