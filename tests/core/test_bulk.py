"""Acts on many rows: fifty at once, fifty-one as a job that tells of each."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from tests import cast
from tutorme.core import bulk, jobs
from tutorme.core.models import AuditEntry, BulkRow, Job
from tutorme.core.read_only_admin import TracedAdmin

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"
# One thing done once, whatever rows were chosen: PayPal's plans are brought in line, a draft of
# payouts is made of what all these sellers are owed, one design is the one in use.
NOT_ROW_BY_ROW = {"sync", "collect", "make_default"}


def crowd(count: int) -> list[User]:
    """Unusable passwords: hashing fifty would be the slowest thing here."""
    first = cast.person("crowd0")
    rows = [
        User(
            email=f"crowd{number}@example.test",
            username=f"crowd{number}",
            username_skeleton=f"crowd{number}",
            display_name=f"Crowd {number}",
            password="!",
        )
        for number in range(1, count)
    ]
    return [first, *User.objects.bulk_create(rows)]


def chosen(action: str, people: list[User], **more: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [str(one.pk) for one in people], **more}


def suspend(client, people: list[User], **more: str):
    given = {"asked": "1", "counted": str(len(people)), "reason": "Spam", **more}
    return client.post(USERS, chosen("suspend", people, **given))


def test_fifty_are_done_at_once(client, ada: User) -> None:
    people = crowd(50)
    client.force_login(ada)
    assert suspend(client, people).status_code == 302
    assert not Job.objects.filter(kind=bulk.JOB).exists()
    assert not User.objects.filter(username__startswith="crowd", is_active=True).exists()


def test_fifty_one_are_a_job_that_tells_of_each(client, ada: User, drain) -> None:
    people = crowd(50)
    client.force_login(ada)
    answer = suspend(client, [*people, ada])
    assert answer.status_code == 302
    job = Job.objects.get(kind=bulk.JOB)
    assert (job.total, job.owner_id) == (51, ada.pk)
    assert User.objects.filter(username__startswith="crowd", is_active=True).count() == 50
    drain()
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", {"done": 50, "refused": 1})
    refused = BulkRow.objects.get(job=job, state="refused")
    assert refused.target_id == str(ada.pk)
    assert "Your own account" in refused.detail
    assert (
        AuditEntry.objects.filter(action="user.suspended", actor=ada, reason="Spam").count() == 50
    )
    rows = client.get(f"{reverse('admin:core_bulkrow_changelist')}?job__id__exact={job.pk}")
    assert rows.status_code == 200
    assert "Your own account" in rows.text


def test_a_destructive_act_is_shown_first_with_its_count(client, ada: User) -> None:
    people = crowd(3)
    client.force_login(ada)
    page = client.post(USERS, chosen("suspend", people, reason="Spam"))
    assert page.status_code == 200
    assert "reaches 3 rows" in page.text
    moved = suspend(client, people[:2], counted="3")
    assert moved.status_code == 200, "other rows than were shown: shown again"
    assert User.objects.filter(username__startswith="crowd", is_active=False).count() == 0
    assert suspend(client, people).status_code == 302
    assert User.objects.filter(username__startswith="crowd", is_active=True).count() == 0


def test_a_killed_job_goes_on_behind_the_last_row(client, ada: User, drain) -> None:
    people = crowd(51)
    client.force_login(ada)
    suspend(client, people)
    job = Job.objects.get(kind=bulk.JOB)
    done = BulkRow.objects.filter(job=job).order_by("pk")[:20].values("pk")
    BulkRow.objects.filter(pk__in=list(done.values_list("pk", flat=True))).update(state="done")
    drain()
    assert AuditEntry.objects.filter(action="user.suspended").count() == 31


def test_a_job_tried_again_takes_over_what_was_left(client, ada: User, drain) -> None:
    people = crowd(51)
    client.force_login(ada)
    suspend(client, people)
    job = Job.objects.get(kind=bulk.JOB)
    first = list(BulkRow.objects.filter(job=job).order_by("pk").values_list("pk", flat=True)[:40])
    BulkRow.objects.filter(pk__in=first).update(state="done")
    Job.objects.filter(pk=job.pk).update(state="cancelled")
    job.refresh_from_db()
    again = jobs.retry(job)
    drain()
    again.refresh_from_db()
    assert again.result == {"done": 11, "refused": 0}


def test_whoever_lost_the_right_meanwhile_does_nothing(client, ada: User, drain) -> None:
    people = crowd(51)
    client.force_login(ada)
    suspend(client, people)
    User.objects.filter(pk=ada.pk).update(is_staff=False)
    drain()
    assert Job.objects.get(kind=bulk.JOB).state == "failed"
    assert User.objects.filter(username__startswith="crowd", is_active=False).count() == 0


def test_control_the_right_is_there(client, ada: User, drain) -> None:
    people = crowd(51)
    client.force_login(ada)
    suspend(client, people)
    drain()
    assert Job.objects.get(kind=bulk.JOB).state == "succeeded"


def test_every_action_of_the_admin_goes_through_the_seam() -> None:
    loose = [
        f"{model_admin}: {name}"
        for model_admin in admin.site._registry.values()
        for name, function in actions(model_admin)
        if name not in NOT_ROW_BY_ROW and not hasattr(function, "act")
    ]
    assert loose == []


def test_every_screen_shows_the_trail_of_its_rows() -> None:
    others = [
        str(model_admin)
        for model_admin in admin.site._registry.values()
        if not isinstance(model_admin, TracedAdmin)
    ]
    assert others == []


def actions(model_admin):
    for one in model_admin.actions or ():
        yield (
            (one, getattr(type(model_admin), one)) if isinstance(one, str) else (one.__name__, one)
        )
