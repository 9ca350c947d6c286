"""`/metrics`, for the scraper that knows the token and for admins who look."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from tutorme.core import metrics


@require_GET
@never_cache
def scrape(request: HttpRequest) -> HttpResponse:
    """200 in Prometheus' text format, or 403 without a word."""
    if not _may(request):
        return HttpResponse(status=403)
    return HttpResponse(metrics.render(), content_type=CONTENT_TYPE_LATEST)


def _may(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(
        given.encode(), settings.METRICS_TOKEN.encode()
    ):
        return True
    return bool(request.user.is_authenticated and request.user.is_admin)
