"""What people want to be told: the matrix, quiet hours, gathered mails, leaving by one press."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts import desks
from accounts.events import UserRegistered
from realtime import announcements, kinds, staff_news
from realtime.announcements import Told
from realtime.errors import KindNotChoosable
from realtime.models import (
    DigestLine,
    MailDelivery,
    Notification,
    NotificationPreference,
    NotificationSettings,
)
from realtime.services import digests, mail, notifications, preferences, unsubscribing
from tests import cast

pytestmark = pytest.mark.django_db
API = "/api/v1/me/notification-preferences/"
PAGE = "/settings/notifications/"


def registered(user) -> None:
    notifications.announce(UserRegistered(user.pk))


def told(user, key: str = "k") -> Told:
    return Told(user.pk, key, {})


# The matrix ------------------------------------------------------------------------------------


def test_what_is_turned_off_is_not_told_and_the_rest_is(api, sam, otto) -> None:
    changes = {"kinds": [{"kind": "welcome", "in_page": False}]}
    assert api(sam).patch(API, changes, format="json").status_code == 200
    changes = {"kinds": [{"kind": "welcome", "by_mail": False}]}
    assert api(otto).patch(API, changes, format="json").status_code == 200
    registered(sam)
    registered(otto)
    assert (Notification.objects.filter(user=sam).count(), mails(sam)) == (0, 1)
    assert (Notification.objects.filter(user=otto).count(), mails(otto)) == (1, 0)


def mails(user) -> int:
    return MailDelivery.objects.filter(user=user).count()


def test_what_nobody_writes_a_mail_for_can_be_mailed_all_the_same(sam, sandbox, drain) -> None:
    preferences.decide(user=sam, kind="enrolled", changes={"by_mail": True})
    mail.owe("enrolled", Told(sam.pk, "k", {"course": "Cells"}, "/learn/cells/"))
    drain()
    (sent,) = sandbox.mails(sam.email)
    assert sent["subject"] == "You are enrolled in Cells"
    assert "Every lesson is open" in sent["text"]


@pytest.mark.parametrize("kind", ["security", "payment-received", "code-reset", "nothing", ""])
def test_safety_and_papers_about_money_cannot_be_turned_off(api, sam, kind) -> None:
    body = {"kinds": [{"kind": kind, "by_mail": False}]}
    answer = api(sam).patch(API, body, format="json")
    assert answer.status_code == 400
    assert not NotificationPreference.objects.exists()
    assert kind not in [row["kind"] for row in api(sam).get(API).json()["kinds"]]


def test_what_only_the_staff_is_told_only_they_are_asked_about(api, sam, ada) -> None:
    def listed(user) -> set[str]:
        return {row["kind"] for row in api(user).get(API).json()["kinds"]}

    assert listed(ada) - listed(sam) == set(staff_news.NEEDS)
    tina = cast.person("Tina", is_staff=True)
    tina.groups.add(Group.objects.create(name=desks.MODERATION))
    theirs = listed(tina) - listed(sam)
    assert "review-reported" in theirs
    assert not theirs & {"payment-disputed", "course-submitted"}


def test_every_kind_has_words_people_understand() -> None:
    for kind in kinds.every():
        assert not re.search(r"[%_-]\w*\(|_", kind.label), kind
    known = {row.kind for row in announcements.all_announcements()}
    assert set(kinds.LABELS) <= known
    assert known >= kinds.LETTERS | set(staff_news.NEEDS)


def test_nobody_is_asked_about_letters_to_addresses(sam) -> None:
    """They go to whoever an organisation named: a box about them would do nothing."""
    assert not kinds.LETTERS & {row.name for row in kinds.every()}
    with pytest.raises(KindNotChoosable):
        preferences.decide(user=sam, kind="member-invited", changes={"by_mail": False})


def test_the_page_saves_without_a_script(client: Client, sam, query_budget) -> None:
    client.force_login(sam)
    with query_budget("settings.notifications"):
        page = client.get(PAGE).content.decode()
    assert 'name="mail:welcome"' in page
    ticked = dict.fromkeys(re.findall(r'name="((?:mail|page):[\w-]+)"[^>]*checked', page), "on")
    del ticked["mail:welcome"]
    assert client.post(PAGE, ticked)["Location"] == PAGE
    (row,) = NotificationPreference.objects.all()
    assert (row.kind, row.in_page, row.by_mail) == ("welcome", True, False)
    times = {"digest": "daily", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert client.post(PAGE, times)["Location"] == PAGE
    own = NotificationSettings.objects.get()
    assert (own.digest, own.quiet_from, own.quiet_until) == ("daily", time(22), time(7))
    assert client.post(PAGE, {"digest": "daily", "quiet_from": "22:00"}).status_code == 422
    assert client.post(PAGE, {"digest": "hourly"}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"digest": "hourly"},
        {"quiet_from": "22:00"},
        {"quiet_from": None, "quiet_until": "07:00"},
        {"quiet_from": "25:00", "quiet_until": "07:00"},
        {"kinds": "welcome"},
        {"kinds": [{"kind": "welcome", "by_mail": "perhaps"}]},
        {"role": "admin"},
    ],
)
def test_the_api_refuses_what_makes_no_sense(api, sam, body) -> None:
    assert api(sam).patch(API, body, format="json").status_code == 400


# Quiet hours -----------------------------------------------------------------------------------

EVENING, NIGHT = (time(22), time(7)), (time(22), time(2, 30))


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (EVENING, "2026-03-28T22:30+01:00", "2026-03-29T05:00+00:00"),  # clocks go forward
        (EVENING, "2026-10-24T23:00+02:00", "2026-10-25T06:00+00:00"),  # and back
        # Half past two comes twice in October and never in March.
        (NIGHT, "2026-10-25T01:00+02:00", "2026-10-25T01:30+00:00"),
        (NIGHT, "2026-10-25T02:15+01:00", "2026-10-25T01:30+00:00"),
        (NIGHT, "2026-10-25T02:31+01:00", None),
        (NIGHT, "2026-03-29T01:00+01:00", "2026-03-29T01:30+00:00"),
        (EVENING, "2026-07-02T06:59+02:00", "2026-07-02T05:00+00:00"),
        (EVENING, "2026-07-02T07:00+02:00", None),
        (EVENING, "2026-07-02T21:59+02:00", None),
        ((time(12), time(14)), "2026-07-02T13:00+02:00", "2026-07-02T12:00+00:00"),
        ((time(12), time(12)), "2026-07-02T12:00+02:00", None),
        ((None, None), "2026-07-02T12:00+02:00", None),
    ],
)
def test_quiet_hours_are_the_readers_own(hours, now, until) -> None:
    row = NotificationSettings(quiet_from=hours[0], quiet_until=hours[1])
    found = preferences.quiet_until(row, "Europe/Paris", datetime.fromisoformat(now))
    assert found == (datetime.fromisoformat(until) if until else None)


def test_a_mail_of_the_night_waits_for_the_morning(sam, sandbox, drain) -> None:
    NotificationSettings.objects.create(user=sam, quiet_from=time(22), quiet_until=time(7))
    with time_machine.travel("2026-07-02T23:00+01:00"):
        registered(sam)
        mail.owe("payment-received", Told(sam.pk, "paper", {"what": "x", "amount": "1"}))
    assert Notification.objects.filter(user=sam).count() == 1
    states = dict(MailDelivery.objects.values_list("kind", "state"))
    assert states == {"welcome": "held", "payment-received": "queued"}
    assert mail.release_held(datetime.fromisoformat("2026-07-03T06:59+01:00")) == 0
    morning = datetime.fromisoformat("2026-07-03T07:00+01:00")
    assert (mail.release_held(morning), mail.release_held(morning)) == (1, 0)
    drain()
    assert "Welcome to TutorMe" in {each["subject"] for each in sandbox.mails(sam.email)}


# Gathered --------------------------------------------------------------------------------------


def test_the_next_digest_is_eight_in_the_morning_there() -> None:
    row = NotificationSettings(digest="daily")
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    paris = preferences.next_digest(row, "Europe/Paris", saturday)
    assert paris == datetime(2026, 3, 29, 6, tzinfo=UTC)
    back = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert preferences.next_digest(row, "Europe/Paris", back) == datetime(
        2026, 10, 25, 7, tzinfo=UTC
    )
    row.digest = "weekly"
    assert preferences.next_digest(row, "UTC", saturday) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    monday = datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert preferences.next_digest(row, "UTC", monday) == datetime(2026, 4, 6, 8, tzinfo=UTC)


def due() -> datetime:
    at = NotificationSettings.objects.get().digest_at
    assert at is not None
    return at


def test_gathered_mails_are_one_and_each_piece_is_in_one(api, sam, sandbox, drain) -> None:
    api(sam).patch(API, {"digest": "daily"}, format="json")
    for number in range(3):
        mail.owe("welcome", told(sam, f"k{number}"))
        mail.owe("welcome", told(sam, f"k{number}"))
    assert (mails(sam), DigestLine.objects.count()) == (0, 3)
    later = due() + timedelta(seconds=1)
    assert (digests.send_due(later), digests.send_due(later)) == (1, 0)
    drain()
    (sent,) = sandbox.mails(sam.email)
    assert sent["subject"] == "What happened on TutorMe"
    assert sent["text"].count("- Welcome to TutorMe") == 3
    tomorrow = due() + timedelta(seconds=1)
    digests.send_due(tomorrow)
    drain()
    assert len(sandbox.mails(sam.email)) == 1


def test_who_stops_gathering_gets_what_waited(api, sam, sandbox, drain) -> None:
    api(sam).patch(API, {"digest": "weekly"}, format="json")
    mail.owe("welcome", told(sam))
    api(sam).patch(API, {"digest": "off"}, format="json")
    digests.send_due()
    drain()
    assert len(sandbox.mails(sam.email)) == 1
    assert NotificationSettings.objects.get().digest_at is None


# Leaving ---------------------------------------------------------------------------------------


def test_one_press_in_the_mail_program_is_enough(client: Client, sam, sandbox, drain) -> None:
    registered(sam)
    drain()
    (sent,) = sandbox.mails(sam.email)
    assert sent["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = sent["headers"]["List-Unsubscribe"].strip(" <>")
    assert link in sent["text"]
    path = "/" + link.split("/", 3)[3]
    strict = Client(enforce_csrf_checks=True)
    # Mail programs look at links before anybody presses them.
    assert strict.get(path).status_code == 200
    assert not NotificationPreference.objects.exists()
    for _ in range(2):
        answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    (row,) = NotificationPreference.objects.all()
    assert (row.user, row.kind, row.by_mail, row.in_page) == (sam, "welcome", False, True)


def test_papers_carry_no_such_link(sam, sandbox, drain) -> None:
    mail.owe("payment-received", Told(sam.pk, "k", {"what": "x", "amount": "1", "papers": "p"}))
    drain()
    (sent,) = sandbox.mails(sam.email)
    assert "List-Unsubscribe" not in sent["headers"]


def test_a_link_that_is_none_of_ours_leads_nowhere(client: Client, sam) -> None:
    good = unsubscribing.link(sam.pk, "welcome").rstrip("/").rpartition("/")[2]
    essential = unsubscribing.link(sam.pk, "security").rstrip("/").rpartition("/")[2]
    for token in ("x", good[:-1], good + "x", essential):
        assert client.post(f"/unsubscribe/{token}/").status_code == 404
    sam.is_active = False
    sam.save()
    assert client.get(f"/unsubscribe/{good}/").status_code == 404


# Keeping ---------------------------------------------------------------------------------------


def test_what_is_old_is_forgotten_and_what_is_unclear_stays(sam, tell) -> None:
    tell(sam)
    for number, state in enumerate(("sent", "failed", "unknown", "queued")):
        mail.owe("welcome", told(sam, f"k{number}"))
        row = MailDelivery.objects.filter(dedupe_key=f"k{number}")
        row.update(state=state, sent_at=datetime.now(UTC) if state == "sent" else None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE realtime_maildelivery SET created_at = now() - interval '1 year'")
        cursor.execute("UPDATE realtime_notification SET created_at = now() - interval '2 years'")
    tell(sam)
    assert notifications.purge(older_than=timedelta(days=365)) == 1
    assert mail.purge(older_than=timedelta(days=180)) == 2
    assert set(MailDelivery.objects.values_list("state", flat=True)) == {"unknown", "queued"}
    assert Notification.objects.count() == 1
