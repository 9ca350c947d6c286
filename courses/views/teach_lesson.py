"""Writing one lesson: saved on a revision, with both texts shown where two people wrote."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import file_links
from courses.errors import LessonChanged
from courses.forms.teach import LessonForm, UploadForm, lesson_initial
from courses.models import Course, LessonDraft
from courses.queries.bodies import body_of
from courses.services import files, writing
from courses.uploads import MATERIAL, PICTURE, VIDEO
from courses.views.learn import with_body
from courses.views.teach import PAGE, own_course, own_lesson, told
from tutorme.core.errors import DomainError
from tutorme.core.files import storing
from tutorme.core.files.sniffing import kind_of


@login_required
@never_cache
@PAGE
def lesson(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    row = own_lesson(request, slug, lesson_id)
    names = list(
        row.course.files.exclude(draft=None).order_by("name").values_list("name", flat=True)
    )
    posted = request.POST if request.method == "POST" else None
    form = LessonForm(posted, initial=lesson_initial(row), lesson=row, names=names)
    if posted is not None and form.is_valid():
        return _saved(request, row, form)
    return _page(request, row, form)


def _saved(request: HttpRequest, row: LessonDraft, form: LessonForm) -> HttpResponse:
    try:
        writing.save_lesson(
            lesson=row,
            changes=form.changes(),
            actor_id=request.user.pk,
            revision=form.cleaned_data["revision"],
        )
    except LessonChanged as error:
        return _both(request, row, form, error.extras["current"])
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, row, form)
    messages.success(request, _("Saved in the draft."))
    if "and_back" in request.POST:
        return redirect("teach-course", slug=row.course.slug)
    return redirect("teach-lesson", slug=row.course.slug, lesson_id=row.pk)


def _page(request: HttpRequest, row: LessonDraft, form: LessonForm) -> HttpResponse:
    context = {
        "course": row.course,
        "lesson": row,
        "form": form,
        "upload": UploadForm(),
        "files": row.course.files.exclude(draft=None).select_related("draft").order_by("name"),
    }
    status = 422 if form.errors else 200
    return render(request, "courses/teach/lesson.html", context, status=status)


def _both(
    request: HttpRequest, row: LessonDraft, form: LessonForm, current: dict[str, Any]
) -> HttpResponse:
    """Yours can still be edited, and is saved on the revision you see now."""
    rest = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "revision", "title", "body")
    ]
    context = {
        "course": row.course,
        "lesson": row,
        "mine": form.cleaned_data,
        "current": current,
        "rest": rest,
    }
    return render(request, "courses/teach/conflict.html", context, status=412)


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    """The draft as learners will see it."""
    row = own_lesson(request, slug, lesson_id)
    course = row.course
    body = body_of(
        row,
        base=file_links.draft_base(course),
        address=lambda name: file_links.draft_address(course, name),
        live=False,
    )
    context = {"course": course, "lesson": row, "is_author": True}
    return with_body(request, "courses/teach/preview.html", context, body)


@login_required
@never_cache
@require_safe
def history(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    course = own_course(request, slug)
    kept = course.lesson_revisions.filter(lesson_id=lesson_id).select_related("author")
    rows = list(kept.order_by("-id")[:50])
    current = course.lesson_drafts.filter(pk=lesson_id).first()
    if not rows and current is None:
        raise Http404
    context = {"course": course, "lesson_id": lesson_id, "rows": rows, "current": current}
    return render(request, "courses/teach/history.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str, lesson_id: UUID, revision_id: int) -> HttpResponse:
    course = own_course(request, slug)
    rows = course.lesson_revisions.select_related("course")
    kept = rows.filter(lesson_id=lesson_id, pk=revision_id).first()
    if kept is None:
        raise Http404
    writing.restore(kept=kept, actor_id=request.user.pk)
    messages.success(request, _("It is what it was then. What it was before is in the history."))
    return redirect("teach-lesson", slug=slug, lesson_id=lesson_id)


# Files -----------------------------------------------------------------------------------------


@login_required
@never_cache
@PAGE
def course_files(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            name = _upload(request, course, form)
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Lessons can use it as files/%(name)s.") % {"name": name})
            return redirect(_back(request) or redirect("teach-files", slug=slug).url)
    rows = course.files.exclude(draft=None).select_related("draft").order_by("name")
    context = {"course": course, "form": form, "files": rows}
    status = 422 if form.errors else 200
    return render(request, "courses/teach/files.html", context, status=status)


def _back(request: HttpRequest) -> str:
    """To the lesson the file was uploaded from."""
    lesson_id = request.POST.get("lesson", "")
    row = LessonDraft.objects.filter(pk=lesson_id).first() if _is_uuid(lesson_id) else None
    return redirect("teach-lesson", slug=row.course.slug, lesson_id=row.pk).url if row else ""


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _upload(request: HttpRequest, course: Course, form: UploadForm) -> str:
    upload = form.cleaned_data["upload"]
    purpose = next(
        (each for each in (PICTURE, VIDEO) if kind_of(upload.file, "", each.kinds)), MATERIAL
    )
    assert request.user.pk is not None
    stored = storing.store(owner_id=request.user.pk, purpose=purpose, upload=upload)
    name = form.cleaned_data["name"] or files.name_for(upload.name or "")
    row = files.attach(course=course, file_id=stored.pk, owner_id=request.user.pk, name=name)
    return row.name


@login_required
@require_POST
def remove_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    course = own_course(request, slug)
    row = course.files.filter(name=name).first()
    if row is None:
        raise Http404
    files.detach(file=row)
    messages.success(request, _("Gone from the draft."))
    return redirect("teach-files", slug=slug)
