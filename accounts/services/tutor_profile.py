"""What tutors say about themselves. What shows who they are is looked at before it is shown.

Locks are taken in one order: user, profile, review.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import (
    TutorLanguage,
    TutorPrivate,
    TutorProfile,
    TutorReview,
    TutorSubject,
    User,
)
from accounts.services import tutor_search
from tutorme.core import audit

State = TutorProfile.State
_COLUMNS = frozenset(
    "headline about approach session_formats preferred_video_platform is_listed"
    " years_of_experience education degree certifications intro_video_url".split()
)
_PRIVATE = frozenset({"legal_name", "phone", "tax_country"})
# Who somebody is: after approval a change waits for the site, and the live page stays as it is.
REVIEWED = frozenset(
    "years_of_experience education degree certifications intro_video_url legal_name"
    " tax_country".split()
)
EDITABLE = _COLUMNS | _PRIVATE | {"hourly_price", "subjects", "languages"}


def _anything(_profile: TutorProfile) -> None:
    pass


def update(
    *, user: User, changes: dict[str, Any], check: Callable[[TutorProfile], None] = _anything
) -> TutorProfile:
    """Applies a subset of EDITABLE, beginning a draft where there is none. `check` sees the
    locked row first. Of an approved tutor, REVIEWED fields go to an open review instead."""
    assert set(changes) <= EDITABLE
    with transaction.atomic():
        profile = locked(user)
        check(profile)
        wanted = changes
        if profile.state == State.APPROVED:
            wanted = {name: value for name, value in changes.items() if name not in REVIEWED}
            _propose(profile, {name: changes[name] for name in REVIEWED & set(changes)})
        apply(profile, wanted)
        touched(profile)
        audit.record(
            "tutor.profile_updated",
            target=profile,
            actor_id=user.pk,
            after={"fields": sorted(changes)},
        )
    return profile


def locked(user: User) -> TutorProfile:
    """The profile under its lock; a new draft where there is none."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    TutorProfile.objects.get_or_create(user=user)
    profile: TutorProfile = TutorProfile.objects.select_for_update(of=("self",)).get(pk=user.pk)
    return profile


def touched(profile: TutorProfile) -> None:
    """Another version: to be found by its new words, and to be read again before a decision."""
    TutorProfile.objects.filter(pk=profile.pk).update(version=F("version") + 1, updated_at=Now())
    tutor_search.index(profile.pk)
    profile.refresh_from_db()


def apply(profile: TutorProfile, values: dict[str, Any]) -> None:
    columns = {name: value for name, value in values.items() if name in _COLUMNS}
    if "hourly_price" in values:
        price = values["hourly_price"]
        columns["hourly_minor"] = price.minor if price else None
        columns["hourly_currency"] = price.currency if price else profile.hourly_currency
    if columns:
        TutorProfile.objects.filter(pk=profile.pk).update(**columns)
    private = {name: value for name, value in values.items() if name in _PRIVATE}
    if private:
        TutorPrivate.objects.update_or_create(profile=profile, defaults=private)
    if "subjects" in values:
        _replace_subjects(profile, values["subjects"])
    if "languages" in values:
        _replace_languages(profile, values["languages"])


def _replace_subjects(profile: TutorProfile, rows: list[dict[str, Any]]) -> None:
    TutorSubject.objects.filter(profile=profile).delete()
    TutorSubject.objects.bulk_create(
        TutorSubject(
            profile=profile, subject_id=row["subject"], levels=row["levels"], position=place
        )
        for place, row in enumerate(rows)
    )


def _replace_languages(profile: TutorProfile, rows: list[dict[str, Any]]) -> None:
    TutorLanguage.objects.filter(profile=profile).delete()
    TutorLanguage.objects.bulk_create(
        TutorLanguage(profile=profile, code=row["code"], level=row["level"], position=place)
        for place, row in enumerate(rows)
    )


def private_of(profile: TutorProfile) -> TutorPrivate:
    return TutorPrivate.objects.filter(profile=profile).first() or TutorPrivate(profile=profile)


def live_value(profile: TutorProfile, name: str) -> Any:
    return getattr(private_of(profile) if name in _PRIVATE else profile, name)


def latest_review(profile: TutorProfile) -> TutorReview | None:
    """The one that is open, else the last that was decided."""
    asked = TutorReview.objects.filter(profile=profile).exclude(state="withdrawn")
    return asked.order_by("-submitted_at", "-pk").first()


def wanted_of(review: TutorReview) -> dict[str, Any]:
    """The values a change asks for."""
    return dict(json.loads(review.changes)) if review.changes else {}


def _propose(profile: TutorProfile, changes: dict[str, Any]) -> None:
    """Merges into the open review. What equals the live value again is not asked for any more."""
    if not changes:
        return
    review = TutorReview.objects.filter(profile=profile, state=TutorReview.State.OPEN).first()
    wanted = {**(wanted_of(review) if review else {}), **changes}
    wanted = {name: v for name, v in wanted.items() if v != live_value(profile, name)}
    if review is None and wanted:
        review = TutorReview(profile=profile, kind=TutorReview.Kind.CHANGE)
        review.changes = json.dumps(wanted)
        review.save(force_insert=True)
    elif review is not None:
        review.changes = json.dumps(wanted)
        review.state = TutorReview.State.OPEN if wanted else TutorReview.State.WITHDRAWN
        review.save(update_fields=["changes", "state"])
