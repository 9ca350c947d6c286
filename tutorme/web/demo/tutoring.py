"""The demo's tutors, by the way every tutor comes: a whole profile, sent in, decided about by
somebody else."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import TutorProfile, TutorReview, User
from accounts.services import profiles, tutor_profile, tutor_review
from tutorme.core.money import Money
from tutorme.web.portraits import Look, portrait


def apply(row: dict[str, Any], *, user: User, decider: User) -> None:
    """Adds what is missing; whoever applied before is left as they are."""
    begun = TutorProfile.objects.filter(pk=user.pk).exclude(state=TutorProfile.State.DRAFT)
    if begun.exists():
        return
    upload = SimpleUploadedFile("portrait.png", portrait(Look(**row["look"])), "image/png")
    user = profiles.upload_avatar(user=user, upload=upload)
    tutor_profile.update(user=user, changes=_changes(row))
    tutor_review.submit(user=user)
    if not row.get("waiting"):
        _approve(user, decider, row.get("badge"))


def _changes(row: dict[str, Any]) -> dict[str, Any]:
    legal_name, phone, country = row["private"]
    plain = ("headline", "about", "approach", "degree", "education")
    return {
        **{name: row[name] for name in plain},
        "subjects": [{"subject": slug, "levels": levels} for slug, levels in row["subjects"]],
        "languages": [{"code": code, "level": level} for code, level in row["languages"]],
        "hourly_price": Money.parse(*row["hourly"]),
        "session_formats": row["formats"],
        "years_of_experience": row["years"],
        "certifications": [
            {"title": title, "issuer": issuer, "year": year}
            for title, issuer, year in row["papers"]
        ],
        "legal_name": legal_name,
        "phone": phone,
        "tax_country": country,
    }


def _approve(user: User, decider: User, badge: list[str] | None) -> None:
    profile = TutorProfile.objects.select_related("user").get(pk=user.pk)
    review = TutorReview.objects.get(profile=profile, state=TutorReview.State.OPEN)
    tutor_review.decide(review_id=review.pk, actor=decider, approve=True, version=profile.version)
    if badge:
        kind, reason = badge
        tutor_review.give_badge(profile=profile, badge=kind, actor=decider, reason=reason)
