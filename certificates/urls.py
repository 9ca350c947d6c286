from django.urls import path

from certificates import views

urlpatterns = [
    path("me/certificates/", views.mine, name="my-certificates"),
    path("me/certificates/<uuid:pk>/retry/", views.retry, name="certificate-retry"),
    path("certificates/<uuid:pk>/download/", views.download, name="certificate-download"),
    path("verify/", views.verify_form, name="verify"),
    path("verify/<str:code>/", views.verify, name="verify-code"),
]
