"""Coming in and going out. Settings → security has its own list, `security_urls`."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.webauthn import views as webauthn_views
from allauth.socialaccount import views as social_views
from django.urls import path
from django.views.generic import RedirectView

from accounts.views import entrance, invited, services

urlpatterns = [
    path("login/", services.leads_to_services(allauth_views.login), name="account_login"),
    path("invited/<uuid:invitation_id>/<str:token>/", invited.invited, name="account_invited"),
    path("login/passkey/", webauthn_views.login_webauthn, name="mfa_login_webauthn"),
    path("login/second-factor/", mfa_views.authenticate, name="mfa_authenticate"),
    path("signup/", services.leads_to_services(allauth_views.signup), name="account_signup"),
    path("signup/code/", entrance.signup_code, name="account_signup_code"),
    path("signup/code/again/", entrance.signup_again, name="account_signup_again"),
    path("reset/", entrance.reset, name="account_reset_password"),
    path("reset/code/", entrance.reset_code, name="account_reset_code"),
    path("reset/code/<uuid:code_id>/", entrance.reset_offered, name="account_reset_offered"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("confirm/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        webauthn_views.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    # Where older mails lead.
    path("profile/", RedirectView.as_view(pattern_name="settings-profile", permanent=True)),
    path("apple/login/", services.leads_to_services(services.apple_login), name="apple_login"),
    path("apple/login/callback/", services.apple_callback, name="apple_callback"),
    path("apple/login/callback/finish/", services.apple_finish, name="apple_finish_callback"),
    path("services/new/", services.newcomer, name="socialaccount_signup"),
    path("services/cancelled/", social_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("services/error/", social_views.login_error, name="socialaccount_login_error"),
    path(
        "<slug:provider_id>/login/",
        services.leads_to_services(services.openid_login),
        name="openid_connect_login",
    ),
    path(
        "<slug:provider_id>/login/callback/",
        services.openid_callback,
        name="openid_connect_callback",
    ),
]
