from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class TooManyEndpoints(DomainError):
    code = "too-many-webhooks"
    title = _("There are enough webhooks here")
    status = 409
    explanation = _("One owner has ten endpoints at most. Remove one that is not used.")


class EndpointResting(DomainError):
    code = "webhook-not-active"
    title = _("This webhook is paused or switched off")
    status = 409
    explanation = _("Make it active first; what happened meanwhile is kept and can be sent again.")
