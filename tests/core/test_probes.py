"""`check_providers` really speaks to each: to the stand-ins, and to addresses where nobody is."""

import json
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tutorme.core import breaker

pytestmark = pytest.mark.django_db
# Nobody listens there.
DEAF = "http://127.0.0.1:9"


def asked(*only: str) -> dict[str, dict[str, Any]]:
    out = StringIO()
    flags = [word for name in only for word in ("--only", name)]
    with suppress(CommandError):
        call_command("check_providers", *flags, "--json", stdout=out)
    return {row["provider"]: row for row in json.loads(out.getvalue())["providers"]}


def test_every_provider_there_is_a_gateway_for_is_asked(sandbox) -> None:
    found = asked()
    assert {"paypal", "smtp", "twilio", "zoom", "openrouter", "graphy", "pusher"} <= found.keys()
    wrong = {name: row for name, row in found.items() if row["state"] == "broken"}
    assert wrong == {}
    assert found["paypal"]["detail"] == "signed in"
    assert found["smtp"]["detail"] == "signed in"


def test_one_that_is_away_is_told_and_the_others_are_asked_all_the_same(sandbox, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "base_url": DEAF}
    found = asked("paypal", "smtp")
    assert found["paypal"]["state"] == "broken"
    assert found["smtp"]["state"] == "ok"
    with pytest.raises(CommandError, match="Broken: paypal"):
        call_command("check_providers", "--only", "paypal", stdout=StringIO())


def test_wrong_keys_are_not_a_sign_of_life(sandbox, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_secret": "wrong"}
    found = asked("paypal")["paypal"]
    assert found["state"] == "broken", "an answer that lets nobody in is no sign-in"


def test_what_is_not_configured_is_off_and_not_called(sandbox, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_id": "", "base_url": DEAF}
    assert asked("paypal")["paypal"] == {
        "provider": "paypal",
        "state": "off",
        "detail": "not configured",
    }
    assert breaker.states({"paypal"})["paypal"] == "closed"
