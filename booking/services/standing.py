"""A tutor's figures, counted anew from the rows whenever one of them changes: they cannot drift."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, Sum

from booking.models import Booking, LessonReview, LessonType, TutorStanding
from payments.services.commission import current as tiers_of_the_house
from payments.services.commission import rate_at

State = Booking.State


@transaction.atomic
def recount(tutor_id: UUID) -> TutorStanding:
    """Under the row's lock, so that of two the later one sees both changes."""
    TutorStanding.objects.bulk_create([TutorStanding(tutor_id=tutor_id)], ignore_conflicts=True)
    row = TutorStanding.objects.select_for_update(of=("self",), no_key=True).get(tutor_id=tutor_id)
    for name, value in _figures(tutor_id).items():
        setattr(row, name, value)
    row.save()
    return row


def astray() -> list[UUID]:
    """The tutors whose figures are not what their rows come to: none, unless somebody changed one
    of them by hand."""
    return [
        row.tutor_id
        for row in TutorStanding.objects.order_by("tutor_id").iterator()
        if any(getattr(row, name) != value for name, value in _figures(row.tutor_id).items())
    ]


def recount_astray() -> int:
    """How many were."""
    return len([recount(tutor_id) for tutor_id in astray()])


def _figures(tutor_id: UUID) -> dict[str, int]:
    return {**_lessons(tutor_id), **_reviews(tutor_id)}


def _lessons(tutor_id: UUID) -> dict[str, int]:
    held = Q(state=State.COMPLETED)
    away = Q(state__in=(State.CANCELLED_BY_TUTOR, State.NO_SHOW_TUTOR))
    found = Booking.objects.filter(held | away, tutor_id=tutor_id).aggregate(
        lessons=Count("pk", filter=held),
        marks=Count("pk", filter=away),
        length=Sum(F("ends_at") - F("starts_at"), filter=held),
    )
    length = found.pop("length")
    return {**found, "minutes": int(length.total_seconds()) // 60 if length else 0}


def _reviews(tutor_id: UUID) -> dict[str, int]:
    shown = LessonReview.objects.filter(tutor_id=tutor_id, is_hidden=False)
    found = shown.aggregate(reviews=Count("pk"), stars=Sum("stars"))
    return {"reviews": found["reviews"], "stars": found["stars"] or 0}


def hours(tutor_id: UUID) -> int:
    """Of lessons held: what commission tiers count."""
    minutes = TutorStanding.objects.filter(pk=tutor_id).values_list("minutes", flat=True).first()
    return (minutes or 0) // 60


def commission(kind: LessonType) -> int | None:
    """Thousandths the house keeps of such a lesson if it is held now; a trial has its own. None
    where nothing is to pay."""
    if not kind.price_minor:
        return None
    if kind.is_trial:
        return settings.TRIAL_COMMISSION_PER_MILLE
    _schedule, tiers = tiers_of_the_house()
    return rate_at(tiers, hours(kind.tutor_id))
