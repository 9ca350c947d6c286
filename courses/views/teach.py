"""The builder: one's courses, a course's outline, and its own fields. Every step is a form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.teach import CourseForm, NewLessonForm, TitleForm, course_initial
from courses.models import Course, LessonDraft, LessonKind, SectionDraft
from courses.queries.drafts import tree
from courses.services import checklist, drafting, duplicating, outlining, publishing
from tutorme.core.access import TUTOR, actors_of
from tutorme.core.errors import DomainError

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def mine(request: HttpRequest) -> QuerySet[Course]:
    """The courses this person may edit; 403 for who does not teach."""
    if not actors_of(request.user) & TUTOR:
        raise PermissionDenied
    return Course.objects.editable_by(request.user)


def own_course(request: HttpRequest, slug: str) -> Course:
    course = mine(request).filter(slug=slug).first()
    if course is None:
        raise Http404
    return course


def own_lesson(request: HttpRequest, slug: str, lesson_id: UUID) -> LessonDraft:
    lesson = drafting.lesson_draft(mine(request).filter(slug=slug), lesson_id)
    if lesson is None:
        raise Http404
    return lesson


def told(error: DomainError) -> str:
    """A refusal in words, with what it names."""
    named = error.extras.get("cycle") or [row["detail"] for row in error.extras.get("errors", [])]
    return f"{error.detail} {' → '.join(map(str, named))}".strip()


@login_required
@never_cache
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    mine(request)
    rows = Course.objects.filter(instructor_id=request.user.pk).select_related("draft")
    context = {"courses": rows.order_by("state", "-updated_at")}
    return render(request, "courses/teach/courses.html", context)


@login_required
@PAGE
def new_course(request: HttpRequest) -> HttpResponse:
    mine(request)
    form = CourseForm(request.POST or None, author=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            course = drafting.create_course(author=request.user, facts=form.facts())
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Your course is begun. Nobody else sees it yet."))
            return redirect("teach-course", slug=course.slug)
    status = 422 if form.errors else 200
    return render(request, "courses/teach/new.html", {"form": form}, status=status)


@login_required
@never_cache
@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    return builder(request, own_course(request, slug))


def builder(request: HttpRequest, course: Course, status: int = 200) -> HttpResponse:
    draft = drafting.draft_of(course)
    items = checklist.items(course)
    context = {
        "course": course,
        "draft": draft,
        "sections": tree(course),
        "kinds": LessonKind.choices,
        "missing": [item for item in items if not item.is_done],
        "is_ready": all(item.is_done for item in items if item.is_required),
        "review": course.reviews.order_by("-submitted_at").first(),
        "deleted": _deleted(course),
        "has_learners": course.enrollments.exists(),
    }
    return render(request, "courses/teach/course.html", context, status=status)


def _deleted(course: Course) -> list[Any]:
    """The last image of each lesson that is not in the draft any more, the latest first."""
    kept = course.lesson_revisions.filter(reason="deleted").exclude(
        lesson_id__in=course.lesson_drafts.values("pk")
    )
    latest = {row.lesson_id: row for row in kept.order_by("id").defer("body")}
    return sorted(latest.values(), key=lambda row: -row.pk)[:20]


@login_required
@never_cache
@PAGE
def details(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    draft = drafting.draft_of(course)
    form = CourseForm(
        request.POST or None, initial=course_initial(draft), course=course, author=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            drafting.edit_facts(course=course, changes=form.facts(), actor_id=request.user.pk)
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Saved in the draft."))
            return redirect("teach-course", slug=slug)
    context = {"course": course, "form": form}
    status = 422 if form.errors else 200
    return render(request, "courses/teach/details.html", context, status=status)


# The outline -----------------------------------------------------------------------------------


@login_required
@require_POST
def add_section(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    form = TitleForm(request.POST)
    if form.is_valid():
        outlining.add_section(
            course=course, title=form.cleaned_data["title"], actor_id=request.user.pk
        )
    else:
        messages.error(request, _("A section needs a title of up to 120 characters."))
    return redirect("teach-course", slug=slug)


@login_required
@require_POST
def change_section(request: HttpRequest, slug: str, section_id: UUID) -> HttpResponse:
    """Renames, moves or removes, by the button that was pressed."""
    course = own_course(request, slug)
    section = SectionDraft.objects.select_related("course").filter(pk=section_id, course=course)
    row = section.first()
    if row is None:
        raise Http404
    act, form = request.POST.get("act", ""), TitleForm(request.POST)
    if act == "remove":
        outlining.remove_section(section=row, actor_id=request.user.pk)
        messages.success(request, _("The section is gone; its lessons can be brought back."))
    elif act in _STEPS:
        outlining.move_section(section=row, by=_STEPS[act], actor_id=request.user.pk)
    elif form.is_valid():
        outlining.rename_section(
            section=row, title=form.cleaned_data["title"], actor_id=request.user.pk
        )
    return redirect("teach-course", slug=slug)


_STEPS = {"up": -1, "down": 1}


@login_required
@require_POST
def add_lesson(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    form = NewLessonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A lesson needs a title of up to 120 characters, and a kind."))
        return redirect("teach-course", slug=slug)
    lesson = outlining.add_lesson(
        course=course,
        title=form.cleaned_data["title"],
        kind=form.cleaned_data["kind"],
        section_id=form.cleaned_data["section"],
        actor_id=request.user.pk,
    )
    return redirect("teach-lesson", slug=slug, lesson_id=lesson.pk)


@login_required
@require_POST
def change_lesson(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    """Moves a lesson by one place, or removes it."""
    lesson = own_lesson(request, slug, lesson_id)
    act = request.POST.get("act", "")
    if act == "remove":
        outlining.remove_lesson(lesson=lesson, actor_id=request.user.pk)
        said = _("“%(title)s” is gone from the draft. Below the outline it can be brought back.")
        messages.success(request, said % {"title": lesson.title})
    elif act in _STEPS:
        outlining.move_lesson(lesson=lesson, by=_STEPS[act], actor_id=request.user.pk)
    return redirect(f"{_page(slug)}#lesson-{lesson_id}")


def _page(slug: str) -> str:
    return redirect("teach-course", slug=slug).url


# The course as a whole -------------------------------------------------------------------------


@login_required
@require_POST
def change_course(request: HttpRequest, slug: str) -> HttpResponse:
    """Unpublishes, archives, brings back, copies, discards or deletes, by the button pressed."""
    course = own_course(request, slug)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        said, target = act(course, request.user)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("teach-course", slug=slug)
    messages.success(request, said)
    return redirect("teach-course", slug=target.slug) if target else redirect("teach-courses")


Done = tuple[str, Course | None]


def _unpublish(course: Course, user: Any) -> Done:
    publishing.unpublish(course=course, actor_id=user.pk)
    return _("Out of the catalogue. Whoever has a place keeps it."), course


def _archive(course: Course, user: Any) -> Done:
    publishing.archive(course=course, actor_id=user.pk)
    return _("Archived. Whoever has a place keeps it."), course


def _bring_back(course: Course, user: Any) -> Done:
    publishing.bring_back(course=course, actor_id=user.pk)
    return _("Back from the archive, not in the catalogue."), course


def _copy(course: Course, user: Any) -> Done:
    return _("This is the copy."), duplicating.duplicate(course=course, author=user)


def _discard(course: Course, user: Any) -> Done:
    drafting.discard_changes(course=course, actor_id=user.pk)
    return _("The draft is what is published again."), course


def _delete(course: Course, user: Any) -> Done:
    publishing.delete_course(course=course, actor_id=user.pk)
    return _("The course was deleted."), None


_ACTS = {
    "unpublish": _unpublish,
    "archive": _archive,
    "bring-back": _bring_back,
    "copy": _copy,
    "discard": _discard,
    "delete": _delete,
}
