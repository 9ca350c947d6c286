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
    """Five queries at most."""
    return [*_account(profile), *_words(profile), *_teaching(profile), *_background(profile)]


def _account(profile: TutorProfile) -> list[Requirement]:
    user = profile.user
    confirmed = user.email_verified_at is not None
    return [
        Requirement("email_verified", _("Your e-mail address is confirmed"), "account", confirmed),
        Requirement("picture", _("A picture of you"), "account", user.avatar_id is not None),
    ]


def _words(profile: TutorProfile) -> list[Requirement]:
    said = len(profile.headline) >= LEAST_HEADLINE
    told = len(profile.about) >= LEAST_ABOUT
    what = _("A sentence that says what you teach and for whom")
    about = _("At least 120 characters about you and your lessons")
    return [
        Requirement("headline", what, "words", said),
        Requirement("about", about, "words", told),
        Requirement(
            "approach", _("How you teach"), "words", bool(profile.approach), is_required=False
        ),
    ]


def _teaching(profile: TutorProfile) -> list[Requirement]:
    taught, spoken = profile.subject_rows.exists(), profile.language_rows.exists()
    priced = profile.hourly_minor is not None
    return [
        Requirement("subjects", _("A subject, with the levels you teach"), "teaching", taught),
        Requirement("languages", _("A language you teach in"), "teaching", spoken),
        Requirement("price", _("A price for an hour"), "teaching", priced),
    ]


def _background(profile: TutorProfile) -> list[Requirement]:
    private = TutorPrivate.objects.filter(profile=profile).first() or TutorPrivate()
    facts = (profile.years_of_experience, profile.education, profile.degree)
    learned = bool(any(facts) or profile.certifications)
    what = _("Years of experience, a degree, an education or a certificate")
    papers = _("Papers that show it (never public)")
    name = _("Your legal name (never public)")
    country = _("The country you pay tax in (never public)")
    video = _("A link to a short video of you")
    return [
        Requirement("background", what, "background", learned),
        Requirement("papers", papers, "papers", profile.papers.exists(), is_required=False),
        Requirement(
            "intro_video", video, "background", bool(profile.intro_video_url), is_required=False
        ),
        Requirement("legal_name", name, "private", bool(private.legal_name)),
        Requirement("tax_country", country, "private", bool(private.tax_country)),
    ]
