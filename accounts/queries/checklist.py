"""What an application needs, each point machine-readable and either done or not."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import TutorPrivate, TutorProfile

LEAST_ABOUT = 120
LEAST_HEADLINE = 10


@dataclass(frozen=True)
class Requirement:
    """`step` is the part of the form where it is done."""

    key: str
    label: str | Promise
    step: str
    is_done: bool
    is_required: bool = True


def of(profile: TutorProfile) -> list[Requirement]:
    """Four queries at most."""
    user = profile.user
    private = TutorPrivate.objects.filter(profile=profile).first()
    learned = bool(
        profile.years_of_experience or profile.education or profile.degree or profile.certifications
    )
    return [
        Requirement(
            "email_verified",
            _("Your e-mail address is confirmed"),
            "account",
            user.email_verified_at is not None,
        ),
        Requirement("picture", _("A picture of you"), "account", user.avatar_id is not None),
        Requirement(
            "headline",
            _("A sentence that says what you teach and for whom"),
            "words",
            len(profile.headline) >= LEAST_HEADLINE,
        ),
        Requirement(
            "about",
            _("At least 120 characters about you and your lessons"),
            "words",
            len(profile.about) >= LEAST_ABOUT,
        ),
        Requirement(
            "subjects",
            _("A subject, with the levels you teach"),
            "teaching",
            profile.subject_rows.exists(),
        ),
        Requirement(
            "languages",
            _("A language you teach in"),
            "teaching",
            profile.language_rows.exists(),
        ),
        Requirement(
            "price", _("A price for an hour"), "teaching", profile.hourly_minor is not None
        ),
        Requirement(
            "background",
            _("Years of experience, a degree, an education or a certificate"),
            "background",
            learned,
        ),
        Requirement(
            "legal_name",
            _("Your legal name (never public)"),
            "private",
            bool(private and private.legal_name),
        ),
        Requirement(
            "tax_country",
            _("The country you pay tax in (never public)"),
            "private",
            bool(private and private.tax_country),
        ),
        Requirement(
            "approach",
            _("How you teach"),
            "words",
            bool(profile.approach),
            is_required=False,
        ),
        Requirement(
            "intro_video",
            _("A link to a short video of you"),
            "background",
            bool(profile.intro_video_url),
            is_required=False,
        ),
    ]
