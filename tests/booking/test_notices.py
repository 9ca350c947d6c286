"""What Google and Microsoft send when a calendar changed: asked for, believed only with the secret,
and no more than a hint."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from booking.models import BusyTime, CalendarConnection
from booking.services import syncing
from tests.booking.calendars import connect, put
from tests.booking.conftest import hour
from tests.sandbox_server import Sandbox
from tests.waiting import until
from tutorme.core.models import Job

JSON = "application/json"


def google(row: CalendarConnection, **more: str):
    headers = {
        "X-Goog-Channel-ID": row.channel_id,
        "X-Goog-Channel-Token": row.channel_secret,
        "X-Goog-Resource-State": "exists",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return Client().post(
        reverse("booking-api-notice-google", args=[row.channel_id]), headers=headers
    )


def microsoft(row: CalendarConnection, *secrets: str):
    body = {"value": [{"clientState": secret, "subscriptionId": "1"} for secret in secrets]}
    path = reverse("booking-api-notice-microsoft", args=[row.channel_id])
    return Client().post(path, json.dumps(body), content_type=JSON)


def hints() -> int:
    return Job.objects.filter(key__contains=":hint:").count()


@pytest.mark.django_db
class TestGoogle:
    @pytest.fixture
    def row(self, sandbox, tess, drain) -> CalendarConnection:
        row = connect(sandbox, tess, "google")
        drain()
        row.refresh_from_db()
        assert row.channel_resource
        assert row.channel_until
        return row

    def test_the_right_secret_is_a_hint(self, sandbox, tess, drain, row) -> None:
        put(sandbox, "google", tess.email, hour(3, 9), hour(3, 10))
        assert google(row).status_code == 204
        assert hints() == 1
        drain()
        assert BusyTime.objects.count() == 1

    def test_its_greeting_is_no_change(self, row) -> None:
        assert google(row, X_Goog_Resource_State="sync").status_code == 204
        assert hints() == 0

    @pytest.mark.parametrize(
        "forged",
        [
            {"X_Goog_Channel_Token": ""},
            {"X_Goog_Channel_Token": "guess"},
            {"X_Goog_Channel_ID": "another"},
        ],
    )
    def test_a_forged_one_changes_nothing(self, row, forged: dict) -> None:
        before = CalendarConnection.objects.values().get()
        answer = google(row, **forged)
        assert (answer.status_code, answer.json()["code"]) == (403, "notice-refused")
        assert CalendarConnection.objects.values().get() == before
        assert hints() == 0

    def test_an_empty_channel_is_nobodys(self, row) -> None:
        CalendarConnection.objects.update(channel_id="", channel_secret="")
        answer = Client().post("/api/v1/calendars/notices/google/x/")
        assert answer.status_code == 403

    def test_the_order_is_renewed_and_the_old_one_ends(self, sandbox, drain, row) -> None:
        syncing.watch(row.pk)
        fresh = CalendarConnection.objects.get()
        assert fresh.channel_id != row.channel_id
        assert google(row).status_code == 403
        assert google(fresh).status_code == 204
        from sandbox.calendars.state import memory

        assert list(memory.hearers) == [fresh.channel_id]

    def test_an_order_that_ends_soon_is_renewed_by_the_clock(self, row) -> None:
        assert syncing.want_channels() == 0
        CalendarConnection.objects.update(channel_until=row.synced_at)
        assert syncing.want_channels() == 1


@pytest.mark.django_db(transaction=True)
class TestMicrosoft:
    @pytest.fixture
    def row(self, live_server, settings, sandbox, tess, drain) -> CalendarConnection:
        """Microsoft asks our address before it sends anything there, so we have to be there."""
        settings.PUBLIC_BASE_URL = live_server.url
        row = connect(sandbox, tess, "microsoft")
        drain()
        row.refresh_from_db()
        assert row.channel_resource
        return row

    def test_sent_believed_and_followed(self, sandbox: Sandbox, tess, drain, row) -> None:
        put(sandbox, "microsoft", tess.email, hour(3, 9), hour(3, 10))
        until(lambda: hints() == 1)
        drain()
        assert BusyTime.objects.count() == 1
        assert microsoft(row).status_code == 403
        assert microsoft(row, "guess").status_code == 403
        assert microsoft(row, row.channel_secret, "guess").status_code == 403
        assert hints() == 1
        path = reverse("booking-api-notice-microsoft", args=[row.channel_id])
        for body in ("[]", "{}", '{"value": 1}', '{"value": [1]}', '{"value": []}'):
            assert Client().post(path, body, content_type=JSON).status_code == 403

    def test_only_our_own_address_repeats_a_word(self, row) -> None:
        path = reverse("booking-api-notice-microsoft", args=[row.channel_id])
        said = Client().post(f"{path}?validationToken=<b>word</b>")
        assert said.content == b"<b>word</b>"
        assert said["Content-Type"] == "text/plain; charset=utf-8"
        assert said["X-Content-Type-Options"] == "nosniff"
        other = reverse("booking-api-notice-microsoft", args=["another"])
        assert Client().post(f"{other}?validationToken=word").status_code == 403
