"""Whether OpenRouter can be reached."""

from django.conf import settings

from ai.gateways import chat
from tutorme.core.probes import Probe, answers, declare

declare(
    Probe(
        "openrouter",
        chat.is_configured,
        lambda: answers("openrouter", settings.OPENROUTER["base_url"]),
    )
)
