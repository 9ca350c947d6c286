"""RFC 9457: every error of the API in one shape, from one place."""

from collections.abc import Iterator
from typing import Any

import orjson
import structlog
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from tutorme.core import context, errors
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable
from tutorme.core.transactions import violated_constraint

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"


def problem(error: errors.DomainError) -> dict[str, Any]:
    """The members of a problem: type, title, status, detail, code, instance, then extras."""
    return {
        "type": f"/problems/{error.code}/",
        "title": str(error.title),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "instance": context.request_id(),
        **error.extras,
    }


def problem_response(error: errors.DomainError) -> HttpResponse:
    """For Django's own layers; inside a view the exception handler answers."""
    response = HttpResponse(
        orjson.dumps(problem(error), default=str), status=error.status, content_type=CONTENT_TYPE
    )
    for name, value in _headers(error).items():
        response[name] = value
    return response


def exception_handler(raised: Exception, where: dict[str, Any]) -> Response:
    """DRF's hook. Whatever was raised becomes a problem; a surprise is logged with its trace."""
    set_rollback()
    error = translate(raised)
    if isinstance(error, errors.InternalError):
        log.error("api.crashed", exc_info=raised, view=type(where.get("view")).__name__)
    headers = _headers(error)
    if isinstance(raised, drf.AuthenticationFailed | drf.NotAuthenticated):
        headers["WWW-Authenticate"] = getattr(raised, "auth_header", None) or "Bearer"
    return Response(problem(error), status=error.status, headers=headers, content_type=CONTENT_TYPE)


def _headers(error: errors.DomainError) -> dict[str, str]:
    return {"Retry-After": str(error.wait_s)} if error.wait_s else {}


def translate(raised: Exception) -> errors.DomainError:
    if isinstance(raised, errors.DomainError):
        return raised
    if isinstance(raised, drf.APIException):
        return _from_drf(raised)
    return _from_elsewhere(raised)


_BY_DRF: dict[type[drf.APIException], type[errors.DomainError]] = {
    drf.NotAuthenticated: errors.NotSignedIn,
    drf.AuthenticationFailed: errors.NotSignedIn,
    drf.PermissionDenied: errors.NotAllowed,
    drf.NotFound: errors.NotFound,
    drf.MethodNotAllowed: errors.MethodNotAllowed,
    drf.NotAcceptable: errors.NotAcceptable,
    drf.UnsupportedMediaType: errors.UnsupportedMediaType,
    drf.ParseError: errors.MalformedBody,
}


def _from_drf(raised: drf.APIException) -> errors.DomainError:
    if isinstance(raised, drf.ValidationError):
        return errors.InvalidInput(errors=list(_rows(raised.get_full_details(), "")))
    if isinstance(raised, drf.Throttled):
        return errors.TooManyRequests(retry_after=int(getattr(raised, "wait", None) or 1))
    error = _BY_DRF.get(type(raised))
    if error is None:
        return errors.InternalError()
    told = (
        str(raised.detail)
        if isinstance(raised, drf.PermissionDenied | drf.AuthenticationFailed)
        else ""
    )
    return error(told)


def _from_elsewhere(raised: Exception) -> errors.DomainError:
    if isinstance(raised, Http404):
        return errors.NotFound()
    if isinstance(raised, PermissionDenied):
        return errors.NotAllowed()
    if isinstance(raised, RequestDataTooBig):
        return errors.BodyTooLarge(str(raised))
    if isinstance(raised, TooManyFieldsSent | TooManyFilesSent):
        return errors.MalformedBody("The form has too many parts.")
    if isinstance(raised, ModelValidationError):
        rows = [{"pointer": "", "code": "invalid", "detail": text} for text in raised.messages]
        return errors.InvalidInput(errors=rows)
    if isinstance(raised, GatewayUnavailable):
        return errors.ProviderUnavailable()
    if isinstance(raised, GatewayMisconfigured):
        return errors.ProviderNotConfigured()
    return _from_database(raised)


def _from_database(raised: Exception) -> errors.DomainError:
    if isinstance(raised, IntegrityError):
        log.warning("api.constraint", constraint=violated_constraint(raised))
        return errors.Conflict()
    if isinstance(raised, DataError):
        # A validator is missing: the value reached the database. Clear to the client, loud to us.
        log.error("api.data_error", exc_info=raised)
        return errors.InvalidInput(errors=[])
    if isinstance(raised, OperationalError | InterfaceError):
        log.warning("api.database_unavailable", error=type(raised).__name__)
        return errors.Unavailable()
    return errors.InternalError()


def _rows(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    """DRF's nested details flattened to JSON pointers (RFC 6901)."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"pointer": pointer, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, dict):
        for key, item in details.items():
            own = (
                ""
                if key == "non_field_errors"
                else f"/{str(key).replace('~', '~0').replace('/', '~1')}"
            )
            yield from _rows(item, pointer + own)
    elif isinstance(details, list):
        leaf = all(isinstance(item, dict) and set(item) == {"message", "code"} for item in details)
        for index, item in enumerate(details):
            yield from _rows(item, pointer if leaf else f"{pointer}/{index}")
