"""A meeting at Zoom is made anew by hand: the old one goes and one new one comes, whatever is heard
of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from booking.gateways import zoom
from booking.models import Meeting
from booking.services import cancelling, meetings
from tests.booking.zooming import (  # noqa: F401  fixtures
    again,
    at_zoom,
    booked,
    closed_breakers,
    zooms,
)
from tests.sandbox_server import Sandbox
from tutorme.core.errors import Conflict, NotAllowed
from tutorme.core.models import AuditEntry, Job

State = Meeting.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_zoom")]


def test_is_made_anew_by_hand_and_the_old_one_goes(
    sandbox: Sandbox, sam, ada, free, drain, client: Client
) -> None:
    row = booked(sam, free)
    drain()
    (old,) = zooms(sandbox)
    client.force_login(ada)
    form = {"action": "remake_meeting", "_selected_action": [str(row.pk)]}
    assert "This reaches 1 row" in client.post("/admin/booking/booking/", form).text
    assert zooms(sandbox) == [old]
    client.post("/admin/booking/booking/", {**form, "asked": "1", "counted": "1"})
    drain()
    (new,) = zooms(sandbox)
    assert new["id"] != old["id"]
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))
    assert meeting.join_url == new["join_url"]
    assert AuditEntry.objects.get(action="meeting.made_anew").actor == ada


def test_that_it_is_to_be_made_anew_is_written_down_before_zoom_hears_of_it(
    sandbox: Sandbox, sam, ada, free, drain
) -> None:
    row = booked(sam, free)
    drain()
    (old,) = zooms(sandbox)
    meetings.make_anew(row.pk, actor_id=ada.pk)
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference) == (State.ANEW, str(old["id"]))
    assert meeting.join_url == "", "nobody is led into what is about to go"
    assert zooms(sandbox) == [old]
    with pytest.raises(NotAllowed):
        meetings.make_anew(row.pk, actor_id=ada.pk)


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "500-before", "reset"])
def test_a_removal_that_was_not_heard_of_ends_in_one_new_meeting(
    sandbox: Sandbox, sam, ada, free, drain, kind: str
) -> None:
    row = booked(sam, free)
    drain()
    (old,) = zooms(sandbox)
    # Deletions are repeated by the door itso all of its tries meet it.
    sandbox.fault("delete", kind, provider="zoom", times=3, seconds=0)
    meetings.make_anew(row.pk, actor_id=ada.pk)
    for _ in range(4):
        drain()
        again()
    (new,) = zooms(sandbox)
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))
    assert new["id"] != old["id"]


def test_dead_between_removing_and_keeping_the_next_one_goes_on(
    sandbox: Sandbox, sam, ada, free, drain
) -> None:
    row = booked(sam, free)
    drain()
    meetings.make_anew(row.pk, actor_id=ada.pk)
    zoom.gateway().remove(Meeting.objects.get().reference)
    Job.objects.filter(kind=meetings.JOB, state="queued").delete()
    Meeting.objects.update(
        taken_until=timezone.now() - timedelta(seconds=1),
        updated_at=timezone.now() - timedelta(minutes=11),
    )
    assert zooms(sandbox) == []
    assert meetings.reconcile() == 1
    drain()
    (new,) = zooms(sandbox)
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))


def test_called_off_meanwhile_nothing_is_made(sandbox: Sandbox, sam, ada, free, drain) -> None:
    row = booked(sam, free)
    drain()
    meetings.make_anew(row.pk, actor_id=ada.pk)
    cancelling.cancel(booking_id=row.pk, by=sam)
    drain()
    assert zooms(sandbox) == []
    assert Meeting.objects.get(booking=row).state == State.GONE


def test_the_control_what_is_over_or_worked_on_is_left_alone(
    sandbox: Sandbox, sam, ada, free, drain
) -> None:
    row = booked(sam, free)
    drain()
    in_hand = timezone.now() + timedelta(minutes=1)
    Meeting.objects.update(taken_until=in_hand)
    with pytest.raises(Conflict):
        meetings.make_anew(row.pk, actor_id=ada.pk)
    Meeting.objects.update(taken_until=None)
    for state in (State.WANTED, State.MAKING):
        Meeting.objects.update(state=state)
        with pytest.raises(NotAllowed):
            meetings.make_anew(row.pk, actor_id=ada.pk)
    Meeting.objects.update(state=State.READY)
    cancelling.cancel(booking_id=row.pk, by=sam)
    with pytest.raises(NotAllowed):
        meetings.make_anew(row.pk, actor_id=ada.pk)
