from django.urls import path
from django.views.generic import RedirectView

from accounts.views import settings

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="settings-profile"), name="settings"),
    path("profile/", settings.profile, name="settings-profile"),
    path("profile/picture/", settings.picture, name="settings-picture"),
    path("preferences/", settings.preferences, name="settings-preferences"),
    path("skills/", settings.skill_list, name="settings-skills"),
    path("skills/<uuid:skill_id>/", settings.skill, name="settings-skill"),
]
