"""Whether calendars and meetings can be reached."""

from functools import partial

from django.conf import settings

from booking.gateways import oauth
from tutorme.core.probes import Probe, answers, declare


def _calendar(provider: str) -> str:
    return answers(f"{provider}-oauth", settings.CALENDARS[provider]["oauth_url"])


declare(
    Probe(
        "zoom",
        lambda: bool(settings.ZOOM["client_id"]),
        lambda: answers("zoom", settings.ZOOM["api_url"]),
    ),
    *(
        Probe(
            f"{provider}-calendar",
            partial(oauth.is_configured, provider),
            partial(_calendar, provider),
        )
        for provider in settings.CALENDARS
    ),
)
