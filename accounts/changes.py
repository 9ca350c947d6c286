"""What can happen to the ways into an account, in words for its owner."""

from django.utils.translation import gettext_lazy as _

# How the audit trail names them.
PREFIX = "security."

CHANGES = {
    "new-device": _("A new device signed in to your account"),
    "password-changed": _("Your password was changed"),
    "password-reset": _("Your password was reset by a mailed code"),
    "password-set": _("A password was set for your account"),
    "email-changed": _("Your account moved to another e-mail address"),
    "totp-added": _("An authenticator app was added to your account"),
    "totp-removed": _("The authenticator app was removed from your account"),
    "passkey-added": _("A passkey was added to your account"),
    "passkey-removed": _("A passkey was removed from your account"),
    "recovery-codes-made": _("New recovery codes were made for your account"),
    "recovery-code-used": _("A recovery code was used to sign in to your account"),
    "token-made": _("A personal token was made for your account"),
    "token-revoked": _("A personal token of your account was revoked"),
    "connected": _("A sign-in service was connected to your account"),
    "disconnected": _("A sign-in service was disconnected from your account"),
    "session-reused": _("A copy of an old sign-in was used; that sign-in was ended"),
    "signed-out-everywhere": _("Every other device was signed out of your account"),
}
