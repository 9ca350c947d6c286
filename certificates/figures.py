"""Certificates, in figures: issued, waiting, and what share of the printing succeeds."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count
from django.db.models.functions import Now

from certificates.models import Certificate
from certificates.services.issuing import RENDER
from tutorme.core.metrics import Figure, figures
from tutorme.core.models import Job


@figures
def certificates() -> Iterator[Figure]:
    told = "Certificates by state; pending ones are being printed or wait for a person."
    for row in Certificate.objects.order_by().values("state").annotate(count=Count("pk")):
        yield Figure("tutorme_certificates", told, row["count"], state=row["state"])


@figures
def success() -> Iterator[Figure]:
    """Of the last day; silent where nothing was printed, since no rate is not a rate of zero."""
    ended = Job.objects.filter(kind=RENDER, finished_at__gt=Now() - timedelta(days=1)).order_by()
    counts = dict(ended.values_list("state").annotate(count=Count("pk")))
    if all_of_them := sum(counts.values()):
        told = "Share of the certificate jobs of the last day that succeeded."
        rate = counts.get("succeeded", 0) / all_of_them
        yield Figure("tutorme_certificate_success_ratio", told, rate)
