from django import forms
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "profile:read": _("See your profile"),
    "profile:write": _("Change your profile"),
    "courses:read": _("See courses, lessons and your progress"),
    "courses:write": _("Enrol, learn and, as a tutor, change your courses"),
    "booking:read": _("See your lessons, and the hours you offer"),
    "booking:write": _("Book, move and cancel lessons, and change your hours"),
    "payments:read": _("See your orders"),
    "payments:write": _("Place orders in your name"),
    "certificates:read": _("See your certificates"),
    "certificates:write": _("Change your certificates"),
    "video:read": _("See your rooms"),
    "video:write": _("Open and enter rooms in your name"),
    "ai:read": _("See your drafts and what they used"),
    "ai:write": _("Have drafts written, within your allowance"),
    "realtime:read": _("Read your notifications and messages"),
    "realtime:write": _("Write messages, and mark notifications as read"),
}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What will use it, so that you know later.")
    )
    days = forms.ChoiceField(
        label=_("Works for"),
        choices=[("30", _("30 days")), ("90", _("90 days")), ("365", _("a year"))],
        initial="90",
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=list(_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
