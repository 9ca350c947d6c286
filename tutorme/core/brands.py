"""Providers as they spell themselves, by the names that doors, breakers and rows know them by.
Programs (the API, `/metrics`, logs) are told those names; people read these."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SPELLED: dict[str, str | Promise] = {
    "apple": "Apple",
    "firebase": "Firebase",
    "google": "Google",
    "google-calendar": "Google Calendar",
    "google-oauth": _("Google sign-in"),
    "graphy": "Graphy",
    "ics": _("Calendars by address"),
    "identity": _("Sign-in services"),
    "microsoft": "Microsoft",
    "microsoft-graph": "Microsoft 365",
    "microsoft-oauth": _("Microsoft sign-in"),
    "openrouter": "OpenRouter",
    "paypal": "PayPal",
    "paypal-stand-in": _("PayPal's stand-in"),
    "pusher": "Pusher",
    "sendgrid": "SendGrid",
    "smtp": _("Mail server"),
    "twilio": "Twilio",
    "webhook": _("Endpoints of webhooks"),
    "zoom": "Zoom",
}


def spelled(provider: str) -> str | Promise:
    """What nobody spelled here stays as it is called."""
    return _SPELLED.get(provider, provider)
