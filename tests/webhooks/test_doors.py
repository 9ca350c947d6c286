"""Webhooks by API, by page without a script, and in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import cast
from tests.races.parallel import together
from tests.webhooks.conftest import PAID, fresh, pay
from tutorme.core.models import AuditEntry, Job
from webhooks.errors import TooManyEndpoints
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints
from webhooks.services.endpoints import For

URL = "/api/v1/webhooks/"
HOOK = "https://program.example/hook"


def page(user) -> Client:
    """By the front door: what asks for a recent sign-in is content."""
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": cast.PASSWORD})
    return client


@pytest.mark.django_db
class TestApi:
    def test_the_whole_way(self, api, receiver, tess, drain) -> None:
        tess_app = api(tess)
        made = tess_app.post(URL, {"url": receiver.url, "types": [PAID]}, format="json")
        assert made.status_code == 201, made.content
        secret, one = made.json()["secret"], f"{URL}{made.json()['id']}/"
        assert secret.startswith("whsec_")
        assert "secret" not in tess_app.get(one).json()
        assert secret not in tess_app.get(URL).content.decode()
        assert tess_app.post(f"{one}test/").status_code == 202
        pay(tess)
        drain()
        assert [told["type"] for told in receiver.verified(secret)] == ["webhook.test", PAID]
        listed = tess_app.get(f"{one}deliveries/?state=delivered").json()["results"]
        assert [row["type"] for row in listed] == [PAID, "webhook.test"]
        detail = tess_app.get(f"{URL}deliveries/{listed[0]['id']}/").json()
        assert detail["body"] == receiver.heard[1][1]
        assert [row["status"] for row in detail["attempts"]] == [204]
        assert tess_app.post(f"{URL}deliveries/{listed[0]['id']}/again/").status_code == 202
        span = {"since": (timezone.now() - timedelta(hours=1)).isoformat(), "missed_only": False}
        job = tess_app.post(f"{one}replay/", span, format="json")
        assert (job.status_code, job.headers["Location"]) == (
            202,
            f"/api/v1/jobs/{job.json()['id']}/",
        )
        drain()
        assert tess_app.get(job.headers["Location"]).json()["result"] == {"sent": 1}
        rotated = tess_app.post(f"{one}rotate/").json()
        assert rotated["secret"] != secret
        assert rotated["previous_secret_until"]
        assert tess_app.delete(one).status_code == 204
        assert not Delivery.objects.exists()
        assert secret not in str(list(AuditEntry.objects.values()))

    def test_an_edit_names_its_version(self, api, tess) -> None:
        made = api(tess).post(URL, {"url": HOOK, "types": [PAID]}, format="json")
        one = f"{URL}{made.json()['id']}/"
        change = {"state": "paused", "description": "Books"}
        assert api(tess).patch(one, change, format="json").status_code == 428
        headers = {"HTTP_IF_MATCH": made.headers["ETag"]}
        answer = api(tess).patch(one, change, format="json", **headers)
        assert answer.json()["state"] == "paused"
        assert api(tess).patch(one, change, format="json", **headers).status_code == 412
        assert api(tess).post(f"{one}test/").json()["code"] == "webhook-not-active"

    @pytest.mark.parametrize(
        "url",
        [
            "http://program.example/hook",
            "https://127.0.0.1/hook",
            "https://[::1]/hook",
            "https://169.254.169.254/latest/",
            "https://program.example:25/",
            "https://user:pw@program.example/",
            "https://[not/an/address",
            "ftp://program.example/",
        ],
    )
    def test_where_it_may_not_lead(self, api, tess, url, settings) -> None:
        settings.SANDBOX_URL = ""
        answer = api(tess).post(URL, {"url": url, "types": [PAID]}, format="json")
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][0]["pointer"] == "/url"

    def test_only_known_events_and_the_sites_for_admins(self, api, tess, ada) -> None:
        for types in (["nothing.such"], ["user.registered"], []):
            answer = api(tess).post(URL, {"url": HOOK, "types": types}, format="json")
            assert answer.status_code == 400
        asked = {"url": HOOK, "types": ["user.registered"], "site": True}
        assert api(tess).post(URL, asked, format="json").status_code == 403
        assert api(ada).post(URL, asked, format="json").status_code == 201

    def test_an_organisations_are_its_owners(self, api, orla, tess, school) -> None:
        asked = {"url": HOOK, "types": ["certificate.issued"], "organization": str(school.pk)}
        assert api(tess).post(URL, asked, format="json").status_code == 404
        made = api(orla).post(URL, asked, format="json")
        assert made.json()["organization"] == str(school.pk)
        school.members.update(role="desk")
        assert api(orla).get(f"{URL}{made.json()['id']}/").status_code == 404

    def test_somebody_elses_is_not_there(self, api, listen, sam, tess, drain) -> None:
        row = listen(tess).row
        pay(tess)
        drain()
        log = Delivery.objects.get()
        for method, path in (
            ("get", f"{URL}{row.pk}/"),
            ("delete", f"{URL}{row.pk}/"),
            ("post", f"{URL}{row.pk}/rotate/"),
            ("post", f"{URL}{row.pk}/test/"),
            ("get", f"{URL}{row.pk}/deliveries/"),
            ("get", f"{URL}deliveries/{log.pk}/"),
            ("post", f"{URL}deliveries/{log.pk}/again/"),
        ):
            assert getattr(api(sam), method)(path).status_code == 404, path


@pytest.mark.django_db(transaction=True)
def test_ten_are_enough_however_many_ask_at_once(tess) -> None:
    def make() -> bool:
        try:
            endpoints.make(whose=For(owner_id=tess.pk), actor_id=tess.pk, url=HOOK, types=[PAID])
        except TooManyEndpoints:
            return False
        return True

    for _ in range(endpoints.MOST - 1):
        assert make()
    assert sorted(together([make] * 4)) == [False, False, False, True]


@pytest.mark.django_db
class TestPages:
    def test_without_a_script(self, receiver, tess, drain) -> None:
        browser = page(tess)
        assert b"No webhooks yet" in browser.get("/settings/webhooks/").content
        form = {"whose": "me", "url": receiver.url, "description": "Books", "types": [PAID]}
        shown = browser.post("/settings/webhooks/new/", form)
        row = Endpoint.objects.get()
        assert row.secret in shown.content.decode()
        one = f"/settings/webhooks/{row.pk}/"
        assert row.secret not in browser.get(one).content.decode()
        answer = browser.post(f"{one}test/", follow=True)
        drain()
        assert b"204" in browser.get(answer.redirect_chain[-1][0]).content
        assert receiver.verified(row.secret)[0]["type"] == "webhook.test"
        again = reverse("webhook-again", args=[row.pk, Delivery.objects.get().pk])
        browser.post(again)
        pay(tess)
        drain()
        assert len(receiver.heard) == 3
        browser.post(f"{one}pause/")
        assert fresh(row).state == "paused"
        browser.post(f"{one}resume/")
        browser.post(f"{one}replay/", {"since": "2020-01-01T00:00", "everything": "on"})
        assert b"tm-job" in browser.get(one).content
        drain()
        assert Job.objects.get(kind="webhooks.replay").result == {"sent": 1}
        rotated = browser.post(f"{one}rotate/").content.decode()
        assert fresh(row).secret in rotated
        assert fresh(row).secret != row.secret
        changed = {"url": receiver.url, "description": "", "types": ["payout.failed"]}
        browser.post(one, changed)
        assert fresh(row).types == ["payout.failed"]
        browser.post(f"{one}remove/")
        assert not Endpoint.objects.exists()

    def test_a_bad_address_is_said_beside_its_field(self, tess) -> None:
        form = {"whose": "me", "url": "http://10.0.0.1/", "types": [PAID]}
        answer = page(tess).post("/settings/webhooks/new/", form)
        assert answer.status_code == 422
        assert b"https address" in answer.content

    def test_somebody_elses_is_not_there(self, listen, tess, sam) -> None:
        row = listen(tess).row
        assert page(sam).get(f"/settings/webhooks/{row.pk}/").status_code == 404
        assert page(sam).post(f"/settings/webhooks/{row.pk}/rotate/").status_code == 404

    def test_a_secret_is_not_shown_to_who_left_the_screen_open(
        self, listen, tess, settings
    ) -> None:
        row = listen(tess).row
        browser = page(tess)
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
        answer = browser.post(f"/settings/webhooks/{row.pk}/rotate/")
        assert answer["Location"].startswith("/account/confirm/")
        assert fresh(row).secret == row.secret


@pytest.mark.django_db
def test_the_admin_reads_the_log_and_sends_again(listen, receiver, tess, ada, drain) -> None:
    row = listen(tess).row
    pay(tess)
    drain()
    browser, log = Client(), Delivery.objects.get()
    browser.force_login(ada)
    for path in (
        reverse("admin:webhooks_endpoint_changelist"),
        reverse("admin:webhooks_endpoint_change", args=[row.pk]),
        reverse("admin:webhooks_delivery_changelist"),
        reverse("admin:webhooks_delivery_change", args=[log.pk]),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert row.secret not in answer.content.decode()
    chosen = {"action": "send_again", "_selected_action": [str(log.pk)]}
    browser.post(reverse("admin:webhooks_delivery_changelist"), chosen)
    drain()
    assert len(receiver.heard) == 2
    chosen = {"action": "pause", "_selected_action": [str(row.pk)]}
    browser.post(reverse("admin:webhooks_endpoint_changelist"), chosen)
    assert fresh(row).state == "paused"
