"""Questions and answers under a lesson. Who may read them may write; what somebody deletes or a
moderator hides is gone for everybody else, and kept."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from courses.errors import LessonLocked
from courses.events import PostReported, ThreadAnswered, ThreadOpened
from courses.models import Enrollment, Lesson, Post, PostReport, Thread, ThreadFollow, Vote
from tutorme.core import audit, outbox
from tutorme.core.errors import Conflict, NotAllowed, NotFound

Target = Thread | Post


def is_member(user: Any, course_id: UUID, instructor_id: UUID) -> bool:
    if not user.is_authenticated:
        return False
    places = Enrollment.objects.visible_to(user).open().filter(course_id=course_id)
    return user.is_admin or user.pk == instructor_id or places.exists()


def ask(*, user: Any, lesson: Lesson, title: str, body: str) -> Thread:
    """Who asks follows. `LessonLocked` for who neither learns nor teaches the course."""
    if not is_member(user, lesson.course_id, lesson.course.instructor_id):
        raise LessonLocked(reason="not_enrolled")
    with transaction.atomic():
        made = Thread.objects.create(lesson=lesson, author=user, title=title, body=body)
        ThreadFollow.objects.create(user=user, thread=made)
        outbox.record(ThreadOpened(made.pk, user.pk), actor_id=user.pk)
    return made


def answer(*, user: Any, thread_id: UUID, body: str) -> Post:
    """Who answers follows too."""
    with transaction.atomic():
        thread = _thread(user, thread_id)
        made = Post.objects.create(
            thread=thread,
            author=user,
            body=body,
            by_tutor=user.pk == thread.lesson.course.instructor_id,
        )
        Thread.objects.filter(pk=thread.pk).update(answer_count=F("answer_count") + 1)
        follow(user=user, thread_id=thread.pk)
        outbox.record(ThreadAnswered(made.pk, user.pk), actor_id=user.pk)
    return made


def _thread(user: Any, thread_id: UUID) -> Thread:
    """Locked; `NotFound` where this person may not read it."""
    rows = Thread.objects.visible_to(user).select_related("lesson__course")
    row = rows.select_for_update(of=("self",), no_key=True).filter(pk=thread_id).first()
    if row is None:
        raise NotFound
    return row


def _post(user: Any, post_id: UUID) -> Post:
    rows = Post.objects.visible_to(user).select_related("thread__lesson__course")
    row = rows.select_for_update(of=("self",), no_key=True).filter(pk=post_id).first()
    if row is None:
        raise NotFound
    return row


def edit_thread(*, user: Any, thread_id: UUID, title: str, body: str) -> Thread:
    with transaction.atomic():
        row = _thread(user, thread_id)
        _is_own(row, user)
        row.title, row.body = title, body
        row.save(update_fields=["title", "body"])
        Thread.objects.filter(pk=row.pk).update(edited_at=Now())
    return row


def edit_post(*, user: Any, post_id: UUID, body: str) -> Post:
    with transaction.atomic():
        row = _post(user, post_id)
        _is_own(row, user)
        row.body = body
        row.save(update_fields=["body"])
        Post.objects.filter(pk=row.pk).update(edited_at=Now())
    return row


def _is_own(row: Target, user: Any) -> None:
    if row.author_id != user.pk:
        raise NotAllowed


def delete_thread(*, user: Any, thread_id: UUID) -> None:
    """With its answers, out of everybody's sight; the rows stay."""
    with transaction.atomic():
        row = _thread(user, thread_id)
        _is_own(row, user)
        Thread.objects.filter(pk=row.pk).update(deleted_at=Now())
        audit.record("thread.deleted", target=row, actor_id=user.pk)


def delete_post(*, user: Any, post_id: UUID) -> None:
    with transaction.atomic():
        row = _post(user, post_id)
        _is_own(row, user)
        _take_away(row, "deleted_at")
        audit.record("post.deleted", target=row, actor_id=user.pk)


def _take_away(row: Post, column: str) -> None:
    """The question loses its answer, and its accepted one if it was that."""
    Post.objects.filter(pk=row.pk).update(**{column: Now()})
    shown = Post.objects.filter(thread_id=row.thread_id, deleted_at=None, hidden_at=None)
    Thread.objects.filter(pk=row.thread_id).update(answer_count=shown.count())
    Thread.objects.filter(pk=row.thread_id, accepted_id=row.pk).update(accepted=None)


def accept(*, user: Any, post_id: UUID, accepted: bool = True) -> Thread:
    """By who asked, or by the tutor."""
    with transaction.atomic():
        post = _post(user, post_id)
        thread = _thread(user, post.thread_id)
        teaches = user.is_admin or user.pk == thread.lesson.course.instructor_id
        if thread.author_id != user.pk and not teaches:
            raise NotAllowed
        thread.accepted = post if accepted else None
        thread.save(update_fields=["accepted"])
    return thread


def vote(*, user: Any, target: Target, up: bool = True) -> int:
    """One voice a person, and none for oneself; again changes nothing. Returns how many there
    are."""
    if target.author_id == user.pk:
        raise NotAllowed
    name = "thread" if isinstance(target, Thread) else "post"
    rows = type(target)._default_manager
    with transaction.atomic():
        # Counting under the row's lock: the figure is the number of rows, whoever votes beside.
        rows.select_for_update(no_key=True).get(pk=target.pk)
        if up:
            Vote.objects.bulk_create([Vote(user=user, **{name: target})], ignore_conflicts=True)
        else:
            Vote.objects.filter(user=user, **{name: target}).delete()
        count = Vote.objects.filter(**{name: target}).count()
        rows.filter(pk=target.pk).update(vote_count=count)
    return count


def follow(*, user: Any, thread_id: UUID, wanted: bool = True) -> None:
    if wanted:
        row = ThreadFollow(user=user, thread_id=thread_id)
        ThreadFollow.objects.bulk_create([row], ignore_conflicts=True)
    else:
        ThreadFollow.objects.filter(user=user, thread_id=thread_id).delete()


def report(*, user: Any, target: Target, reason: str, note: str = "") -> PostReport:
    """For a moderator; one open report a person and thing."""
    if target.author_id == user.pk:
        raise NotAllowed
    name = "thread" if isinstance(target, Thread) else "post"
    try:
        with transaction.atomic():
            row = PostReport.objects.create(
                reporter=user, reason=reason, note=note, **{name: target}
            )
            outbox.record(PostReported(row.pk), actor_id=user.pk)
            return row
    except IntegrityError as error:
        raise Conflict from error


def decide_report(*, row: PostReport, moderator: Any, hide: bool) -> PostReport:
    """Every open report of the same thing is answered with it."""
    with transaction.atomic():
        held = PostReport.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if held.state != PostReport.State.OPEN:
            raise Conflict
        if hide:
            _hide(held)
        state = PostReport.State.HIDDEN if hide else PostReport.State.DISMISSED
        target = {"thread": held.thread_id} if held.thread_id else {"post": held.post_id}
        same = PostReport.objects.filter(state=PostReport.State.OPEN, **target)
        same.update(state=state, decided_by=moderator, decided_at=Now())
        audit.record(f"report.{state}", target=held, actor_id=moderator.pk, reason=held.reason)
    held.refresh_from_db()
    return held


def _hide(row: PostReport) -> None:
    if row.thread_id:
        Thread.objects.filter(pk=row.thread_id).update(hidden_at=Now())
    elif row.post:
        _take_away(row.post, "hidden_at")
