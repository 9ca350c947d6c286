"""What waits to be marked, over all courses one teaches, and marking it. Every step is a form."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.exercise_desk import criteria, links_of
from courses.forms.assessment import ReplyForm
from courses.forms.questions import QuestionSheet, key_from
from courses.grading_queue import waiting_for
from courses.models import Appeal, Attempt, AttemptAnswer, Question, Submission
from courses.quiz_source import row_of
from courses.services import appeals, marking, submission_marks
from courses.services.marking import Mark
from courses.services.submission_marks import Marks
from courses.sheets import said
from courses.views.taught import refuse_others
from tutorme.core.errors import DomainError

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    refuse_others(request)
    return render(request, "courses/teach/grading.html", {"waiting": waiting_for(request.user)})


def _told(error: DomainError) -> str:
    named = [*error.extras.get("problems", [])]
    return f"{error.detail} {' '.join(map(str, named))}".strip()


# Open answers ----------------------------------------------------------------------------------


@login_required
@never_cache
@PAGE
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    refuse_others(request)
    rows = Attempt.objects.taught_by(request.user).select_related(
        "enrollment__user", "lesson__course"
    )
    row = rows.filter(pk=attempt_id).exclude(state=Attempt.State.OPEN).first()
    if row is None:
        raise Http404
    if request.method == "POST" and _marked_attempt(request, row):
        return redirect("teach-grading")
    is_waiting = row.state == Attempt.State.PENDING_REVIEW
    shown = [
        {
            "row": answer,
            "guide": answer.question.key_in_force.get("guide", ""),
            "points": request.POST.get(f"points-{answer.question_id}", _earned(answer)),
            "comment": request.POST.get(f"comment-{answer.question_id}", answer.comment),
        }
        for answer in _read_by_hand(row)
    ]
    context = {"attempt": row, "answers": shown, "is_waiting": is_waiting}
    return render(request, "courses/teach/attempt.html", context)


def _read_by_hand(row: Attempt) -> list[AttemptAnswer]:
    """The open answers: those that wait, or all of them once none does."""
    if row.state == Attempt.State.PENDING_REVIEW:
        return [answer for answer in row.sheet if answer.points is None]
    return [
        answer
        for answer in row.sheet
        if answer.question.kind == Question.Kind.OPEN and answer.answer is not None
    ]


def _earned(answer: AttemptAnswer) -> str:
    return "" if answer.points is None else f"{answer.points.normalize():f}"


def _marked_attempt(request: HttpRequest, row: Attempt) -> bool:
    marks = {}
    for answer in _read_by_hand(row):
        points = _points(request.POST.get(f"points-{answer.question_id}", ""))
        comment = request.POST.get(f"comment-{answer.question_id}", "")[:5000]
        marks[answer.question_id] = Mark(points, comment.replace("\x00", ""))
    try:
        if row.state == Attempt.State.GRADED:
            reason = request.POST.get("reason", "").replace("\x00", "")[:500] or _("Read again")
            marking.mark_again(attempt_id=row.pk, tutor=request.user, marks=marks, reason=reason)
        else:
            marking.mark_open_answers(attempt_id=row.pk, tutor=request.user, marks=marks)
    except DomainError as error:
        messages.error(request, _told(error))
        return False
    messages.success(request, _("Marked. The learner is told."))
    return True


def _points(text: str) -> Decimal:
    """What is not a number is out of every range, which the service says."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return Decimal(-1)
    return value.quantize(Decimal("0.01")) if value.is_finite() and value < 10**6 else Decimal(-1)


# Submissions -----------------------------------------------------------------------------------


