"""People in figures."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TutorProfile, User
from tutorme.core.reports import Asked, Line, Report, counted, part, rows_by_step


@part("people", Report.BUSINESS, _("People"), order=20)
def people(asked: Asked) -> Iterator[Line]:
    came = rows_by_step(
        User.objects.all(),
        "created_at",
        asked.period,
        count=Count("pk"),
        verified=Count("pk", filter=Q(email_verified_at__isnull=False)),
    )
    yield counted("people.signed_up", _("Sign-ups"), came)
    yield counted("people.verified", _("Of them with a verified address"), came, "verified")
    approved = rows_by_step(
        TutorProfile.objects.all(), "approved_at", asked.period, count=Count("pk")
    )
    yield counted("people.tutors", _("Tutors approved"), approved)
    left = rows_by_step(User.objects.all(), "erased_at", asked.period, count=Count("pk"))
    yield counted("people.left", _("Accounts erased"), left, less_is_better=True)
