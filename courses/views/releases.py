"""From draft to published: what changes and what is missing; and the learner's changelog."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import documents, queries
from courses.forms.teach import ReleaseForm
from courses.models import Course, Enrollment, LessonKind
from courses.queries.drafts import changelog
from courses.services import attending, checklist, publishing, reviewing
from courses.views.catalogue import course_of
from courses.views.teach import PAGE, own_course, told
from tutorme.core.errors import DomainError


@login_required
@never_cache
@PAGE
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            review = reviewing.release(course=course, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            messages.error(request, told(error))
            return redirect("teach-publish", slug=slug)
        said = _("Handed in. You hear when it was looked at.") if review else _("Published.")
        messages.success(request, said)
        return redirect("teach-course", slug=slug)
    return render(request, "courses/teach/publish.html", _publishing(request, course, form))


def _publishing(request: HttpRequest, course: Course, form: ReleaseForm) -> dict[str, object]:
    items = checklist.items(course)
    before = course.versions.order_by("-number").first()
    now = documents.published_part(publishing.document_of(course))
    old = before.snapshot if before else None
    return {
        "course": course,
        "form": form,
        "missing": [item for item in items if not item.is_done],
        "is_ready": all(item.is_done for item in items if item.is_required),
        "changes": documents.changes_between(old, now),
        "facts": documents.changed_facts(old, now),
        "before": before,
        "needs_review": reviewing.is_needed(request.user),
        "review": course.reviews.filter(state="submitted").first(),
    }


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    review = course.reviews.filter(state="submitted").first()
    if review is None:
        raise Http404
    try:
        reviewing.withdraw(review=review, actor_id=request.user.pk)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("teach-publish", slug=slug)


@never_cache
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What each version changed, and what came since this learner finished."""
    course = course_of(request, slug)
    enrollment = queries.enrollment_of(course, request.user)
    log = changelog(course, enrollment)
    context = {"course": course, "enrollment": enrollment, "log": log}
    return render(request, "courses/changes.html", context)


@login_required
@never_cache
@PAGE
def attendance(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    """Who was in a live session, for how long."""
    course = own_course(request, slug)
    lesson = course.lessons.filter(pk=lesson_id, kind=LessonKind.LIVE).first()
    if lesson is None:
        raise Http404
    places = Enrollment.objects.open().filter(course=course).select_related("user")
    rows = list(places.order_by("user__display_name", "pk")[:500])
    if request.method == "POST":
        minutes = {
            row.pk: int(said)
            for row in rows
            if (said := request.POST.get(f"minutes-{row.pk}", "").strip()).isdecimal()
            and int(said) <= 600
        }
        attending.record_attendance(lesson=lesson, minutes=minutes, actor_id=request.user.pk)
        messages.success(request, _("Noted."))
        return redirect("teach-attendance", slug=slug, lesson_id=lesson_id)
    noted = dict(lesson.attendances.values_list("enrollment_id", "minutes"))
    done = set(lesson.progress.exclude(completed_at=None).values_list("enrollment_id", flat=True))
    sheet = [(row, noted.get(row.pk), row.pk in done) for row in rows]
    context = {"course": course, "lesson": lesson, "sheet": sheet}
    return render(request, "courses/teach/attendance.html", context)
