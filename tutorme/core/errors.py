"""Errors a person or a client can act on. Services raise them; the edges translate.

Each has a code (part of the API contract and the address of its page), a title, an HTTP
status, an explanation for people, and may carry extra members for the response.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TextLike = str | Promise


class DomainError(Exception):
    code = "error"
    title: TextLike = _("Something went wrong")
    status = 400
    explanation: TextLike = _("The request could not be carried out.")
    retry_after: int | None = None

    def __init__(self, detail: TextLike = "", **extras: Any) -> None:
        super().__init__(str(detail) or self.code)
        self.detail = str(detail or self.explanation)
        self.extras = extras

    @property
    def wait_s(self) -> int:
        """Seconds until it is worth trying again, or 0."""
        return int(self.extras.get("retry_after") or self.retry_after or 0)


class InvalidInput(DomainError):
    """`errors` rows are `{"pointer": "/field", "code": …, "detail": …}`."""

    code = "invalid-input"
    title = _("Some of what was sent is not valid")
    status = 400
    explanation = _("Each entry of errors names a field and what is wrong with it.")

    def __init__(self, detail: TextLike = "", *, errors: list[dict[str, str]]) -> None:
        super().__init__(detail, errors=errors)


class MalformedBody(DomainError):
    code = "malformed-body"
    title = _("The body could not be read")
    explanation = _(
        "It is not valid JSON, is nested too deeply, repeats a key or holds a forbidden character."
    )


class BodyTooLarge(DomainError):
    code = "body-too-large"
    title = _("The body is too large")
    status = 413
    explanation = _("A JSON body may have one mebibyte.")


class UploadTooLarge(DomainError):
    """`most_bytes` says how large it may be."""

    code = "upload-too-large"
    title = _("The file is too large")
    status = 413
    explanation = _("Each purpose has its own limit; most_bytes names the one of this upload.")


class UploadRefused(DomainError):
    """`reason`: empty, wrong-kind, damaged, too-many-pixels, unknown-purpose or unknown-file."""

    code = "upload-refused"
    title = _("This file is not taken")
    status = 422
    explanation = _(
        "What a file is, is read from its bytes. Its name and declared type are not asked."
    )


class UploadQuotaReached(DomainError):
    """`used` and `quota` are bytes."""

    code = "upload-quota-reached"
    title = _("There is no room left for your files")
    status = 409
    explanation = _("Remove files you no longer use, then try again.")


class UnsupportedMediaType(DomainError):
    code = "unsupported-media-type"
    title = _("This content type is not read here")
    status = 415
    explanation = _("Send application/json, or what the endpoint documents.")


class NotSignedIn(DomainError):
    code = "not-signed-in"
    title = _("Sign in first")
    status = 401
    explanation = _("The request carries no valid token or session.")


class NotAllowed(DomainError):
    code = "not-allowed"
    title = _("You may not do this")
    status = 403
    explanation = _("Your account has no right to this action.")


class TokenScopeMissing(DomainError):
    code = "token-scope-missing"
    title = _("This token may not do that")
    status = 403
    explanation = _(
        "A personal token reaches what its scopes name, and never security, webhooks or what is"
        " for admins alone. Signed in, your account may do this."
    )


class NotFound(DomainError):
    code = "not-found"
    title = _("Nothing is here")
    status = 404
    explanation = _("It does not exist, or it is not yours to see.")


class MethodNotAllowed(DomainError):
    code = "method-not-allowed"
    title = _("This method is not offered here")
    status = 405
    explanation = _("The Allow header lists the methods of this address.")


class NotAcceptable(DomainError):
    code = "not-acceptable"
    title = _("No representation fits the Accept header")
    status = 406
    explanation = _("The API answers in JSON.")


class Conflict(DomainError):
    code = "conflict"
    title = _("Someone else was faster")
    status = 409
    explanation = _("The thing changed in the meantime. Read it again and decide anew.")


class PreconditionFailed(DomainError):
    code = "precondition-failed"
    title = _("It was changed since you read it")
    status = 412
    explanation = _(
        "The If-Match header names an older version. Read the current one and edit that."
    )


class PreconditionRequired(DomainError):
    code = "precondition-required"
    title = _("Say which version you are editing")
    status = 428
    explanation = _("Send the ETag of the version you read as If-Match.")


class TooManyRequests(DomainError):
    code = "too-many-requests"
    title = _("Too many requests")
    status = 429
    explanation = _("Wait for the time in Retry-After, then go on.")


class IdempotencyKeyRequired(DomainError):
    code = "idempotency-key-required"
    title = _("An Idempotency-Key is needed")
    status = 400
    explanation = _("Requests that move money or book carry a key, so that repeating one is safe.")


class IdempotencyKeyInvalid(DomainError):
    code = "idempotency-key-invalid"
    title = _("The Idempotency-Key is not valid")
    status = 400
    explanation = _("A key has 1 to 255 printable ASCII characters.")


class IdempotencyKeyReused(DomainError):
    code = "idempotency-key-reused"
    title = _("This key was used for another request")
    status = 422
    explanation = _(
        "The same Idempotency-Key came with another body. Use a new key for a new request."
    )


class IdempotencyInFlight(DomainError):
    code = "idempotency-in-flight"
    title = _("The first request is still running")
    status = 409
    explanation = _("A request with this key is being carried out. Ask again shortly.")
    retry_after = 1


class ProviderNotConfigured(DomainError):
    code = "provider-not-configured"
    title = _("This feature is switched off")
    status = 503
    explanation = _("Its provider has no keys on this site.")


class ProviderUnavailable(DomainError):
    code = "provider-unavailable"
    title = _("The provider does not answer")
    status = 503
    explanation = _("Nothing was lost. Try again in a moment.")
    retry_after = 10


class Unavailable(DomainError):
    code = "unavailable"
    title = _("Not available right now")
    status = 503
    explanation = _(
        "A part of the site is busy or restarting. Nothing was half-written. Try again shortly."
    )
    retry_after = 3


class StorageFull(DomainError):
    """Raised where bytes are written; jobs take it as "not now"."""

    code = "storage-full"
    title = _("There is no room for the file")
    status = 507
    explanation = _("Nothing was kept of it. Those who run the site have to make room; try later.")
    retry_after = 60


class DocumentRefused(DomainError):
    code = "document-refused"
    title = _("This document cannot be printed")
    status = 422
    explanation = _("The template or a name in it is outside of what the press accepts.")


class PressUnavailable(DomainError):
    code = "press-unavailable"
    title = _("PDF files cannot be made here")
    status = 503
    explanation = _("The Pango library is not installed on this machine.")


class ReportPeriodRefused(DomainError):
    code = "report-period-refused"
    title = _("This period cannot be reported on")
    status = 400
    explanation = _("A report goes from a day to a day not before it, over three years at most.")


class ListMoved(DomainError):
    code = "list-moved"
    title = _("The list is another one by now")
    status = 409
    explanation = _("Rows came or went since it was shown. Look again, then decide.")


class InternalError(DomainError):
    """Never raised by us: the shape an unexpected failure is answered with."""

    code = "internal-error"
    title = _("Something broke on our side")
    status = 500
    explanation = _("It was logged with the request id. Nothing was half-written.")


def all_errors() -> Iterator[type[DomainError]]:
    def below(cls: type[DomainError]) -> Iterator[type[DomainError]]:
        return itertools.chain.from_iterable((sub, *below(sub)) for sub in cls.__subclasses__())

    return iter(sorted(set(below(DomainError)), key=lambda error: error.code))
