"""What learners and tutors hear of marked work: what waits, what came back, who answered."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.events import (
    AppealDecided,
    AppealOpened,
    AttemptGraded,
    AttemptRegraded,
    AttemptSubmitted,
    HandoverAnswered,
    SubmissionMade,
    SubmissionMarked,
    ThreadAnswered,
    ThreadOpened,
)
from courses.models import (
    Appeal,
    Attempt,
    Handover,
    Lesson,
    Post,
    Regrade,
    Submission,
    Thread,
    ThreadFollow,
)
from realtime.announcements import Announcement, Facts, TextLike, Told, declare
from tutorme.core.events import Event


def _lesson(lesson_id: UUID) -> Lesson:
    rows = Lesson.objects.select_related("course").defer("body")
    return rows.get(pk=lesson_id)


def _facts(lesson: Lesson) -> Facts:
    return {"lesson": lesson.title, "course": lesson.course.title}


def _attempt_url(attempt: Attempt, lesson: Lesson) -> str:
    return reverse("courses-attempt", args=[lesson.course.slug, lesson.key, attempt.number])


# To the tutor ----------------------------------------------------------------------------------


def _reader_of_attempt(event: AttemptSubmitted) -> list[Told]:
    lesson = _lesson(event.lesson_id)
    url = reverse("teach-mark-attempt", args=[event.attempt_id])
    key = f"attempt-to-mark:{event.attempt_id}"
    return [Told(lesson.course.instructor_id, key, _facts(lesson), url)]


def _reader_of_submission(event: SubmissionMade) -> list[Told]:
    lesson = _lesson(event.lesson_id)
    url = reverse("teach-mark-submission", args=[event.submission_id])
    key = f"submission-to-mark:{event.submission_id}"
    return [Told(lesson.course.instructor_id, key, _facts(lesson), url)]


def _judge(event: AppealOpened) -> list[Told]:
    appeal = Appeal.objects.select_related("answer__attempt").get(pk=event.appeal_id)
    lesson = _lesson(appeal.answer.attempt.lesson_id)
    url = reverse("teach-appeal", args=[appeal.pk])
    return [Told(lesson.course.instructor_id, f"appeal:{appeal.pk}", _facts(lesson), url)]


# To the learner --------------------------------------------------------------------------------


def _writer(event: AttemptGraded) -> list[Told]:
    """Only where somebody waited for a tutor: the rest was marked before their eyes."""
    attempt = Attempt.objects.get(pk=event.attempt_id)
    if not attempt.answers.filter(question__kind="open", answer__isnull=False).exists():
        return []
    lesson = _lesson(event.lesson_id)
    key = f"attempt-marked:{event.attempt_id}"
    return [Told(event.user_id, key, _facts(lesson), _attempt_url(attempt, lesson))]


def _raised(event: AttemptRegraded) -> list[Told]:
    return _rise(event) if Regrade.objects.get(pk=event.regrade_id).correction_id else []


def _read_again(event: AttemptRegraded) -> list[Told]:
    return [] if Regrade.objects.get(pk=event.regrade_id).correction_id else _rise(event)


def _rise(event: AttemptRegraded) -> list[Told]:
    attempt = Attempt.objects.get(pk=event.attempt_id)
    lesson = _lesson(attempt.lesson_id)
    facts = {**_facts(lesson), "score": str(attempt.score), "most": str(attempt.max_score)}
    key = f"regraded:{event.regrade_id}"
    return [Told(event.user_id, key, facts, _attempt_url(attempt, lesson))]


def _appellant(event: AppealDecided) -> list[Told]:
    appeal = Appeal.objects.select_related("answer__attempt").get(pk=event.appeal_id)
    attempt = appeal.answer.attempt
    lesson = _lesson(attempt.lesson_id)
    key = f"appeal-decided:{appeal.pk}"
    return [Told(event.user_id, key, _facts(lesson), _attempt_url(attempt, lesson))]


def _author_of_work(event: SubmissionMarked) -> list[Told]:
    submission = Submission.objects.only("lesson_id").get(pk=event.submission_id)
    lesson = _lesson(submission.lesson_id)
    url = reverse("courses-lesson", args=[lesson.course.slug, lesson.key])
    key = f"submission-marked:{event.submission_id}:{event.revision}"
    return [Told(event.user_id, key, _facts(lesson), url)]


def _stuck(event: HandoverAnswered) -> list[Told]:
    row = Handover.objects.select_related("tutor").get(pk=event.handover_id)
    facts = {**_facts(_lesson(event.lesson_id)), "tutor": row.tutor.display_name}
    return [Told(event.user_id, f"handover:{row.pk}", facts, reverse("handover", args=[row.pk]))]


# Questions under a lesson ----------------------------------------------------------------------


def _thread_url(thread: Thread, lesson: Lesson) -> str:
    return reverse("courses-thread", args=[lesson.course.slug, lesson.key, thread.pk])


def _tutor_of_thread(event: ThreadOpened) -> list[Told]:
    thread = Thread.objects.get(pk=event.thread_id)
    lesson = _lesson(thread.lesson_id)
    if thread.deleted_at or event.user_id == lesson.course.instructor_id:
        return []
    facts = {**_facts(lesson), "question": thread.title}
    key = f"question:{thread.pk}"
    return [Told(lesson.course.instructor_id, key, facts, _thread_url(thread, lesson))]


def _followers(event: ThreadAnswered) -> list[Told]:
    post = Post.objects.select_related("thread").get(pk=event.post_id)
    if post.deleted_at or post.thread.deleted_at:
        return []
    lesson = _lesson(post.thread.lesson_id)
    follows = ThreadFollow.objects.filter(thread=post.thread).exclude(user_id=event.user_id)
    facts, url = {"question": post.thread.title}, _thread_url(post.thread, lesson)
    return [
        Told(user_id, f"answer:{post.pk}:{user_id}", facts, url)
        for user_id in follows.values_list("user_id", flat=True)
    ]


_SAID: tuple[tuple[str, type[Event], Callable[[Any], list[Told]], TextLike, TextLike], ...] = (
    (
        "attempt-to-mark",
        AttemptSubmitted,
        _reader_of_attempt,
        _("Open answers to mark: %(lesson)s"),
        _("A learner of %(course)s waits for your marks."),
    ),
    (
        "submission-to-mark",
        SubmissionMade,
        _reader_of_submission,
        _("Work handed in: %(lesson)s"),
        _("A learner of %(course)s waits for your marks."),
    ),
    (
        "appeal-opened",
        AppealOpened,
        _judge,
        _("An appeal: %(lesson)s"),
        _("A learner of %(course)s says that an answer should have counted."),
    ),
    (
        "attempt-marked",
        AttemptGraded,
        _writer,
        _("Your answers are marked: %(lesson)s"),
        _("Your tutor has read what you wrote in %(course)s."),
    ),
    (
        "attempt-regraded",
        AttemptRegraded,
        _raised,
        _("More points: %(lesson)s"),
        _("A key of %(course)s was corrected. You have %(score)s of %(most)s points now."),
    ),
    (
        "attempt-read-again",
        AttemptRegraded,
        _read_again,
        _("More points: %(lesson)s"),
        _("Your tutor of %(course)s read again. You have %(score)s of %(most)s points now."),
    ),
    (
        "appeal-decided",
        AppealDecided,
        _appellant,
        _("Your appeal is decided: %(lesson)s"),
        _("The author of %(course)s has answered."),
    ),
    (
        "submission-marked",
        SubmissionMarked,
        _author_of_work,
        _("Your work came back: %(lesson)s"),
        _("Your tutor of %(course)s has read it."),
    ),
    (
        "handover-answered",
        HandoverAnswered,
        _stuck,
        _("%(tutor)s wrote back: %(lesson)s"),
        _("It stands beside the lesson of %(course)s."),
    ),
    (
        "question-asked",
        ThreadOpened,
        _tutor_of_thread,
        _("A question: %(question)s"),
        _("Asked under “%(lesson)s” of %(course)s."),
    ),
    (
        "question-answered",
        ThreadAnswered,
        _followers,
        _("An answer to: %(question)s"),
        _("Somebody answered a question you follow."),
    ),
)

for _kind, _event, _who, _title, _body in _SAID:
    declare(Announcement(kind=_kind, event=_event, who=_who, title=_title, body=_body))
