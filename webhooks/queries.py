"""Endpoints and their log, as they are read."""

from typing import Any

from tutorme.core.api.views import etag
from webhooks import catalog, signing
from webhooks.models import Delivery, Endpoint

_ENDPOINT = (
    *("id", "url", "description", "types", "state", "failing_since", "disabled_at"),
    *("disabled_reason", "created_at"),
)
_DELIVERY = (
    *("id", "message_id", "state", "tries", "last_status", "last_error", "next_try_at"),
    *("delivered_at", "created_at"),
)


def tag(row: Endpoint) -> str:
    return etag("webhook", row.pk, row.version)


def card(row: Endpoint) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _ENDPOINT},
        "owner": row.owner_id,
        "organization": row.organization_id,
        "previous_secret_until": row.previous_until,
    }


def line(row: Delivery) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _DELIVERY}, "type": row.message.type}


def detail(row: Delivery) -> dict[str, Any]:
    attempts = list(row.attempts.values("at", "ms", "status", "error")[:100])
    return {**line(row), "body": signing.body_of(row.message), "attempts": attempts}


def kinds(*, to_site: bool) -> list[dict[str, str]]:
    return [
        {"name": kind.name, "title": str(kind.label), "area": str(kind.area)}
        for kind in catalog.offered(to_site=to_site)
    ]
