"""Certificates in figures."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from tutorme.core.reports import Asked, Line, Report, counted, part, rows_by_step


@part("certificates", Report.BUSINESS, _("Certificates"), order=50)
def certificates(asked: Asked) -> Iterator[Line]:
    issued = rows_by_step(Certificate.objects.all(), "issued_at", asked.period, count=Count("pk"))
    yield counted("certificates.issued", _("Certificates issued"), issued)
    gone = rows_by_step(Certificate.objects.all(), "revoked_at", asked.period, count=Count("pk"))
    yield counted("certificates.revoked", _("Revoked"), gone, less_is_better=True)
