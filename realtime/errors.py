from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import Conflict


class NotResendable(Conflict):
    code = "mail-not-resendable"
    title = _("This mail is not to be sent again")
    explanation = _("Only a mail that failed, or of which nobody knows, can be sent again.")
