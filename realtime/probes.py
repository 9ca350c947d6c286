"""Whether mail goes out and pushes arrive."""

from django.conf import settings

from realtime.gateways import pusher, sendgrid, smtp
from tutorme.core.probes import Probe, answers, declare


def _mail() -> str:
    smtp.sign_in()
    return "signed in"


def _pushes() -> str:
    own = settings.PUSHER
    return answers("pusher", f"http{'s' if own['tls'] else ''}://{own['host']}:{own['port']}")


declare(
    Probe("smtp", lambda: bool(settings.EMAIL_HOST), _mail),
    Probe("sendgrid", sendgrid.is_on, lambda: answers("sendgrid", settings.SENDGRID["base_url"])),
    Probe(
        "pusher",
        pusher.is_configured,
        _pushes,
    ),
)
