"""What somebody may ask of the model today. One statement counts and decides, so that no number
of requests at once passes the allowance; it is given back where nothing came of it."""

from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from ai.errors import AiQuotaReached
from ai.models import Usage
from payments.models import Feature
from payments.queries import entitled

KINDS = ("course", "exercise", "solve", "hint", "match")

_TAKE = """
INSERT INTO ai_usage AS u (user_id, "on", kind, used)
SELECT %(user)s, %(on)s, %(kind)s, 1 WHERE %(quota)s > 0
ON CONFLICT (user_id, "on", kind) DO UPDATE SET used = u.used + 1 WHERE u.used < %(quota)s
RETURNING used
"""


def today() -> date:
    return datetime.now(UTC).date()


def quota_of(user_id: UUID, kind: str) -> int:
    free, planned = settings.AI_A_DAY[kind]
    return int(planned if entitled(user_id, Feature.AI) else free)


def take(user_id: UUID, kind: str) -> date:
    """One of today's, and the day it is counted on; `AiQuotaReached` where none is left. Commits
    and rolls back with what it is taken for."""
    quota, on = quota_of(user_id, kind), today()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"user": user_id, "on": on, "kind": kind, "quota": quota})
        taken = cursor.fetchone()
    if taken is None:
        raise AiQuotaReached(used=quota, quota=quota, kind=kind)
    return on


def give_back(user_id: UUID, kind: str, on: date | None) -> None:
    """Once for each that was taken: the caller commits it together with the failure. `on` is the
    day it is counted on; None where nothing was counted."""
    if on is None:
        return
    rows = Usage.objects.filter(user_id=user_id, on=on, kind=kind)
    rows.update(used=Greatest(F("used") - 1, 0))


def standing(user_id: UUID) -> dict[str, dict[str, int]]:
    """By kind: `used` and `quota` of today."""
    planned = entitled(user_id, Feature.AI)
    rows = Usage.objects.filter(user_id=user_id, on=today()).values_list("kind", "used")
    used = dict(rows)
    return {
        kind: {"used": used.get(kind, 0), "quota": settings.AI_A_DAY[kind][1 if planned else 0]}
        for kind in KINDS
    }
