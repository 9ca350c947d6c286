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


class MergeRefused(DomainError):
    code = "merge-refused"
    title = _("These two accounts cannot be made one")
    status = 409
    explanation = _("What stands in the way is named. Put it right, then look again.")


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


class DeletionUnderWay(DomainError):
    code = "deletion-under-way"
    title = _("The account is being deleted")
    status = 409
    explanation = _("Its days of grace are over; nothing can be taken back any more.")


class InvitationInvalid(DomainError):
    code = "invitation-invalid"
    title = _("This invitation opens nothing")
    status = 404
    explanation = _("It was used, has expired, or was replaced by a newer one.")


class AddressTaken(DomainError):
    code = "address-taken"
    title = _("This address has an account")
    status = 409
    explanation = _("Admins see which addresses have accounts; look it up in the list.")


class AlreadyAdmin(DomainError):
    code = "already-admin"
    title = _("This person is an admin already")
    status = 409
    explanation = _("There is nothing to propose.")


class AdminProposed(DomainError):
    code = "admin-proposed"
    title = _("This person is proposed as an admin")
    status = 409
    explanation = _("Another admin has to approve or decline that first, or it is withdrawn.")


class ProposerMayNotDecide(DomainError):
    code = "proposer-may-not-decide"
    title = _("Another admin must decide this")
    status = 403
    explanation = _("Whoever proposes an admin can withdraw that, and never approves it.")


class ProposalDecided(DomainError):
    code = "admin-proposal-decided"
    title = _("This proposal waits no more")
    status = 409
    explanation = _("Somebody approved, declined or withdrew it before.")


class ProposalMoot(DomainError):
    code = "admin-proposal-moot"
    title = _("This cannot be approved any more")
    status = 409
    explanation = _("The account is closed, or whoever proposed it is no admin now.")


class ApplicationIncomplete(DomainError):
    code = "application-incomplete"
    title = _("The application is not complete")
    status = 409
    explanation = _("Something it needs is missing; the answer names it.")


class PaperListed(DomainError):
    code = "paper-already-listed"
    title = _("This file is one of your papers already")
    status = 409
    explanation = _("Each upload is one paper. Send another file.")


class TooManyPapers(DomainError):
    code = "too-many-papers"
    title = _("Your list of papers is full")
    status = 409
    explanation = _("Twelve papers fit on it. Take one away first.")


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


class AddressNotMoved(DomainError):
    code = "address-not-moved"
    title = _("Your account stays at its old address")
    status = 409
    explanation = _("The new address has an account of its own. Sign in there instead.")


class SecondFactorRequired(DomainError):
    """Carries `ticket`, `types` and `next`: where to send the ticket with a code."""

    code = "second-factor-required"
    title = _("One more step")
    status = 401
    explanation = _(
        "This account has a second factor. Send the ticket and a code to the address in next."
    )


class TicketInvalid(DomainError):
    code = "ticket-invalid"
    title = _("This sign-in took too long")
    status = 401
    explanation = _("Start again with the password.")


class WrongSecondFactor(DomainError):
    code = "wrong-second-factor"
    title = _("That code did not match")
    status = 401
    explanation = _("Type the code your app shows now, or a recovery code that was not used yet.")


class ReauthenticationRequired(DomainError):
    """Carries `next`: where the password or a code is shown once more."""

    code = "reauthentication-required"
    title = _("Show once more that it is you")
    status = 403
    explanation = _(
        "This changes how an account is entered, or moves money: a recent sign-in is needed."
    )


class AccountExists(DomainError):
    code = "account-exists"
    title = _("This address has an account already")
    status = 409
    explanation = _("Sign in to it first; then connect the service in its security settings.")


class AddressUnproven(DomainError):
    code = "address-unproven"
    title = _("The service does not vouch for your address")
    status = 403
    explanation = _("Confirm the e-mail address there, or sign up with a code by mail.")


class ConnectedElsewhere(DomainError):
    code = "connected-elsewhere"
    title = _("This sign-in belongs to another account")
    status = 409
    explanation = _("Sign in with it there and disconnect it first.")


class LastWayIn(DomainError):
    code = "last-way-in"
    title = _("This is your only way in")
    status = 409
    explanation = _("Set a password or add a passkey first.")


class IdentityRefused(DomainError):
    code = "identity-refused"
    title = _("This proof does not hold")
    status = 401
    explanation = _("The token is not valid here, has expired, or is meant for somebody else.")
