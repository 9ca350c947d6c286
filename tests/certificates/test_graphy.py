"""Graphy's messages: genuine, once, in any order; and what is done about a lost one."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from certificates.models import Certificate, ExternalCourse, Learner, Organization
from certificates.services import enrolling
from sandbox.faults import Fault, board
from sandbox.graphy.routes import signed
from sandbox.graphy.state import Learner as GraphyLearner
from sandbox.graphy.state import school
from tests.certificates import desks
from tutorme.core import inbox, jobs, limits
from tutorme.core.models import InboxMessage, Job

pytestmark = pytest.mark.django_db
PATH = "/api/v1/certificates/webhooks/graphy/"


@pytest.fixture
def north(media, sandbox) -> Organization:
    return desks.organization("North")


@pytest.fixture
def course(db: None) -> ExternalCourse:
    return desks.external_course()


@pytest.fixture
def ines(north, course) -> Learner:
    return desks.learner(north, course, "Ines", state="enrolled")


def message(**changed: object) -> bytes:
    said = {
        "course_id": "course-123",
        "email": "Ines@North.example",
        "event_id": "event-1",
        "completed_at": "2026-11-20T10:30:00Z",
        **changed,
    }
    return json.dumps(said).encode()


def post(client, body: bytes, headers: dict[str, str] | None = None):
    sent = {**signed(body), **(headers or {})}
    sent.pop("Content-Type")
    return client.post(PATH, body, content_type="application/json", headers=sent)


def test_a_completion_becomes_one_certificate_however_often_it_is_said(client, ines, drain) -> None:
    for _ in range(3):
        assert post(client, message()).status_code == 202
    drain()
    post(client, message(event_id="event-2"))
    drain()
    certificate = Certificate.objects.get()
    assert certificate.state == "issued", certificate.job.error  # type: ignore[union-attr]
    assert certificate.facts["recipient"] == "Ines"
    assert certificate.facts["organization"] == "North"
    assert InboxMessage.objects.count() == 2
    ines.refresh_from_db()
    assert ines.completed_at == datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Graphy-Signature": ""}, 401),
        ({"X-Graphy-Signature": "sha256=00"}, 401),
        ({"X-Graphy-Signature": "ä"}, 401),
        ({"X-Graphy-Timestamp": ""}, 401),
        ({"X-Graphy-Timestamp": "yesterday"}, 401),
        ({"X-Graphy-Timestamp": "1"}, 401),
    ],
)
def test_what_is_not_signed_is_refused_and_kept_nowhere(client, ines, headers, status) -> None:
    assert post(client, message(), headers).status_code == status
    assert not InboxMessage.objects.exists()


def test_another_body_under_the_signature_is_refused(client, ines) -> None:
    genuine = signed(message())
    genuine.pop("Content-Type")
    forged = message(email="mallory@north.example")
    answer = client.post(PATH, forged, content_type="application/json", headers=genuine)
    assert answer.status_code == 401


def test_an_old_message_is_refused(client, ines) -> None:
    old = signed(message(), at=timezone.now().timestamp() - 301)
    old.pop("Content-Type")
    answer = client.post(PATH, message(), content_type="application/json", headers=old)
    assert answer.status_code == 401


def test_either_secret_of_a_rotation_signs(client, ines, settings) -> None:
    settings.GRAPHY = {**settings.GRAPHY, "secrets": ["the-next-one", "sandbox-secret"]}
    assert post(client, message()).status_code == 202


def test_without_a_secret_nothing_is_accepted(client, ines, settings) -> None:
    settings.GRAPHY = {**settings.GRAPHY, "secrets": []}
    assert post(client, message()).status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 5000,
        message(event_id=""),
        message(event_id=7),
        message(email=None),
        message(completed_at="soon"),
        message(completed_at="2026-11-20T10:30:00"),
        message(completed_at="9999-12-31T23:59:59Z"),
        message(course_id="x" * 201),
        message(email="a\x00@b.example"),
    ],
)
def test_what_is_no_completion_is_sent_back(client, ines, body: bytes) -> None:
    assert post(client, body).status_code == 400
    assert not InboxMessage.objects.exists()


def test_a_message_too_large_is_not_read(client, ines) -> None:
    assert post(client, message(more="x" * 70_000)).status_code == 413


def test_the_same_event_with_another_body_is_a_conflict(client, ines) -> None:
    post(client, message())
    assert post(client, message(email="other@north.example")).status_code == 409
    assert InboxMessage.objects.get().conflicts == 1


def test_a_clock_ahead_of_ours_dates_nothing_into_the_future(client, ines, drain) -> None:
    ahead = (timezone.now() + timedelta(days=3)).isoformat()
    assert post(client, message(completed_at=ahead)).status_code == 202
    drain()
    ines.refresh_from_db()
    assert ines.completed_at <= timezone.now()


def test_a_completion_waits_for_its_learner(client, north, course, sam, drain) -> None:
    """It came before the list it belongs to: the commit brings it back."""
    post(client, message())
    inbox.process_due()
    assert InboxMessage.objects.get().state == "received"
    ines = desks.learner(north, course, "Ines")
    batch = ines.course.imports.create(sha256="0", storage_key="", created_by=sam)
    enrolling.enqueue_for(batch)
    drain()
    assert Certificate.objects.get().state == "issued"


def test_a_new_version_of_the_course_is_certified_anew(client, ines, course, drain) -> None:
    post(client, message())
    drain()
    ExternalCourse.objects.filter(pk=course.pk).update(version=2)
    post(client, message(event_id="event-2"))
    drain()
    versions = Certificate.objects.order_by("course_version")
    assert list(versions.values_list("course_version", "state")) == [(1, "issued"), (2, "issued")]


def test_the_daily_look_finds_what_no_message_said(ines, drain) -> None:
    at = datetime(2026, 11, 19, 8, tzinfo=UTC)
    school.learners[ines.email] = GraphyLearner(ines.email, "Ines", {"course-123": at})
    assert enrolling.reconcile() == 1
    drain()
    ines.refresh_from_db()
    assert (ines.state, ines.completed_at) == ("completed", at)
    assert enrolling.reconcile() == 0
    assert Certificate.objects.get().state == "issued"


def test_our_own_limit_of_calls_holds_back(north, course, settings, sandbox) -> None:
    settings.GRAPHY = {**settings.GRAPHY, "calls_per_minute": 2}
    rows = [desks.learner(north, course, f"N{n}") for n in range(3)]
    enrolling._enqueue([row.pk for row in rows], key="limits")
    jobs.run_due()
    states = sorted(Learner.objects.values_list("state", flat=True))
    assert states == ["enrolled", "imported", "imported"]
    job = Job.objects.get(kind=enrolling.ENROLL)
    assert (job.state, job.attempts) == ("queued", 0), "it was never Graphy that was away"


def asked() -> int:
    return sum(row.created + row.assigned for row in school.learners.values())


def test_a_pause_that_graphy_asks_for_is_kept_by_everybody(north, course, sandbox) -> None:
    """One job hears of it; the other does not even knock, and neither comes back too early."""
    board.arm(Fault("graphy", "assign", "429", seconds=120))
    rows = [desks.learner(north, course, f"N{n}") for n in range(2)]
    for row in rows:
        enrolling._enqueue([row.pk], key=f"pause:{row.pk}")
    jobs.run_due()
    assert (asked(), board.armed()) == (1, []), "one was created, and is not assigned"
    waiting = Job.objects.filter(kind=enrolling.ENROLL, state=Job.State.QUEUED)
    assert sorted(waiting.values_list("attempts", flat=True)) == [0, 1]
    waits = waiting.values_list(F("run_after") - Now(), flat=True)
    assert all(timedelta(seconds=60) < wait <= timedelta(seconds=120) for wait in waits)
    end_the_pause()
    jobs.run_due()
    assert set(Learner.objects.values_list("state", flat=True)) == {"enrolled"}
    assert [row.assigned for row in school.learners.values()] == [1, 1]


def test_control_a_refusal_without_a_pause_stops_nobody_else(north, course, sandbox) -> None:
    board.arm(Fault("graphy", "assign", "500-before"))
    rows = [desks.learner(north, course, f"N{n}") for n in range(2)]
    for row in rows:
        enrolling._enqueue([row.pk], key=f"pause:{row.pk}")
    jobs.run_due()
    assert asked() == 3


def end_the_pause() -> None:
    """As if its two minutes were over."""
    limits.client(settings.REDIS_URL).flushdb()
    Job.objects.update(run_after=Now())
