"""Two accounts of one person become one: what moves, what forbids it, who is told."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import MergeRefused
from accounts.models import User
from accounts.services import merging
from accounts.services.merging import Preview
from booking.models import LessonType
from certificates.models import Certificate
from certificates.services import templates
from courses.models import Course, Enrollment, Favorite
from courses.services import enrolling, points
from payments.models import CreditLot, Order
from payments.services import credits
from realtime.services import conversations
from tests import cast
from tests.booking.conftest import diary, free, held  # noqa: F401  fixtures
from tests.courses.conftest import course, publish  # noqa: F401  fixtures
from tests.payments.conftest import bare_order
from tutorme.core import invariants, personal
from tutorme.core import merging as rules
from tutorme.core.errors import ListMoved, NotAllowed
from tutorme.core.models import AuditEntry, InvariantCheck
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def seen(closed: User, kept: User) -> Preview:
    return merging.look(closed_id=closed.pk, kept_id=kept.pk)


def merge(closed: User, kept: User, actor: User, seal: str | None = None) -> None:
    merging.merge(
        closed_id=closed.pk,
        kept_id=kept.pk,
        actor=actor,
        reason="the same person",
        seal=seen(closed, kept).seal if seal is None else seal,
    )


def refused(closed: User, kept: User, actor: User) -> str:
    with pytest.raises(MergeRefused) as error:
        merge(closed, kept, actor)
    assert User.objects.filter(pk=closed.pk, is_active=closed.is_active).exists()
    return str(error.value.detail)


def test_every_column_that_names_a_person_has_a_rule() -> None:
    named = {(model._meta.label, column) for model, column, _goes in personal.pointing()}
    ruled = {(model._meta.label, column) for model, column in rules.declared()}
    assert named - ruled == set()
    assert ruled - named == set(), "rules of columns that are gone"


def test_what_somebody_has_moves(
    sam: User,
    otto: User,
    tess: User,
    ada: User,
    course: Course,  # noqa: F811
    free: LessonType,  # noqa: F811
    sandbox,
    drain,
) -> None:
    """Otto is Sam, who signed up twice."""
    lesson = held(otto, free)
    place = enrolling.enroll_free(user=otto, course=course)
    order = bare_order(otto, state=Order.State.DECLINED)
    for user in (otto, sam):
        Favorite.objects.create(user=user, course=course)
    credits.grant(owner=otto, amount=Money(900, "EUR"), reason="sorry", actor=ada, key="k")
    points.correct(user_id=otto.pk, points=7, reason="a gift", actor_id=ada.pk)
    talk = conversations.begin(user=otto, other_id=tess.pk)
    drain()

    lines = {line.title: line for line in seen(otto, sam).lines}
    assert (lines["favorites"].moved, lines["favorites"].stayed) == (0, 1)
    assert lines["bookings"].moved == lines["conversations"].moved == 1
    merge(otto, sam, ada)
    drain()

    for row in (place, order, lesson, talk, otto, sam):
        row.refresh_from_db()
    assert (place.user, order.buyer, lesson.student) == (sam, sam, sam)
    assert talk.pair == conversations.pair_of(sam.pk, tess.pk)
    assert credits.spendable(sam.pk, "EUR") == Money(900, "EUR")
    assert CreditLot.objects.get().owner == sam
    assert (otto.is_active, otto.points, sam.points) == (False, 0, 7)
    told = {mail["to"][0] for mail in sandbox.mails() if "made one" in mail["subject"]}
    assert told == {sam.email, otto.email}
    noted = AuditEntry.objects.filter(action__startswith="user.merged_").order_by("action")
    assert [(row.target_id, row.actor, row.reason) for row in noted] == [
        (str(sam.pk), ada, "the same person"),
        (str(otto.pk), ada, "the same person"),
    ]
    invariants.check_all()
    broken = InvariantCheck.objects.filter(state="broken")
    assert list(broken.values_list("name", "offenders")) == []


def test_what_forbids_it_is_said_and_nothing_moves(
    sam: User,
    otto: User,
    tess: User,
    ada: User,
    course: Course,  # noqa: F811
    drain,
) -> None:
    drain()
    assert "teaches" in refused(tess, sam, ada)
    assert "teaches" in refused(sam, tess, ada)
    assert "runs the site" in refused(ada, sam, ada)
    assert "not two accounts" in refused(sam, sam, ada)
    open_one = bare_order(otto, state=Order.State.APPROVED)
    assert "under way" in refused(otto, sam, ada)
    Order.objects.filter(pk=open_one.pk).update(state=Order.State.DECLINED)
    theirs = enrolling.enroll_free(user=otto, course=course)
    assert "in the background" in refused(otto, sam, ada), "its news is not told yet"
    drain()
    enrolling.enroll_free(user=sam, course=course)
    drain()
    assert "place in one course" in refused(otto, sam, ada)
    Certificate.objects.create(
        user=otto,
        enrollment=theirs,
        course_version=1,
        facts={},
        template=templates.current(),
    )
    assert "certificates" in refused(otto, sam, ada)
    assert Enrollment.objects.get(pk=theirs.pk).user == otto


def test_two_lessons_of_one_hour_undo_all_of_it(
    sam: User,
    otto: User,
    orla: User,
    ada: User,
    course: Course,  # noqa: F811
    free: LessonType,  # noqa: F811
    drain,
) -> None:
    """The database says what no declaration foresees."""
    row = held(otto, free)
    place = enrolling.enroll_free(user=otto, course=course)
    other = held(sam, free, row.starts_at.replace(hour=15))
    type(other).objects.filter(pk=other.pk).update(
        tutor=orla,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        blocked_from=row.blocked_from,
        blocked_until=row.blocked_until,
    )
    drain()
    assert "can have only one of" in refused(otto, sam, ada)
    place.refresh_from_db()
    assert place.user == otto


def test_only_what_was_shown_and_only_by_a_superuser(
    sam: User, otto: User, ada: User, drain
) -> None:
    shown = seen(otto, sam).seal
    bare_order(otto, state=Order.State.DECLINED)
    with pytest.raises(ListMoved):
        merge(otto, sam, ada, seal=shown)
    ada.is_superuser = False
    with pytest.raises(NotAllowed):
        merge(otto, sam, ada)
    ada.is_superuser = True
    merge(otto, sam, ada)
    # What came in late moves the second time.
    late = bare_order(otto, state=Order.State.DECLINED)
    drain()
    merge(otto, sam, ada)
    late.refresh_from_db()
    assert late.buyer == sam


def test_the_page_shows_first_and_asks_who_is_there(
    client: Client, sam: User, otto: User, ada: User
) -> None:
    bare_order(otto, state=Order.State.DECLINED)
    path = reverse("admin:accounts_user_merge", args=[otto.pk])
    client.force_login(ada)
    assert client.get(path).status_code == 302, "shows a password first"
    cast.confirmed(client)
    person = client.get(reverse("admin:accounts_user_change", args=[otto.pk]))
    assert path in person.text
    assert "Nobody here" in client.post(path, {"kept": "nobody"}).text
    page = client.post(path, {"kept": "SAM"})
    assert "orders" in page.text
    seal = page.context["seen"].seal
    given = {"kept": sam.email, "seal": seal}
    assert client.post(path, given).status_code == 200, "a reason is asked"
    done = client.post(path, {**given, "reason": "rang"})
    assert done.headers["Location"] == reverse("admin:accounts_user_change", args=[sam.pk])
    assert not User.objects.get(pk=otto.pk).is_active
    User.objects.filter(pk=ada.pk).update(is_superuser=False)
    assert client.get(path).status_code == 403
