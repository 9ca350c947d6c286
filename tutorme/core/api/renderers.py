"""orjson on every answer; problems keep their own content type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

from tutorme.core.money import Money


def _default(value: Any) -> Any:
    if isinstance(value, Money):
        return value.as_json()
    if isinstance(value, Promise | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class FastJSONRenderer(BaseRenderer):
    """Datetimes are written in UTC with `Z`, money as `{"amount", "currency"}`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dumps(data)


def dumps(data: Any) -> bytes:
    return orjson.dumps(
        data,
        default=_default,
        option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_OMIT_MICROSECONDS,
    )
