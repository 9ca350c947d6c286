"""What a certificate says, frozen as text on the day it is issued."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import get_language_info, gettext, ngettext, override

from certificates.models import Learner
from courses.models import Enrollment

_HEADING = "Certificate of completion"
# Pictures and what only modifies pictures: nobody's name is lost with them.
_PICTURES = frozenset({"So", "Sk"})
_JOINERS = re.compile("[\u200b\u200d\ufe0e\ufe0f\u20e3]")
_FORBIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_SPOOFING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def day_of(enrollment: Enrollment, at: datetime) -> date:
    """The day it was where the learner lives."""
    return at.astimezone(ZoneInfo(enrollment.user.time_zone)).date()


def freeze(enrollment: Enrollment, completed_on: date) -> dict[str, Any]:
    user, course = enrollment.user, enrollment.course
    return _frozen(
        recipient=printable(user.display_name) or user.username,
        course=printable(course.title) or course.slug,
        instructor=printable(course.instructor.display_name) or course.instructor.username,
        minutes=course.total_minutes,
        completed_on=completed_on,
        locale=_locale_of(user.locale),
    )


def freeze_learner(learner: Learner) -> dict[str, Any]:
    course, organization = learner.course, learner.organization
    assert learner.completed_at is not None
    return _frozen(
        recipient=printable(learner.name) or learner.email,
        course=printable(course.name) or course.external_id,
        instructor=printable(course.instructor),
        minutes=course.total_minutes,
        completed_on=learner.completed_at.date(),
        locale=_locale_of(organization.locale),
        organization=printable(organization.name) or organization.website,
        email=learner.email,
    )


def _frozen(
    *,
    recipient: str,
    course: str,
    instructor: str,
    minutes: int,
    completed_on: date,
    locale: str,
    organization: str = "",
    email: str = "",
) -> dict[str, Any]:
    with override(locale):
        return {
            "recipient": recipient,
            "course": course,
            "instructor": instructor,
            "organization": organization,
            "email": email,
            "issuer": settings.CERTIFICATE_ISSUER,
            "completed_on": completed_on.isoformat(),
            "completed_words": _day(completed_on, locale),
            "extent": _extent(minutes),
            "locale": locale,
            "direction": "rtl" if get_language_info(locale)["bidi"] else "ltr",
            "words": _words(),
        }


def printable(text: str) -> str:
    """One line of text without pictures and without characters that show what is not there."""
    plain = "".join(char for char in text if unicodedata.category(char) not in _PICTURES)
    if plain != text:
        plain = _JOINERS.sub("", plain)
    spaced = "".join(" " if char.isspace() else char for char in plain)
    # The typographic hyphens are in no face of ours; the plain one is in all.
    spaced = spaced.replace("\u2010", "-").replace("\u2011", "-")
    kept = (c for c in spaced if unicodedata.category(c) not in _FORBIDDEN and c not in _SPOOFING)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _locale_of(locale: str) -> str:
    """The reader's language where the certificate's words exist in it, else English."""
    if locale not in dict(settings.LANGUAGES) or locale == "en":
        return "en"
    with override(locale):
        return "en" if gettext(_HEADING) == _HEADING else locale


def _day(day: date, locale: str) -> str:
    pattern = "d MMMM y" if locale == "en" else "long"
    return format_date(day, format=pattern, locale=locale.replace("-", "_"))


def _extent(minutes: int) -> str:
    """To the minute: a certificate does not round an hour up."""
    hours, rest = divmod(minutes, 60)
    whole = ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    part = ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}
    return " ".join([whole] * bool(hours) + [part] * bool(rest))


def in_words(locale: str) -> dict[str, str]:
    """What is printed around the facts."""
    with override(locale):
        return _words()


def _words() -> dict[str, str]:
    return {
        "heading": gettext("Certificate of completion"),
        "certifies": gettext("This certifies that"),
        "completed": gettext("has completed the course"),
        "instructor": gettext("Instructor"),
        "organization": gettext("Organisation"),
        "serial": gettext("Serial"),
        "completed_on": gettext("Completed on"),
        "extent": gettext("Extent"),
        "verify": gettext("Check this certificate"),
        "qr": gettext("QR code that opens the page where this certificate can be checked"),
        "rosette": gettext("Rosette drawn from the serial number"),
    }
