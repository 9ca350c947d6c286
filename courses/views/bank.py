"""The question bank of a course: finding, writing, changing, correcting. Every step is a form."""

from types import SimpleNamespace
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request
from rest_framework.views import APIView

from courses.forms.assessment import BankSearch, ReasonForm
from courses.forms.questions import KINDS, QuestionSheet, key_from, row_from
from courses.models import BankItem, Course, Question
from courses.quiz_source import Row, row_of
from courses.services import bank, corrections
from courses.views.taught import own_course
from tutorme.core.api.pagination import CursorPage
from tutorme.core.errors import DomainError, InvalidInput, NotFound

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@never_cache
@require_safe
def items(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    wanted = BankSearch(request.GET).wanted()
    page = CursorPage()
    view = cast(APIView, SimpleNamespace(page_ordering=("key", "id")))
    try:
        rows = page.paginate_queryset(bank.find(course, **wanted), Request(request), view) or []
    except (NotFound, InvalidInput) as error:
        raise Http404 from error
    context = {
        "course": course,
        "questions": [{"row": row, "label": KINDS[row.kind]} for row in rows],
        "next": page.get_next_link() or "",
        "previous": page.get_previous_link() or "",
        "wanted": wanted,
        "tags": bank.tags_of(course),
        "kinds": list(KINDS.items()),
    }
    return render(request, "courses/teach/bank.html", context)


@login_required
@never_cache
@PAGE
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Of one kind, which the address names."""
    course = own_course(request, slug)
    kind = request.GET.get("kind", Question.Kind.SINGLE)
    if kind not in KINDS:
        raise Http404
    if request.method != "POST":
        sheet = QuestionSheet(kind, {"points": 1})
        return render(request, "courses/teach/question.html", {"course": course, "sheet": sheet})
    key = bank.free_key(course, request.POST.get("prompt", "")[:50])
    row = row_from(request.POST, kind, key)
    try:
        bank.add(course=course, row=row)
    except DomainError as error:
        return _again(request, course, row, error)
    messages.success(request, _("The question is in the bank."))
    return redirect("teach-bank", slug=slug)


def _again(
    request: HttpRequest,
    course: Course,
    row: Row,
    error: DomainError,
    question: Question | None = None,
) -> HttpResponse:
    """What was typed, and what is wrong with it."""
    context = {
        "course": course,
        "sheet": QuestionSheet(row["kind"], row),
        "question": question,
        "problems": error.extras.get("problems") or [error.detail],
    }
    return render(request, "courses/teach/question.html", context, status=422)


def _item(course: Course, item_id: UUID) -> BankItem:
    item = course.bank.select_related("course").filter(pk=item_id, archived_at=None).first()
    if item is None:
        raise Http404
    return item


def _current(item: BankItem) -> Question:
    row = item.versions.select_related("item").order_by("-number").first()
    if row is None:
        raise Http404
    return row


@login_required
@never_cache
@PAGE
def item(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    course = own_course(request, slug)
    found = _item(course, item_id)
    question = _current(found)
    if request.method != "POST":
        context = {
            "course": course,
            "question": question,
            "sheet": QuestionSheet(question.kind, bank.as_row(question)),
        }
        return render(request, "courses/teach/question.html", context)
    row = row_from(request.POST, question.kind, found.key)
    if also := question.key_in_force.get("also"):
        row["also"] = also
    version = request.POST.get("version", "")
    try:
        bank.edit(
            item=found,
            row=row,
            version=int(version) if version.isdigit() else 0,
            actor_id=request.user.pk,
        )
    except DomainError as error:
        return _again(request, course, row, error, question)
    messages.success(request, _("Saved. Quizzes take it up when they are published again."))
    return redirect("teach-bank", slug=slug)


@login_required
@require_POST
def archive(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    found = _item(own_course(request, slug), item_id)
    bank.archive(item=found, actor_id=request.user.pk)
    messages.success(request, _("It left the bank. What was published keeps it."))
    return redirect("teach-bank", slug=slug)


@login_required
@never_cache
@PAGE
def correct(request: HttpRequest, slug: str, question_id: UUID) -> HttpResponse:
    """The key of a version that learners were asked was wrong."""
    course = own_course(request, slug)
    rows = Question.objects.filter(item__course=course).select_related("item")
    question = rows.filter(pk=question_id).first()
    if question is None:
        raise Http404
    written = row_of(question.key, question, question.key_in_force)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST":
        written |= key_from(request.POST, question.kind)
        problems = _corrected(request, question, form)
        if not problems:
            messages.success(request, _("Corrected. Everybody is marked again, upwards."))
            return redirect("teach-bank", slug=slug)
    context = {
        "course": course,
        "question": question,
        "sheet": QuestionSheet(question.kind, written),
        "form": form,
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "courses/teach/correct.html", context, status=status)


def _corrected(request: HttpRequest, question: Question, form: ReasonForm) -> list[str]:
    """What is wrong; nothing where it was done."""
    if not form.is_valid():
        return [_("Say why the key was wrong.")]
    try:
        corrections.correct_key(
            question=question,
            key=key_from(request.POST, question.kind),
            reason=form.cleaned_data["reason"],
            actor_id=request.user.pk,
        )
    except DomainError as error:
        return list(error.extras.get("problems") or [error.detail])
    return []
