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


class UsernameChangedLately(DomainError):
    code = "username-changed-lately"
    title = _("You changed your username a short while ago")
    status = 409
    explanation = _("A username can be changed once in thirty days.")


class SkillAlreadyListed(DomainError):
    code = "skill-already-listed"
    title = _("This skill is on your list")
    status = 409
    explanation = _("Case, accents and width make no difference. Change its level instead.")


class TooManySkills(DomainError):
    code = "too-many-skills"
    title = _("Your list of skills is full")
    status = 409
    explanation = _("Fifty skills fit on it. Take one away first.")


class ApplicationIncomplete(DomainError):
    code = "application-incomplete"
    title = _("The application is not complete")
    status = 409
    explanation = _("Something it needs is missing; the answer names it.")


class ReviewDecided(DomainError):
    code = "application-decided"
    title = _("This was decided already")
    status = 409
    explanation = _("Somebody decided it before, or it was withdrawn.")


class ReviewOutdated(DomainError):
    code = "application-outdated"
    title = _("The profile changed since you read it")
    status = 409
    explanation = _("Read the present version, then decide.")


class NotYoursToDecide(DomainError):
    code = "not-yours-to-decide"
    title = _("Nobody decides about themselves")
    status = 403
    explanation = _("Somebody else has to look at this.")


class OriginRefused(DomainError):
    code = "origin-refused"
    title = _("This page may not sign people in")
    status = 403
    explanation = _("The request comes from another site.")
