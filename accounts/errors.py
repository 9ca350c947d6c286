from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class WrongCredentials(DomainError):
    code = "wrong-credentials"
    title = _("That did not match")
    status = 401
    explanation = _("The e-mail address and password do not belong together.")


class TooManySignInAttempts(DomainError):
    code = "too-many-sign-in-attempts"
    title = _("Too many tries")
    status = 429
    explanation = _("Wait a few minutes, or reset your password.")


class TokenInvalid(DomainError):
    code = "token-invalid"
    title = _("This token is not valid")
    status = 401
    explanation = _("It has expired, was revoked, or is not one of ours. Sign in again.")


class RefreshReused(DomainError):
    code = "refresh-reused"
    title = _("This refresh token was used before")
    status = 401
    explanation = _("Someone may hold a copy of it, so this sign-in was ended. Sign in again.")


class RefreshInProgress(DomainError):
    code = "refresh-in-progress"
    title = _("Another request refreshed just now")
    status = 409
    explanation = _("Use the token pair that the other request received.")


class UsernameTaken(DomainError):
    code = "username-taken"
    title = _("This username is not free")
    status = 409
    explanation = _("Somebody has it, or one that looks the same.")


class OriginRefused(DomainError):
    code = "origin-refused"
    title = _("This page may not sign people in")
    status = 403
    explanation = _("The request comes from another site.")


class CodeInvalid(DomainError):
    code = "code-invalid"
    title = _("This code does not work")
    status = 400
    explanation = _("It was mistyped, is too old, or was used up. You can ask for another one.")


class TooManyCodes(DomainError):
    code = "too-many-codes"
    title = _("Too many codes were asked for")
    status = 429
    explanation = _("Wait a while before asking for another one.")
    retry_after = 3600


class AlreadyRegistered(DomainError):
    code = "already-registered"
    title = _("You have an account with this address")
    status = 409
    explanation = _("Sign in, or reset the password.")
