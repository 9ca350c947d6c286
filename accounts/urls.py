from allauth.account import views as allauth_views
from django.urls import path
from django.views.generic import RedirectView

from accounts.views import doors

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("signup/", allauth_views.signup, name="account_signup"),
    path("signup/noticed/", doors.signup_noticed, name="account_signup_noticed"),
    path("logout/", allauth_views.logout, name="account_logout"),
    # Where older mails lead.
    path("profile/", RedirectView.as_view(pattern_name="settings-profile", permanent=True)),
    path("devices/", doors.devices, name="account_devices"),
]
