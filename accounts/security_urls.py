"""Settings → security."""

from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.urls import path

from accounts.views import security, tokens
from accounts.views.confirmed import confirmed

urlpatterns = [
    path("", security.overview, name="settings-security"),
    # allauth returns here after changing a second factor.
    path("second-factor/", security.overview, name="mfa_index"),
    path("password/", security.password, name="account_change_password"),
    path("email/", security.email, name="account_email"),
    path("email/code/", security.email_code, name="account_email_code"),
    path("tokens/", tokens.tokens, name="account_tokens"),
    path("tokens/<uuid:token_id>/", tokens.revoke, name="account_revoke_token"),
    path("app/", confirmed(totp_views.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", confirmed(totp_views.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/",
        confirmed(recovery_views.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        confirmed(recovery_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/download/",
        confirmed(recovery_views.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", webauthn_views.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", confirmed(webauthn_views.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/", confirmed(webauthn_views.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/remove/",
        confirmed(webauthn_views.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]
