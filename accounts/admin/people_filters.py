"""By what people are found in the back office: what they are here, and when they were last seen."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthSession, TutorProfile, User

_TEACHES = Exists(TutorProfile.objects.filter(user=OuterRef("pk"), state="approved"))
_AT = Coalesce("rotated_at", "confirmed_at")
_DAYS = {"1": _("in the last day"), "7": _("in the last week"), "30": _("in the last month")}


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("student", _("student, and no tutor")),
            ("tutor", _("tutor")),
            ("desk", _("at a desk of the back office")),
            ("admin", _("admin")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[User]) -> QuerySet[User]:
        value = self.value()
        if value == "student":
            return rows.filter(~_TEACHES, is_staff=False)
        if value == "tutor":
            return rows.filter(_TEACHES)
        if value in {"desk", "admin"}:
            return rows.filter(is_staff=True, is_superuser=value == "admin")
        return rows


class LastSeenFilter(admin.SimpleListFilter):
    """By their sessions: when one was begun, confirmed or renewed."""

    title = _("last seen")
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*_DAYS.items(), ("long", _("not in the last month"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[User]) -> QuerySet[User]:
        value = self.value()
        if value in _DAYS:
            return rows.filter(_seen_within(int(value)))
        return rows.filter(~_seen_within(30)) if value == "long" else rows


def last_seen() -> Subquery:
    rows = _sessions().annotate(at=_AT)
    return Subquery(rows.order_by("-at").values("at")[:1])


def _seen_within(days: int) -> Exists:
    rows = _sessions().annotate(at=_AT)
    return Exists(rows.filter(at__gte=Now() - timedelta(days=days)))


def _sessions() -> QuerySet[AuthSession]:
    return AuthSession.objects.filter(user=OuterRef("pk"))
