"""Whether Graphy can be reached."""

from django.conf import settings

from certificates.gateways import graphy
from tutorme.core.probes import Probe, answers, declare

declare(
    Probe("graphy", graphy.is_configured, lambda: answers("graphy", settings.GRAPHY["base_url"]))
)
