"""Messages and mails in figures: how soon a tutor answers, what became of mails."""

from collections.abc import Iterator
from datetime import date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from realtime.models import MailDelivery
from tutorme.core.reports import (
    Asked,
    Line,
    Report,
    Unit,
    counted,
    part,
    percent,
    rows_by_step,
)

# The first of the other's messages in a row, and the first of one's own after it.
_ANSWERS = """
WITH mine AS (
    SELECT m.conversation_id, m.seq, m.author_id, m.created_at,
           lag(m.author_id) OVER talk AS author_before
    FROM realtime_message m
    WHERE m.conversation_id IN (
        SELECT conversation_id FROM realtime_participant WHERE user_id = %(tutor)s
    )
    WINDOW talk AS (PARTITION BY m.conversation_id ORDER BY m.seq)
), turns AS (
    SELECT *, lead(author_id) OVER talk AS next_author, lead(created_at) OVER talk AS next_at
    FROM mine WHERE author_before IS DISTINCT FROM author_id
    WINDOW talk AS (PARTITION BY conversation_id ORDER BY seq)
)
SELECT created_at, next_at FROM turns
WHERE author_id <> %(tutor)s AND created_at >= %(start)s AND created_at < %(end)s
"""


@part("answers", Report.TEACHING, _("Answers"), order=40)
def answers(asked: Asked) -> Iterator[Line]:
    """From the first message of a student's turn to the tutor's next one; the median, since one
    holiday should not outweigh a month."""
    rows = _turns(asked)
    if not rows:
        return
    answered = [(at, (then - at).total_seconds()) for at, then in rows if then is not None]
    steps: dict[date, list[float]] = {}
    for at, seconds in answered:
        steps.setdefault(_step_of(asked, at), []).append(seconds)
    yield Line("answers.asked", _("Times you were written to"), Unit.COUNT, len(rows))
    share = percent(len(answered), len(rows))
    yield Line("answers.given", _("Of them answered"), Unit.PERCENT, share)
    waits = [seconds for _at, seconds in answered]
    yield Line(
        "answers.time",
        _("Time until you answer, half are faster"),
        Unit.SECONDS,
        median(waits) if waits else None,
        {on: median(found) for on, found in steps.items()},
        less_is_better=True,
    )


def _turns(asked: Asked) -> list[tuple[datetime, datetime | None]]:
    facts: dict[str, Any] = {
        "tutor": asked.teacher,
        "start": asked.period.start,
        "end": asked.period.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, facts)
        rows: list[tuple[datetime, datetime | None]] = cursor.fetchall()
    return rows


def _step_of(asked: Asked, at: datetime) -> date:
    day = at.astimezone(ZoneInfo(asked.period.zone)).date()
    return max(on for on in asked.period.steps() if on <= day)


@part("mails", Report.BUSINESS, _("Mails"), order=65)
def mails(asked: Asked) -> Iterator[Line]:
    rows = rows_by_step(
        MailDelivery.objects.all(),
        "created_at",
        asked.period,
        count=Count("pk"),
        sent=Count("pk", filter=Q(state="sent")),
        bad=Count("pk", filter=Q(state__in=("failed", "unknown"))),
        bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
    )
    yield counted("mails.owed", _("Mails"), rows)
    yield counted("mails.sent", _("Sent"), rows, "sent")
    yield counted("mails.lost", _("Failed, or outcome unknown"), rows, "bad", less_is_better=True)
    yield counted("mails.bounced", _("Came back"), rows, "bounced", less_is_better=True)
