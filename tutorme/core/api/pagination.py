"""Cursor pages: stable under writes, cost independent of depth, a bad cursor is a 404."""

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from tutorme.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    # DRF imports this module while it builds that class.
    from rest_framework.views import APIView

MAX_PAGE = 100


class CursorPage(CursorPagination):
    """`{"next", "previous", "results"}`; the view names its `ordering`, ended by the key."""

    page_size = 20
    max_page_size = MAX_PAGE
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-pk")

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= 10**6):
            row = {"pointer": "/page_size", "code": "invalid", "detail": "Give 1 to 100."}
            raise InvalidInput(errors=[row])
        return min(int(given[:9]), MAX_PAGE)

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: "APIView"
    ) -> tuple[str, ...]:
        return tuple(getattr(view, "page_ordering", None) or self.ordering)

    def decode_cursor(self, request: Request) -> Any:
        """DRF reads whatever can be read; ours are three known parameters in strict base64."""
        given = request.query_params.get(self.cursor_query_param)
        if given is not None:
            inside = parse_qs(base64.b64decode(given, validate=True).decode(), strict_parsing=True)
            if not set(inside) <= {"o", "r", "p"}:
                raise ValueError("not a cursor")
        return super().decode_cursor(request)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, binascii.Error, ValidationError) as error:
            raise NotFound("The cursor is not one of ours.") from error
