from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class AiQuotaReached(DomainError):
    """`used` of `quota` are gone today; `kind` says of what."""

    code = "ai-quota-reached"
    title = _("That was all for today")
    status = 429
    explanation = _("Each plan has a number of drafts, exercises, hints and matches a day (UTC).")


class AiCeilingReached(DomainError):
    """`spent` and `ceiling` are millionths of a dollar."""

    code = "ai-ceiling-reached"
    title = _("This draft has cost what a draft may cost")
    status = 409
    explanation = _("What was written is kept. An operator can raise the ceiling.")


class DraftNotReady(DomainError):
    """`state` is the one it is in."""

    code = "ai-draft-not-ready"
    title = _("The draft is not at that point")
    status = 409
    explanation = _("Outline, then lessons, then acceptance: each step waits for the one before.")


class DraftInvalid(DomainError):
    """`problems` is a list of sentences."""

    code = "ai-draft-invalid"
    title = _("The draft cannot be kept like this")
    status = 422
    explanation = _("What you changed has to have the shape the rest of the draft has.")


class LookFirst(DomainError):
    """`flags` says what a person should look at."""

    code = "ai-look-first"
    title = _("Somebody has to look at this first")
    status = 409
    explanation = _("A check did not agree with this lesson. Edit it, or say that you looked.")


class HelpClosed(DomainError):
    code = "ai-help-closed"
    title = _("There is no help here now")
    status = 409
    explanation = _(
        "While a quiz is open it is yours alone, and after the last hint a tutor helps."
    )
