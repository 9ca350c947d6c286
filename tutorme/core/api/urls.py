from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from tutorme.core.api.jobs import JobViewSet
from tutorme.core.api.reports import (
    BusinessExportsView,
    BusinessReportView,
    TeachingExportsView,
    TeachingReportView,
)
from tutorme.core.api.system import AuditView, HealthView
from tutorme.core.api.uploads import UploadViewSet
from tutorme.core.api.webhook_events import WebhookEventViewSet

urlpatterns = [
    path("jobs/", JobViewSet.as_view({"get": "list"}), name="jobs-list"),
    path("jobs/<uuid:pk>/", JobViewSet.as_view({"get": "retrieve"}), name="jobs-read"),
    path("jobs/<uuid:pk>/cancel/", JobViewSet.as_view({"post": "cancel"}), name="jobs-cancel"),
    path(
        "uploads/",
        UploadViewSet.as_view({"get": "list", "post": "create"}),
        name="uploads-list",
    ),
    path(
        "uploads/<uuid:pk>/",
        UploadViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="uploads-read",
    ),
    path("system/health/", HealthView.as_view(), name="system-health"),
    path(
        "webhook-events/",
        WebhookEventViewSet.as_view({"get": "list"}),
        name="webhook-events-list",
    ),
    path(
        "webhook-events/<uuid:pk>/",
        WebhookEventViewSet.as_view({"get": "retrieve"}),
        name="webhook-events-read",
    ),
    path(
        "webhook-events/<uuid:pk>/retry/",
        WebhookEventViewSet.as_view({"post": "retry"}),
        name="webhook-events-retry",
    ),
    path("reports/teaching/", TeachingReportView.as_view(), name="reports-teaching"),
    path(
        "reports/teaching/exports/",
        TeachingExportsView.as_view(),
        name="reports-teaching-exports",
    ),
    path("reports/business/", BusinessReportView.as_view(), name="reports-business"),
    path(
        "reports/business/exports/",
        BusinessExportsView.as_view(),
        name="reports-business-exports",
    ),
    path("audit/", AuditView.as_view(), name="audit-list"),
]

schema_patterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
