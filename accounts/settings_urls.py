from django.urls import path
from django.views.generic import RedirectView

from accounts.views import data, settings

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="settings-profile"), name="settings"),
    path("profile/", settings.profile, name="settings-profile"),
    path("profile/picture/", settings.picture, name="settings-picture"),
    path("preferences/", settings.preferences, name="settings-preferences"),
    path("data/", data.data, name="settings-data"),
    path("data/copy/", data.begin_export, name="settings-export"),
    path("data/copy/<uuid:export_id>/", data.download, name="settings-export-file"),
    path("data/leave/", data.leave, name="settings-leave"),
    path("data/stay/", data.stay, name="settings-stay"),
    path("skills/", settings.skill_list, name="settings-skills"),
    path("skills/<uuid:skill_id>/", settings.skill, name="settings-skill"),
]