@login_required
@never_cache
@PAGE
def submission(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    refuse_others(request)
    rows = Submission.objects.taught_by(request.user).select_related(
        "enrollment__user", "lesson__course", "marked_by"
    )
    row = rows.prefetch_related("files").filter(pk=submission_id).first()
    if row is None:
        raise Http404
    if request.method == "POST" and _marked_submission(request, row):
        return redirect("teach-grading")
    marks = _marks(request, row) if request.method == "POST" else row.marks
    context = {
        "submission": row,
        "criteria": criteria(row.rubric, marks),
        "files": links_of(row),
        "comment": request.POST.get("comment", row.comment),
        "earlier": rows.filter(enrollment=row.enrollment, lesson=row.lesson, number__lt=row.number),
    }
    return render(request, "courses/teach/submission.html", context)


def _marks(request: HttpRequest, row: Submission) -> Marks:
    return {
        part["key"]: {
            "level": request.POST.get(f"level-{part['key']}", ""),
            "comment": request.POST.get(f"note-{part['key']}", "").replace("\x00", "")[:2000],
        }
        for part in row.rubric
    }


def _marked_submission(request: HttpRequest, row: Submission) -> bool:
    comment = request.POST.get("comment", "").replace("\x00", "").replace("\r\n", "\n")[:10_000]
    try:
        _mark(request, row, comment)
    except DomainError as error:
        messages.error(request, _told(error))
        return False
    messages.success(request, _("Done. The learner is told."))
    return True


def _mark(request: HttpRequest, row: Submission, comment: str) -> None:
    marks = _marks(request, row)
    if "return" in request.POST:
        chosen = {key: mark for key, mark in marks.items() if mark["level"]}
        submission_marks.give_back(
            submission_id=row.pk, tutor=request.user, comment=comment, marks=chosen
        )
    elif row.state == Submission.State.GRADED:
        revision = request.POST.get("revision", "")
        submission_marks.mark_again(
            submission_id=row.pk,
            tutor=request.user,
            marks=marks,
            comment=comment,
            reason=request.POST.get("reason", "")[:500] or _("Marked again"),
            revision=int(revision) if revision.isdigit() else 0,
        )
    else:
        submission_marks.mark(
            submission_id=row.pk, tutor=request.user, marks=marks, comment=comment
        )


# Appeals ---------------------------------------------------------------------------------------


@login_required
@never_cache
@PAGE
def appeal(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    refuse_others(request)
    rows = Appeal.objects.taught_by(request.user).select_related(
        "answer__question__item__course", "answer__attempt__enrollment__user"
    )
    row = rows.filter(pk=appeal_id).first()
    if row is None:
        raise Http404
    if request.method == "POST" and _decided(request, row):
        return redirect("teach-grading")
    question = row.answer.question
    written = row_of(question.key, question, question.key_in_force)
    if request.method == "POST" and "correct" in request.POST:
        written |= key_from(request.POST, question.kind)
    context = {
        "appeal": row,
        "question": question,
        "answer": said(question, row.answer.answer),
        "is_open": question.kind == Question.Kind.OPEN,
        "points": request.POST.get("points", ""),
        "sheet": QuestionSheet(question.kind, written),
        "form": ReplyForm(request.POST or None),
    }
    return render(request, "courses/teach/appeal.html", context)


def _decided(request: HttpRequest, row: Appeal) -> bool:
    form = ReplyForm(request.POST)
    reply = form.cleaned_data["reply"] if form.is_valid() else ""
    try:
        if "reject" in request.POST:
            if not reply:
                messages.error(request, _("Say why the key stands: the learner reads it."))
                return False
            appeals.reject(appeal_id=row.pk, tutor=request.user, reply=reply)
            messages.success(request, _("The key stands. The learner is told why."))
            return True
        appeals.accept(appeal_id=row.pk, tutor=request.user, reply=reply, **_instead(request, row))
    except DomainError as error:
        messages.error(request, _told(error))
        return False
    if row.answer.question.kind == Question.Kind.OPEN:
        messages.success(request, _("The answer has its points. The learner is told."))
    else:
        messages.success(request, _("The key is corrected. Everybody is marked again, upwards."))
    return True


def _instead(request: HttpRequest, row: Appeal) -> dict[str, Any]:
    """What takes the place of the marking that stood: points of an open answer, another key, or
    nothing, for an answer that counts as well."""
    kind = row.answer.question.kind
    if kind == Question.Kind.OPEN:
        return {"points": _points(request.POST.get("points", ""))}
    return {"key": key_from(request.POST, kind)} if "correct" in request.POST else {}
