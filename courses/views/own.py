"""What belongs to one learner alone: notes, bookmarks, and the courses they keep in mind."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import notebook as text
from courses.forms import BookmarkForm, NoteForm
from courses.models import LessonBookmark, LessonNote
from courses.queries import catalogue
from courses.queries import notebook as notebooks
from courses.services import notes
from courses.views.catalogue import card, course_of
from courses.views.learn import Place, place_of


@login_required
@never_cache
@require_safe
def notebook(request: HttpRequest, slug: str) -> HttpResponse:
    course = course_of(request, slug)
    written, marked = notebooks.all_in(course, request.user)
    context = {"course": course, "parts": _by_lesson(written, marked), "count": len(written)}
    return render(request, "courses/notebook.html", context)


def _by_lesson(written: list[LessonNote], marked: list[LessonBookmark]) -> list[dict[str, Any]]:
    lessons = {row.lesson_id: row.lesson for row in written}
    lessons |= {row.lesson_id: row.lesson for row in marked}
    ordered = sorted(lessons.values(), key=lambda row: (row.position, str(row.pk)))
    return [
        {
            "lesson": lesson,
            "notes": [row for row in written if row.lesson_id == lesson.pk],
            "bookmarks": [row for row in marked if row.lesson_id == lesson.pk],
        }
        for lesson in ordered
    ]


@login_required
@never_cache
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    course = course_of(request, slug)
    body = text.markdown_of(course.title, *notebooks.all_in(course, request.user))
    response = HttpResponse(body, content_type="text/markdown; charset=utf-8")
    name = content_disposition_header(True, f"{course.slug}-notes.md")
    response["Content-Disposition"] = name or "attachment"
    return response


def _open_place(request: HttpRequest, slug: str, key: str) -> Place:
    place = place_of(request, slug, key)
    if place.lock:
        raise Http404
    return place


@login_required
@require_POST
def write(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place, form = _open_place(request, slug, key), NoteForm(request.POST)
    if form.is_valid():
        body = form.cleaned_data["body"]
        notes.write_note(user=request.user, lesson=place.lesson, body=body, at_s=form.at_s())
        messages.success(request, _("Your note is kept."))
        return _back(slug, key, form.at_s())
    messages.error(request, _("A note has words, up to 10,000 characters, and a time as 12:30."))
    return _back(slug, key)


def _back(slug: str, key: str, at_s: int | None = None) -> HttpResponse:
    """To the notes of the lesson, with the video where it was."""
    response = redirect("courses-lesson", slug=slug, key=key)
    response["Location"] += f"?t={at_s}#notes" if at_s else "#notes"
    return response


@login_required
@require_POST
def mark(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place, form = _open_place(request, slug, key), BookmarkForm(request.POST)
    if form.is_valid():
        at_s, label = form.at_s() or 0, form.cleaned_data["body"].strip()
        notes.bookmark(user=request.user, lesson=place.lesson, at_s=at_s, label=label)
        messages.success(request, _("The place is marked."))
    else:
        messages.error(request, _("Give the time as 12:30, and a name of up to 120 characters."))
    return _back(slug, key)


@login_required
@never_cache
def edit_note(request: HttpRequest, slug: str, note_id: UUID) -> HttpResponse:
    """The note to be changed; POST keeps it, or throws it away with `remove`."""
    rows = LessonNote.objects.visible_to(request.user).select_related("lesson__course")
    note = rows.filter(pk=note_id, lesson__course__slug=slug).first()
    if note is None:
        raise Http404
    form = NoteForm(request.POST or {"body": note.body, "at": note.at_s})
    if request.method == "POST" and "remove" in request.POST:
        note.delete()
    elif request.method == "POST" and form.is_valid():
        changes = {"body": form.cleaned_data["body"], "at_s": form.at_s()}
        notes.edit_note(note=note, changes=changes)
    else:
        context = {"note": note, "course": note.lesson.course, "form": form}
        status = 422 if request.method == "POST" else 200
        return render(request, "courses/note.html", context, status=status)
    return redirect("courses-notes", slug=slug)


@login_required
@require_POST
def unmark(request: HttpRequest, slug: str, bookmark_id: UUID) -> HttpResponse:
    LessonBookmark.objects.visible_to(request.user).filter(pk=bookmark_id).delete()
    return redirect("courses-notes", slug=slug)


@login_required
@never_cache
@require_safe
def favorites(request: HttpRequest) -> HttpResponse:
    rows = catalogue.kept_cards(request.user)
    return render(request, "courses/favorites.html", {"courses": [card(row) for row in rows]})


@login_required
@require_POST
def keep(request: HttpRequest, slug: str) -> HttpResponse:
    """Puts the course on one's list, or with `remove` takes it off."""
    course = course_of(request, slug)
    if "remove" in request.POST:
        notes.let_go(user=request.user, course_id=course.pk)
        messages.success(request, _("Off your list."))
    else:
        notes.keep(user=request.user, course=course)
        messages.success(request, _("On your list."))
    return redirect("courses-course", slug=slug)
