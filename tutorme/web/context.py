"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tutorme.web.navigation import navigation


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": "TutorMe",
        "support_email": settings.SUPPORT_EMAIL,
        "request_id": getattr(request, "request_id", ""),
        "theme": request.COOKIES.get("theme", ""),
        **navigation(request),
    }
