from django.urls import URLPattern, path

from certificates.api import learners, organizations, templates
from certificates.api.views import (
    BundleView,
    CertificateViewSet,
    CredentialView,
    DownloadView,
    GraphyWebhookView,
    VerifyView,
)


def _act(name: str) -> URLPattern:
    return path(
        f"certificates/<uuid:pk>/{name}/",
        CertificateViewSet.as_view({"post": name}),
        name=f"certificates-api-{name}",
    )


def _import(name: str) -> URLPattern:
    return path(
        f"learner-imports/<uuid:pk>/{name}/",
        learners.ImportViewSet.as_view({"post": name}),
        name=f"learner-imports-api-{name}",
    )


_organizations = organizations.OrganizationViewSet
_members = organizations.MemberViewSet
_courses = learners.ExternalCourseViewSet
_templates = templates.TemplateViewSet
_OF = "organizations/<uuid:pk>/"
_COURSE = "external-courses/<uuid:pk>/"
_DESIGN = "certificate-templates/<uuid:pk>/"

urlpatterns = [
    path(
        "organizations/",
        _organizations.as_view({"get": "list", "post": "create"}),
        name="organizations-api-list",
    ),
    path(
        _OF,
        _organizations.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="organizations-api-read",
    ),
    path(f"{_OF}learners/", _organizations.as_view({"get": "learners"})),
    path(f"{_OF}certificates/", _organizations.as_view({"get": "certificates"})),
    path(f"{_OF}bundle/", _organizations.as_view({"post": "bundle"})),
    path(f"{_OF}members/", _members.as_view({"get": "list", "post": "create"})),
    path(f"{_OF}members/<uuid:member>/", _members.as_view({"delete": "destroy"})),
    path("external-courses/", _courses.as_view({"get": "list", "post": "create"})),
    path(
        _COURSE,
        _courses.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path(f"{_COURSE}learners/", _courses.as_view({"get": "learners"})),
    path(f"{_COURSE}learners/import/", learners.ImportStartView.as_view()),
    path("learners/<uuid:pk>/retry/", learners.LearnerRetryView.as_view()),
    path("learner-imports/", learners.ImportViewSet.as_view({"get": "list"})),
    path("learner-imports/<uuid:pk>/", learners.ImportViewSet.as_view({"get": "retrieve"})),
    path(
        "learner-imports/<uuid:pk>/problems.csv",
        learners.ImportViewSet.as_view({"get": "problems"}),
    ),
    _import("commit"),
    _import("discard"),
    _import("undo"),
    path("certificate-templates/", _templates.as_view({"get": "list", "post": "create"})),
    path("certificate-templates/preview/", templates.PreviewView.as_view()),
    path(_DESIGN, _templates.as_view({"get": "retrieve"})),
    path(f"{_DESIGN}preview/", templates.StoredPreviewView.as_view()),
    path(f"{_DESIGN}default/", _templates.as_view({"post": "make_default"})),
    path("certificates/webhooks/graphy/", GraphyWebhookView.as_view()),
    path("certificates/bundles/<uuid:pk>/", BundleView.as_view(), name="certificates-api-bundle"),
    path("certificates/<uuid:pk>/credential/", CredentialView.as_view()),
    path(
        "certificates/<uuid:pk>/deliveries/",
        CertificateViewSet.as_view({"get": "deliveries"}),
    ),
    _act("resend"),
    _act("reissue"),
    _act("hold"),
    _act("release"),
    path(
        "certificates/",
        CertificateViewSet.as_view({"get": "list"}),
        name="certificates-api-list",
    ),
    path(
        "certificates/verify/<str:code>/",
        VerifyView.as_view(),
        name="certificates-api-verify",
    ),
    path(
        "certificates/<uuid:pk>/",
        CertificateViewSet.as_view({"get": "retrieve"}),
        name="certificates-api-read",
    ),
    path(
        "certificates/<uuid:pk>/download/",
        DownloadView.as_view(),
        name="certificates-api-download",
    ),
    path(
        "certificates/<uuid:pk>/retry/",
        CertificateViewSet.as_view({"post": "retry"}),
        name="certificates-api-retry",
    ),
    path(
        "certificates/<uuid:pk>/revoke/",
        CertificateViewSet.as_view({"post": "revoke"}),
        name="certificates-api-revoke",
    ),
]
