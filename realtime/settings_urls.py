"""Below /settings/notifications/."""

from django.urls import path

from realtime.views import preferences

urlpatterns = [path("", preferences.page, name="settings-notifications")]
