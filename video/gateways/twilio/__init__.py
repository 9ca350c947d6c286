"""Twilio Video. `gateway()` is the client of the configured account."""

from functools import lru_cache

from django.conf import settings

from tutorme.core.gateways import GatewayMisconfigured
from video.gateways.twilio.calls import TwilioCalls
from video.gateways.twilio.signing import is_genuine
from video.gateways.twilio.transport import Account, Transport

__all__ = ["TwilioCalls", "gateway", "is_configured", "is_genuine"]


def is_configured() -> bool:
    account = settings.TWILIO
    return bool(account["account_sid"] and account["api_key"] and account["api_secret"])


def gateway() -> TwilioCalls:
    if not is_configured():
        raise GatewayMisconfigured("TWILIO_ACCOUNT_SID, _API_KEY or _API_SECRET is not set")
    keys = settings.TWILIO
    return _client(
        keys["base_url"],
        Account(keys["account_sid"], keys["api_key"], keys["api_secret"]),
        keys["callback_url"],
    )


@lru_cache(maxsize=4)
def _client(base_url: str, account: Account, callback_url: str) -> TwilioCalls:
    return TwilioCalls(Transport(base_url, account), account, callback_url=callback_url)
