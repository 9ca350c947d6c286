from django.urls import path
from django.views.generic import RedirectView

from certificates import views

urlpatterns = [
    path("certificates/", views.mine, name="my-certificates"),
    path("me/certificates/", RedirectView.as_view(pattern_name="my-certificates")),
    path("certificates/<uuid:pk>/retry/", views.retry, name="certificate-retry"),
    path("certificates/<uuid:pk>/download/", views.download, name="certificate-download"),
    path("verify/", views.verify_form, name="verify"),
    path("verify/<str:code>/", views.verify, name="verify-code"),
]
