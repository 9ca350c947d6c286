"""A row of somebody's in every table: the smallest world in which each wall has somebody to keep
out. Rows are made from what the tables ask for, so a new table is filled without a word; only what
its constraints want beyond a value of the right kind is said here (`FACTS`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import TutorProfile, User
from payments.models import LedgerEntry
from tests import cast
from tutorme.core import row_walls

MODELS = {
    model._meta.db_table: model
    for model in apps.get_models(include_auto_created=True)
    if not model._meta.proxy
}
# Whoever stands on the teaching side of a row.
_TEACHES = {"tutor", "instructor", "payee", "seller", "host", "proposed_by", "invited_by"}
_TEACHES |= {"blocked"}


@dataclass
class World:
    """Two people, and one row in each table that hangs on them alone."""

    name: str
    student: User
    tutor: User
    rows: dict[type[models.Model], models.Model] = field(default_factory=dict)
    # Keys by table, with those that a trigger made.
    own: dict[str, set[Any]] = field(default_factory=dict)

    @property
    def people(self) -> list[User]:
        return [self.student, self.tutor]

    def a(self, label: str) -> Any:
        return self.row(apps.get_model(label))

    def row(self, model: type[models.Model]) -> Any:
        if model not in self.rows:
            self.rows[model] = self._made(model)
        return self.rows[model]

    def _made(self, model: type[models.Model]) -> models.Model:
        facts = FACTS.get(model._meta.label, lambda _world: {})(self)
        if isinstance(facts, models.Model):
            return facts
        made = model(**{**self._asked_for(model, set(facts)), **facts})
        made.save(force_insert=True)
        return made

    def _asked_for(self, model: type[models.Model], told: set[str]) -> dict[str, Any]:
        named = _named_by_the_wall(model)
        return {
            column.name: self._value(column)
            for column in model._meta.local_fields
            if column.name not in told and (_is_needed(column) or column.column in named)
        }

    def _value(self, column: Any) -> Any:
        if column.is_relation:
            return self._parent(column)
        if column.choices:
            return column.choices[0][0]
        word = f"{self.name}-{column.name}-{uuid4().hex}"[-(column.max_length or 60) :]
        return next(make(column, word) for kind, make in _MADE if isinstance(column, kind))

    def _parent(self, column: Any) -> Any:
        if column.related_model is User:
            return self.tutor if column.name in _TEACHES else self.student
        if column.related_model is TutorProfile:
            return self.tutor.tutor_profile
        return self.row(column.related_model)


def planted(name: str) -> World:
    """Has a row in every walled table when it comes back."""
    world = World(name, cast.person(name), cast.tutor(f"{name}s-tutor"))
    before = keys()
    for table in before:
        world.row(MODELS[table])
    world.own = {table: there - before[table] for table, there in keys().items()}
    return world


def keys() -> dict[str, set[Any]]:
    """By walled table."""
    return {
        table: set(MODELS[table]._base_manager.values_list("pk", flat=True))
        for table in row_walls.walled()
    }


def _is_needed(column: Any) -> bool:
    if column.generated or isinstance(column, models.AutoField):
        return False
    return not (column.null or column.has_default() or column.has_db_default() or _is_clock(column))


def _is_clock(column: Any) -> bool:
    return bool(getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False))


def _named_by_the_wall(model: type[models.Model]) -> set[str]:
    """Columns a wall asks of, also where the table lets them be empty."""
    entry = row_walls.known().get(model._meta.db_table)
    if not isinstance(entry, row_walls.Walled):
        return set()
    names = set(re.findall(r"\w+", entry.sees))
    relations = (column for column in model._meta.local_fields if column.is_relation)
    return {str(column.column) for column in relations} & names


_IN_ORDER = (
    *("opens", "blocked_from", "starts", "joined", "ends", "seen", "latest", "closes"),
    "blocked_until",
)


def _moment(column: Any) -> datetime:
    """What opens does so before it starts, and what ends does so after."""
    place = next((n for n, word in enumerate(_IN_ORDER) if column.name.startswith(word)), 0)
    return timezone.now() + timedelta(days=1, hours=place)


_MADE: list[tuple[Any, Callable[[Any, str], Any]]] = [
    (models.EmailField, lambda _column, word: f"{word[-20:]}@example.test".lower()),
    (models.CharField, lambda column, word: "EUR" if column.name == "currency" else word),
    (models.TextField, lambda _column, word: word),
    (models.BooleanField, lambda _column, _word: True),
    (models.IntegerField, lambda _column, _word: 1),
    (models.DecimalField, lambda _column, _word: 1),
    (models.DateTimeField, lambda column, _word: _moment(column)),
    (models.DateField, lambda column, _word: _moment(column).date()),
    (models.TimeField, lambda _column, _word: time(9)),
    (models.UUIDField, lambda _column, _word: uuid4()),
    (models.BinaryField, lambda _column, word: word.encode()),
    (models.JSONField, lambda _column, word: {"of": word}),
    (ArrayField, lambda _column, _word: ["profile:read"]),
]


def _sealed(world: World, number: int) -> dict[str, Any]:
    return {"sequence": 1_000_000 + number + world.student.pk.int % 1_000_000}


def _balanced(world: World) -> dict[str, Any]:
    """The other half of what moved."""
    moved, account = world.a("payments.LedgerTransaction"), world.a("payments.LedgerAccount")
    of_tutor = type(account).objects.create(owner=world.tutor, kind=account.kind, currency="EUR")
    LedgerEntry.objects.create(transaction=moved, account=of_tutor, amount_minor=-1)
    return {"amount_minor": 1}


def _another_draft(world: World) -> dict[str, Any]:
    lesson = world.a("courses.LessonDraft")
    facts = {name: getattr(lesson, name) for name in ("course", "section", "title", "kind")}
    return {"requires": type(lesson).objects.create(**facts, key="before", position=9)}


Facts = Callable[[World], dict[str, Any] | models.Model]
FACTS: dict[str, Facts] = {
    "certificates.Certificate": lambda w: {"enrollment": w.a("courses.Enrollment")},
    "certificates.Member": lambda _w: {"joined_at": timezone.now()},
    "core.AuditUnsealed": lambda w: w.a("core.AuditEntry").unsealed,
    "core.AuditSeal": lambda w: _sealed(w, 0),
    "courses.Achievement": lambda _w: {"criteria": {"type": "streak", "required_days": 3}},
    "courses.BoardScore": lambda _w: {"is_shown": False},
    "courses.CourseRating": lambda _w: {"is_hidden": True},
    "courses.CourseWish": lambda _w: {"level": "beginner"},
    "courses.LessonDraftPrerequisite": _another_draft,
    "courses.PostReport": lambda w: {"post": w.a("courses.Post")},
    "courses.Regrade": lambda _w: {"new_score": 2},
    "courses.Vote": lambda w: {"post": w.a("courses.Post")},
    "booking.LessonReview": lambda _w: {"is_hidden": True},
    "payments.Coupon": lambda w: {"code": w.name.upper(), "currency": "", "per_mille": 100},
    "payments.Dispute": lambda w: {"period": None, "provider_dispute_id": f"PP-D-{w.name}"},
    "payments.Document": lambda w: {
        "period": None,
        "period_refund": None,
        "year": 1 + w.student.pk.int % 30_000,
    },
    "payments.LedgerEntry": _balanced,
    "payments.LedgerSeal": lambda w: _sealed(w, 1),
    "payments.PackageOffer": lambda _w: {"units": 5},
    "payments.Plan": lambda _w: {"features": []},
    "webhooks.Endpoint": lambda _w: {"organization": None},
    "realtime.Conversation": lambda w: {"pair": f"{w.student.pk}:{w.tutor.pk}"},
}
