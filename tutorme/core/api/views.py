"""The base of every API view: declared access, idempotency keys, conditional requests."""

import hashlib
from enum import Enum
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from tutorme.core import idempotency, row_security
from tutorme.core.access import AccessMap, action_of
from tutorme.core.api.renderers import dumps
from tutorme.core.errors import IdempotencyKeyRequired, PreconditionFailed, PreconditionRequired
from tutorme.core.idempotency import Reserved, Stored

# What an edit declares that calls `require_match`.
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of what was read and is edited; 412 where it changed since.",
)


# Where there may be nothing yet that could have changed.
IF_MATCH_IF_THERE = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what is replaced."
)


class Idempotency(Enum):
    """How a POST treats `Idempotency-Key`; other methods are idempotent by themselves."""

    NONE = "none"
    HONOURED = "honoured"
    REQUIRED = "required"


class _Replay(Exception):
    def __init__(self, stored: Stored) -> None:
        super().__init__("replayed")
        self.stored = stored


class ApiView(APIView):
    access: AccessMap = {}
    idempotency: Idempotency | dict[str, Idempotency] = Idempotency.HONOURED
    limit_scope: str | dict[str, str] | None = None
    # Answers are personal unless a view says otherwise.
    cache_control = "private, no-store"

    _reserved: Reserved | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        row_security.begin(request.user)
        if request.method == "POST":
            self._reserve(request)

    def _idempotency(self, request: Request) -> Idempotency:
        if isinstance(self.idempotency, Idempotency):
            return self.idempotency
        return self.idempotency.get(action_of(self, request.method or ""), Idempotency.HONOURED)

    def _reserve(self, request: Request) -> None:
        mode = self._idempotency(request)
        key = request.headers.get("Idempotency-Key")
        if mode is Idempotency.REQUIRED and key is None:
            raise IdempotencyKeyRequired
        # A visitor has no identity to keep an answer for.
        if mode is Idempotency.NONE or key is None or not request.user.is_authenticated:
            return
        held = idempotency.reserve(
            owner=str(request.user.pk),
            method="POST",
            path=request.path[:400],
            key=idempotency.valid_key(key),
            body=request.body,
        )
        if isinstance(held, Stored):
            raise _Replay(held)
        self._reserved = held

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            return _replayed(exc.stored)
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", self.cache_control)
        counted = getattr(request._request, "rate_limit", None)
        if counted:
            for name, value in counted.headers().items():
                final.headers[name] = value
        if self._reserved:
            self._settle(final)
        return final

    def _settle(self, response: HttpResponse) -> None:
        assert self._reserved is not None
        if not idempotency.is_kept(response.status_code):
            idempotency.release(self._reserved)
            return
        data = getattr(response, "data", None)
        kept = {k: v for k, v in response.headers.items() if k in {"Location", "ETag"}}
        # Not rendered yet, so the header still says what Django assumes.
        kept["Content-Type"] = getattr(response, "content_type", None) or "application/json"
        body = b"" if data is None else dumps(data)
        idempotency.keep(self._reserved, status=response.status_code, body=body, headers=kept)


def _replayed(stored: Stored) -> Response:
    response = HttpResponse(stored.body, status=stored.status)
    for name, value in stored.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response  # type: ignore[return-value]  # DRF accepts any HttpResponse here


class ApiViewSet(ViewSetMixin, ApiView):
    """Actions by name; `access` has one grant per action."""


def read_body(serializer: type[BaseSerializer[Any]], request: Request, **context: Any) -> Any:
    """The validated body of a write; 400 with pointers otherwise."""
    reader = serializer(data=request.data, context={"request": request, **context})
    reader.is_valid(raise_exception=True)
    return reader.validated_data


def read_query(serializer: type[BaseSerializer[Any]], request: Request) -> Any:
    """The validated query parameters; an unknown value is 400."""
    reader = serializer(data=request.query_params.dict(), context={"request": request})
    reader.is_valid(raise_exception=True)
    return reader.validated_data


def etag(*parts: object) -> str:
    """A strong validator over whatever decides the representation."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f'"{digest[:32]}"'


def _names(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",") if part.strip()}


def not_modified(request: Request, tag: str) -> bool:
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or tag in _names(header)


def require_match(request: Request, tag: str) -> None:
    """Edits name the version they were made on, so that nobody overwrites unseen work."""
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired
    if header.strip() != "*" and tag not in _names(header):
        raise PreconditionFailed
