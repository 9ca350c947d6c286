"""The site's webhook at PayPal is made by a command, hears of everything that is read, and is made
once however often one types it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payments.services import messages, notices
from sandbox.paypal.notices import Kept, shelf
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def ensured(*more: str) -> tuple[dict[str, Any], str]:
    """What it told, and its complaint."""
    out = StringIO()
    try:
        call_command("paypal_webhooks", "ensure", "--json", *more, stdout=out)
    except CommandError as error:
        return json.loads(out.getvalue()), str(error)
    return json.loads(out.getvalue()), ""


def test_it_is_made_once_and_its_id_is_asked_for(settings) -> None:
    told, wrong = ensured("--dry-run")
    assert (told["did"], told["webhook_id"], wrong) == ("subscribed", "", "")
    assert shelf.rows == {}
    told, wrong = ensured()
    (kept,) = shelf.rows.values()
    assert kept.url == told["url"] == notices.address()
    assert set(kept.kinds) == messages.kinds()
    assert wrong == f"Set PAYPAL_WEBHOOK_ID={kept.id} and start the processes anew."
    settings.PAYPAL = {**settings.PAYPAL, "webhook_id": kept.id}
    told, wrong = ensured()
    assert (told["did"], told["is_set"], wrong) == ("nothing", True, "")
    assert list(shelf.rows.values()) == [kept]


def test_what_it_was_not_told_of_is_added_and_nothing_taken_away(settings) -> None:
    heard = sorted(messages.kinds())[1:]
    row = Kept(notices.address(), [*heard, "SOMETHING.ELSE"])
    other = Kept("https://elsewhere.test/hook/", ["PAYMENT.SALE.COMPLETED"])
    shelf.rows = {row.id: row, other.id: other}
    settings.PAYPAL = {**settings.PAYPAL, "webhook_id": row.id}
    told, _wrong = ensured("--dry-run")
    assert (told["did"], told["missing"]) == ("resubscribed", [sorted(messages.kinds())[0]])
    assert len(row.kinds) == len(heard) + 1
    ensured()
    assert set(row.kinds) == {*messages.kinds(), "SOMETHING.ELSE"}
    assert other.kinds == ["PAYMENT.SALE.COMPLETED"]
    assert ensured()[0]["did"] == "nothing"


def test_one_that_hears_everything_is_left_alone() -> None:
    row = Kept(notices.address(), ["*"])
    shelf.rows = {row.id: row}
    assert ensured()[0]["did"] == "nothing"


def test_a_provider_that_is_away_is_said(sandbox: Sandbox) -> None:
    sandbox.fault("webhooks", "500-before", times=9)
    with pytest.raises(CommandError):
        call_command("paypal_webhooks", "ensure", stdout=StringIO())
    assert shelf.rows == {}
