"""What is always true of certificates."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from courses.models import Enrollment
from tutorme.core.invariants import holds

_SOON = timedelta(minutes=10)


@holds(
    "completed-means-certified", _("Whoever completed a course has its certificate, and only they.")
)
def certified() -> Iterator[str]:
    waiting = Enrollment.objects.filter(completed_at__lt=Now() - _SOON, certificates=None)
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:20]:
        yield f"enrolment {pk}: completed, no certificate"
    unearned = Certificate.objects.filter(enrollment__completed_at=None)
    for serial in unearned.exclude(state="revoked").values_list("serial", flat=True)[:20]:
        yield f"certificate {serial}: the course was not completed"
