"""Refuses settings with which calls would not come about."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from video.gateways import twilio
from video.models import Room


@register(Tags.security)
def provider_is_known(**_options: Any) -> list[Error]:
    found = []
    if settings.VIDEO_PROVIDER not in Room.Provider.values:
        found.append(Error("VIDEO_PROVIDER is neither builtin nor twilio.", id="video.E001"))
    elif settings.VIDEO_PROVIDER == Room.Provider.TWILIO and not twilio.is_configured():
        found.append(Error("VIDEO_PROVIDER is twilio, whose keys are not set.", id="video.E002"))
    if settings.ICE["turn_urls"] and not settings.ICE["turn_secret"]:
        found.append(Error("TURN_URLS is set and TURN_SECRET is not.", id="video.E003"))
    return found


@register(Tags.security, deploy=True)
def ways_through_networks(**_options: Any) -> list[Warning]:
    found = []
    if not settings.ICE["stun_urls"]:
        told = "STUN_URLS is empty: the built-in room connects people of one network alone."
        found.append(Warning(told, id="video.W001"))
    if not settings.ICE["turn_urls"]:
        told = "TURN_URLS is empty: people behind strict networks cannot use the built-in room."
        found.append(Warning(told, id="video.W002"))
    if twilio.is_configured() and not settings.TWILIO["auth_token"]:
        told = "TWILIO_AUTH_TOKEN is empty: Twilio's callbacks are refused."
        found.append(Warning(told, id="video.W003"))
    return found
