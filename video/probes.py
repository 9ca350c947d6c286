"""Whether Twilio can be reached."""

from django.conf import settings

from tutorme.core.probes import Probe, answers, declare
from video.gateways import twilio

declare(
    Probe("twilio", twilio.is_configured, lambda: answers("twilio", settings.TWILIO["base_url"]))
)
