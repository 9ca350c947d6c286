"""Where everything is. Pages first, then the API by app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tutorme.web.urls")),
    path("account/", include("accounts.urls")),
    path("", include("courses.urls")),
    path("", include("payments.urls")),
    path("", include("certificates.urls")),
    path("", include("realtime.urls")),
    path("admin/", admin.site.urls),
    path(
        "api/v1/",
        include(
            [
                path("", include("tutorme.core.api.urls")),
                path("", include("accounts.api.urls")),
                path("", include("courses.api.urls")),
                path("", include("payments.api.urls")),
                path("", include("certificates.api.urls")),
                path("", include("realtime.api.urls")),
            ]
        ),
    ),
]

handler400 = "tutorme.web.error_pages.bad_request"
handler403 = "tutorme.web.error_pages.forbidden"
handler404 = "tutorme.web.error_pages.not_found"
handler500 = "tutorme.web.error_pages.server_error"

