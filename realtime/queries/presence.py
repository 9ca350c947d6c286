"""Who is here: whose lease on a channel has not run out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from accounts.channels import USER
from realtime.models import Presence


def on(channel: str) -> list[dict[str, Any]]:
    rows = Presence.objects.filter(channel=channel, lease_until__gt=Now()).order_by("since_at")
    shown = rows.values("user_id", "since_at", display_name=F("user__display_name"))
    return [dict(row) for row in shown]


def online(people: Collection[UUID]) -> dict[UUID, datetime]:
    """Those of them who have the site open anywhere, and since when."""
    names = [f"{USER}{pk}" for pk in people]
    rows = Presence.objects.filter(channel__in=names, lease_until__gt=Now())
    return dict(rows.values_list("user_id", "since_at"))
