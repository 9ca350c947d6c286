"""Where everything is. Pages first, then the API by app."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from tutorme.core.api.urls import schema_patterns
from tutorme.core.files.serving import serve
from tutorme.core.scrape import scrape
from tutorme.web.desk import views as desk

# The admin has no password form of its own: one password door.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tutorme.web.urls")),
    path("account/", include("accounts.urls")),
    path("settings/notifications/", include("realtime.settings_urls")),
    path("settings/webhooks/", include("webhooks.urls")),
    path("settings/", include("accounts.settings_urls")),
    path("", include("accounts.tutor_urls")),
    path("settings/security/", include("accounts.security_urls")),
    path("", include("courses.urls")),
    path("", include("booking.urls")),
    path("", include("payments.urls")),
    path("", include("certificates.urls")),
    path("", include("video.urls")),
    path("", include("ai.urls")),
    path("", include("realtime.urls")),
    path("files/<uuid:pk>/<str:name>", serve, name="core-file"),
    path("metrics", scrape, name="metrics"),
    path("admin/reports/", admin.site.admin_view(desk.business), name="admin-reports"),
    path("admin/health/", admin.site.admin_view(desk.system), name="admin-health"),
    path("admin/policies/", admin.site.admin_view(desk.policies), name="admin-policies"),
    path("admin/schedules/", admin.site.admin_view(desk.schedules), name="admin-schedules"),
    path("admin/", admin.site.urls),
    path("api/", include(schema_patterns)),
    path(
        "api/v1/",
        include(
            [
                path("", include("tutorme.core.api.urls")),
                path("", include("accounts.api.urls")),
                path("", include("courses.api.urls")),
                path("", include("booking.api.urls")),
                path("", include("payments.api.urls")),
                path("", include("certificates.api.urls")),
                path("", include("video.api.urls")),
                path("", include("ai.api.urls")),
                path("", include("webhooks.api.urls")),
                path("", include("realtime.api.urls")),
                path("", include("tutorme.web.api_urls")),
            ]
        ),
    ),
]

handler400 = "tutorme.web.error_pages.bad_request"
handler403 = "tutorme.web.error_pages.forbidden"
handler404 = "tutorme.web.error_pages.not_found"
handler500 = "tutorme.web.error_pages.server_error"
