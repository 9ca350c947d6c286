"""Lists of learners: staged, checked, committed, taken back; killed and started again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates import queries
from certificates.models import ExternalCourse, ImportRow, Learner, LearnerImport, Organization
from certificates.services import imports
from sandbox.graphy.state import school
from tests.certificates import desks
from tutorme.core import jobs
from tutorme.core.models import AuditEntry, Job

pytestmark = pytest.mark.django_db
State = LearnerImport.State


@pytest.fixture
def north(db: None) -> Organization:
    return desks.organization("North")


@pytest.fixture
def course(db: None) -> ExternalCourse:
    return desks.external_course()


@pytest.fixture
def send(course, north, sam, media, sandbox) -> Callable[..., LearnerImport]:
    desks.seat(north, sam)

    def sent(text: str, organization: Organization | None = north, **said: str) -> LearnerImport:
        batch = imports.start(
            course=course,
            organization=organization,
            actor_id=sam.pk,
            data=text.encode(),
            **said,
        )
        jobs.run_due()
        batch.refresh_from_db()
        return batch

    return sent


def commit(batch: LearnerImport, actor, **said: bool) -> LearnerImport:
    wish = {"valid_rows_only": False, **said}
    imports.commit(batch=batch, actor_id=actor.pk, **wish)
    jobs.run_due()
    batch.refresh_from_db()
    return batch


def test_nothing_is_written_before_the_commit(send, sam) -> None:
    batch = send(desks.rows(3, "north.example"))
    assert (batch.state, batch.rows, batch.good_rows) == (State.CHECKED, 3, 3)
    assert not Learner.objects.exists()
    commit(batch, sam)
    assert batch.state == State.COMMITTED
    assert Learner.objects.count() == 3


def test_learners_are_put_on_graphy_once(send, sam, drain) -> None:
    commit(send(desks.rows(3, "north.example")), sam)
    drain()
    drain()
    assert {row.state for row in Learner.objects.all()} == {"enrolled"}
    assert len(school.learners) == 3
    assert {(row.created, row.assigned) for row in school.learners.values()} == {(1, 1)}


def test_who_graphy_refuses_fails_alone(send, sam, drain) -> None:
    text = desks.HEAD + "A,refused@north.example,north.example\nB,b@north.example,north.example\n"
    commit(send(text), sam)
    drain()
    states = dict(Learner.objects.values_list("name", "state"))
    assert states == {"A": "failed", "B": "enrolled"}
    assert "Invalid email" in Learner.objects.get(name="A").last_error


def test_graphy_being_away_loses_nobody(send, sam, sandbox) -> None:
    sandbox.fault("assign", "500-before", provider="graphy", times=9)
    commit(send(desks.rows(2, "north.example")), sam)
    jobs.run_due()
    waiting = Job.objects.get(kind="certificates.enroll_learners")
    assert waiting.state == "queued"
    sandbox.http.delete(f"{sandbox.url}/_faults")
    Job.objects.filter(pk=waiting.pk).update(run_after=timezone.now())
    jobs.run_due()
    assert {row.state for row in Learner.objects.all()} == {"enrolled"}


def test_errors_are_grouped_by_cause_with_row_and_column(send, sam) -> None:
    text = desks.HEAD + (
        "Ada,ada@north.example,north.example\n"
        ",b@north.example,north.example\n"
        ",c@north.example,north.example\n"
        "D,not-an-address,north.example\n"
        "E,e@south.example,south.example\n"
        "F,ADA@north.example,north.example\n"
    )
    batch = send(text)
    found = {row["problem"]: (row["column"], row["lines"]) for row in queries.problems_of(batch)}
    assert found == {
        "name-missing": ("name", [3, 4]),
        "email-invalid": ("email", [5]),
        "other-organization": ("organization_website", [6]),
        "repeated-in-file": ("email", [7]),
    }
    lines = list(queries.problem_lines(batch))
    assert len(lines) == 1 + 5
    assert lines[1].startswith("3,name,The name is missing.,")


def test_bad_rows_hold_the_commit_unless_the_good_ones_will_do(send, sam) -> None:
    batch = send(desks.rows(2, "north.example") + "X,not-an-address,north.example\n")
    with pytest.raises(imports.ImportHasErrors):  # type: ignore[attr-defined]
        commit(batch, sam)
    commit(batch, sam, valid_rows_only=True)
    assert Learner.objects.count() == 2


def test_a_file_that_cannot_be_read_says_why(send) -> None:
    batch = send("name,email\nA,a@b.example\n")
    assert batch.state == State.REFUSED
    assert batch.problem["code"] == "missing-column"


def test_the_same_file_again_is_the_same_import(send, sam) -> None:
    text = desks.rows(3, "north.example")
    first = send(text)
    assert send(text).pk == first.pk
    commit(first, sam)
    assert send(text).pk == first.pk
    assert commit(first, sam).pk == first.pk
    assert Learner.objects.count() == 3


def test_the_same_file_read_in_another_way_takes_its_place(send, sam) -> None:
    """Two of its encodings fit, and only a person sees which is right."""
    text = desks.HEAD + "Ивайло,ivo@north.example,north.example\n"
    misread = send(text, encoding="mac_roman")
    assert misread.lines.get().name != "Ивайло"
    again = send(text, encoding="mac_roman")
    assert again.pk == misread.pk
    right = send(text, encoding="utf-8-sig")
    misread.refresh_from_db()
    assert (misread.state, right.state) == (State.DISCARDED, State.CHECKED)
    assert right.lines.get().name == "Ивайло"
    commit(right, sam)
    assert send(text, encoding="mac_roman").pk == right.pk, "what is written stays as it is"


def test_who_is_there_already_is_known_or_in_conflict(send, sam) -> None:
    commit(send(desks.rows(2, "north.example")), sam)
    again = desks.HEAD + (
        "Learner 0,learner0@north.example,north.example\n"
        "Somebody Else,learner1@north.example,north.example\n"
        "New,new@north.example,north.example\n"
    )
    batch = send(again)
    outcomes = list(batch.lines.order_by("line").values_list("outcome", "problem"))
    assert outcomes == [("known", ""), ("bad", "other-name"), ("good", "")]


def test_an_admin_names_organisations_by_their_website(send, north, ada) -> None:
    south = desks.organization("South")
    text = desks.HEAD + (
        "A,a@x.example,HTTPS://WWW.North.Example/team\n"
        "B,b@x.example,south.example\n"
        "C,c@x.example,nowhere.example\n"
    )
    batch = send(text, organization=None)
    assert batch.lines.get(line=4).problem == "organization-unknown"
    commit(batch, ada, valid_rows_only=True)
    owners = dict(Learner.objects.values_list("name", "organization_id"))
    assert owners == {"A": north.pk, "B": south.pk}


def test_taking_back_withdraws_all_but_who_completed(send, sam, ada) -> None:
    batch = commit(send(desks.rows(3, "north.example")), sam)
    done = Learner.objects.get(name="Learner 0")
    Learner.objects.filter(pk=done.pk).update(
        state="completed", completed_at=timezone.now(), completed_version=1
    )
    imports.undo(batch=batch, actor_id=sam.pk)
    jobs.run_due()
    batch.refresh_from_db()
    assert batch.state == State.UNDONE
    assert dict(Learner.objects.values_list("name", "state")) == {
        "Learner 0": "completed",
        "Learner 1": "withdrawn",
        "Learner 2": "withdrawn",
    }
    # Afterwards the same file may come again.
    again = send(desks.rows(3, "north.example"))
    assert again.pk != batch.pk
    assert (again.good_rows, again.known_rows) == (2, 1)


def test_after_a_day_it_is_too_late(send, sam) -> None:
    batch = commit(send(desks.rows(1, "north.example")), sam)
    LearnerImport.objects.filter(pk=batch.pk).update(
        committed_at=timezone.now() - timedelta(hours=24, seconds=1)
    )
    with pytest.raises(imports.UndoTooLate):  # type: ignore[attr-defined]
        imports.undo(batch=batch, actor_id=sam.pk)


def test_a_commit_killed_in_the_middle_goes_on_where_it_was(send, sam, monkeypatch) -> None:
    batch = send(desks.rows(7, "north.example"))
    monkeypatch.setattr(imports, "_PIECE", 3)
    imports.commit(batch=batch, actor_id=sam.pk, valid_rows_only=False)
    job = Job.objects.get(kind=imports.COMMIT)
    claimed = jobs._claim(job.pk)
    piece = list(batch.lines.filter(outcome="good").order_by("line")[:3])
    imports._let_in(batch, piece)
    # Killed here: the lease runs out, and the next worker takes the job over.
    assert claimed is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_due()
    batch.refresh_from_db()
    assert batch.state == State.COMMITTED
    assert Learner.objects.count() == 7
    assert ImportRow.objects.filter(outcome="committed").count() == 7


def test_every_step_is_in_the_audit_trail(send, sam) -> None:
    batch = commit(send(desks.rows(1, "north.example")), sam)
    imports.undo(batch=batch, actor_id=sam.pk)
    actions = AuditEntry.objects.filter(target_id=str(batch.pk)).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "learner_import.started",
        "learner_import.committed",
        "learner_import.undone",
    ]


@pytest.mark.slow
def test_five_thousand_rows_go_in_and_one_more_does_not(send, sam) -> None:
    batch = commit(send(desks.rows(5000, "north.example")), sam)
    assert batch.state == State.COMMITTED
    assert Learner.objects.count() == 5000
    assert send(desks.rows(5001, "north.example")).problem["code"] == "too-many-rows"


# In the back office ----------------------------------------------------------------------------


def run_again(client: Client, batch: LearnerImport) -> str:
    form = {"action": "run_again", "_selected_action": [str(batch.pk)]}
    page = client.post("/admin/certificates/learnerimport/", form, follow=True).text
    batch.refresh_from_db()
    return page


def test_what_was_refused_is_read_again_with_its_errors(
    send, ada, client: Client, settings
) -> None:
    settings.MAX_CSV_ROWS = 1
    batch = send(desks.HEAD + "A,a@north.example,north.example\nB,b,north.example\n")
    assert batch.state == State.REFUSED
    client.force_login(ada)
    settings.MAX_CSV_ROWS = 10
    run_again(client, batch)
    assert batch.state == State.CHECKING
    jobs.run_due()
    batch.refresh_from_db()
    assert (batch.state, batch.bad_rows, batch.problem) == (State.CHECKED, 1, None)
    listed = client.get("/admin/certificates/learnerimport/").text
    link = f"/admin/certificates/importrow/?batch__id__exact={batch.pk}&amp;outcome__exact=bad"
    assert link in listed
    lines = client.get(link.replace("&amp;", "&")).text
    assert "a@north.example" not in lines
    assert "north.example" in lines
    assert AuditEntry.objects.filter(action="learner_import.run_again", actor=ada).exists()
    assert "No part of it has stopped" in run_again(client, batch)


def test_what_stopped_half_way_goes_on(send, sam, ada, client: Client) -> None:
    batch = send(desks.rows(3, "north.example"))
    imports.commit(batch=batch, actor_id=sam.pk, valid_rows_only=False)
    client.force_login(ada)
    assert "No part of it has stopped" in run_again(client, batch), "its job still waits"
    Job.objects.filter(kind=imports.COMMIT).update(state="failed")
    run_again(client, batch)
    jobs.run_due()
    batch.refresh_from_db()
    assert batch.state == State.COMMITTED
    assert Learner.objects.count() == 3


def test_the_same_list_is_not_in_force_twice(send, ada, client: Client, settings) -> None:
    settings.MAX_CSV_ROWS = 1
    text = desks.rows(3, "north.example")
    batch = send(text)
    settings.MAX_CSV_ROWS = 10
    assert send(text).state == State.CHECKED
    client.force_login(ada)
    assert "The same list is here again already." in run_again(client, batch)
    assert batch.state == State.REFUSED


def run_job(batch: LearnerImport) -> None:
    batch.refresh_from_db()
    assert batch.job_id
    jobs.run(batch.job_id)


def statements_of(send, sam, count: int, host: str) -> int:
    """Of letting so many in. What is enqueued for Graphy by fifties stays below its first fifty."""
    batch = send(desks.rows(count, host))
    imports.commit(batch=batch, actor_id=sam.pk, valid_rows_only=False)
    with CaptureQueriesContext(connection) as asked:
        run_job(batch)
    batch.refresh_from_db()
    assert batch.lines.filter(outcome="committed", learner__isnull=False).count() == count
    return len(asked)


def test_letting_in_costs_the_same_statements_for_two_and_for_many(send, sam, north) -> None:
    few = statements_of(send, sam, 2, "north.example")
    Organization.objects.filter(pk=north.pk).update(website="south.example")
    assert statements_of(send, sam, 45, "south.example") == few


def test_all_that_became_of_lines_is_noted_in_one_statement(send, sam) -> None:
    """Let in, and there already or in conflict by another list that came meanwhile."""
    batch = send(desks.rows(3, "north.example"))
    other = "1,learner1@north.example,north.example\nElse,learner2@north.example,north.example\n"
    commit(send(f"{desks.HEAD}Learner {other}"), sam)
    imports.commit(batch=batch, actor_id=sam.pk, valid_rows_only=False)
    with CaptureQueriesContext(connection) as asked:
        run_job(batch)
    noted = [row["sql"] for row in asked if "certificates_importrow" in row["sql"].split("SET")[0]]
    assert sum("UPDATE" in sql for sql in noted) == 1
    rows = batch.lines.order_by("line").values_list("outcome", "problem", "column")
    assert list(rows) == [
        ("committed", "", ""),
        ("known", "", ""),
        ("bad", "other-name", "name"),
    ]
