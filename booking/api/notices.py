"""Where Google and Microsoft say that a calendar changed, and Zoom who came and left. A calendar's
notice is a hint: it is believed if it carries the secret we gave with the order, and all it does
is that we look. What Zoom says is signed, kept and read afterwards."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from booking.errors import NoticeRefused
from booking.services import syncing, zoom_news
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.views import ApiView, Idempotency
from tutorme.core.errors import BodyTooLarge

_MOST_ROWS = 100
_MOST_BYTES = 64 * 1024
_LONGEST_WORD = 300


class GoogleNoticeView(ApiView):
    authentication_classes = ()
    parser_classes: tuple[type[BaseParser], ...] = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}

    @extend_schema(operation_id="webhooks_google_calendar", request=None, responses={204: None})
    def post(self, request: Request, channel_id: str) -> Response:
        """Google says that a calendar changed."""
        named = request.headers.get("X-Goog-Channel-ID", "")
        secret = request.headers.get("X-Goog-Channel-Token", "")
        row = syncing.told_by(channel_id, secret) if named == channel_id else None
        if row is None:
            raise NoticeRefused
        if request.headers.get("X-Goog-Resource-State") != "sync":
            syncing.hint(row)
        return Response(status=204)


class MicrosoftNoticeView(ApiView):
    authentication_classes = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}

    @extend_schema(operation_id="webhooks_microsoft_calendar", request=None, responses={202: None})
    def post(self, request: Request, channel_id: str) -> Response | HttpResponse:
        """Microsoft says that a calendar changed, or asks whether this address is ours."""
        word = request.query_params.get("validationToken")
        if word is not None:
            if not syncing.is_ours(channel_id) or len(word) > _LONGEST_WORD:
                raise NoticeRefused
            return HttpResponse(word, content_type="text/plain; charset=utf-8")
        found = [syncing.told_by(channel_id, secret) for secret in _secrets(request.data)]
        row = found[0] if found and all(found) else None
        if row is None:
            raise NoticeRefused
        syncing.hint(row)
        return Response(status=202)


class ZoomNoticeView(ApiView):
    authentication_classes = ()
    parser_classes: tuple[type[BaseParser], ...] = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    idempotency = Idempotency.NONE
    limit_scope = "webhook"

    @extend_schema(
        operation_id="webhooks_zoom",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT, 204: None},
    )
    def post(self, request: Request) -> Response:
        """Zoom says who came to a meeting and who left, or asks whether this address is ours."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
            raise BodyTooLarge
        answer = zoom_news.receive(
            body=request._request.body,
            timestamp=request.headers.get("x-zm-request-timestamp", ""),
            signature=request.headers.get("x-zm-signature", ""),
        )
        return Response(answer) if answer else Response(status=204)


def _secrets(body: Any) -> list[str]:
    rows = body.get("value") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) > _MOST_ROWS:
        return []
    return [str(row.get("clientState", "")) if isinstance(row, dict) else "" for row in rows]
