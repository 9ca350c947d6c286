from django.urls import path
from django.views.generic import RedirectView

from accounts.views import data, security, services, settings

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
    path("devices/", security.devices, name="account_devices"),
    path("devices/others/", security.end_others, name="account_end_others"),
    path("devices/<uuid:session_id>/", security.end_device, name="account_end_device"),
    path("connections/", services.connected, name="settings-connections"),
    # allauth returns here after connecting.
    path("connections/all/", services.connected, name="socialaccount_connections"),
    path(
        "connections/<int:connection_id>/remove/",
        services.disconnect,
        name="account_disconnect",
    ),
]
