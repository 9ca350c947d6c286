from django.urls import path
from django.views.generic import RedirectView

from accounts.views import settings

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="settings-profile"), name="settings"),
    path("profile/", settings.profile, name="settings-profile"),
]
