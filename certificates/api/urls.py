from django.urls import path

from certificates.api.views import CertificateViewSet, DownloadView, VerifyView

urlpatterns = [
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
