"""The files of a course, for whoever may read a lesson that names them. Who that is, is looked at
each time, so that a place given back closes every link."""

from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.models import User
from courses import file_links, queries
from courses.models import Course, CourseFile
from tutorme.core.files import serving
from tutorme.core.models import StoredFile
from tutorme.core.row_security import as_system


def _reader(request: HttpRequest, slug: str, name: str) -> Any:
    """Who asks: by the ticket where there is one, which somebody else's session cannot use."""
    ticket = request.GET.get("ticket", "")
    if not ticket:
        return request.user
    try:
        user_id = file_links.holder_of(ticket, slug, name)
    except BadSignature as error:
        raise Http404 from error
    if request.user.is_authenticated and str(request.user.pk) != user_id:
        raise Http404
    user = User.objects.filter(pk=UUID(user_id), is_active=True).first()
    if user is None:
        raise Http404
    return user


@as_system("a file's ticket names who may have it, whoever brings it")
@require_safe
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]  # it passes on what a view takes
def course_file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A published file; absent, whatever the reason, where no open lesson names it."""
    reader = _reader(request, slug, name)
    course = Course.objects.visible_to(reader).filter(slug=slug).first()
    if course is None:
        raise Http404
    row = CourseFile.objects.filter(course=course, name=name).select_related("live").first()
    if row is None or row.live is None or not _may_read(row, course, reader):
        raise Http404
    return _served(request, row.live, name)


def _may_read(row: CourseFile, course: Course, reader: Any) -> bool:
    if row.is_on_cover or queries.owns(course, reader):
        return True
    used = set(row.used_in)
    lessons = queries.outline(course, reader).lessons
    return any(lesson.id in used and not lesson.lock for lesson in lessons)


@as_system("a file's ticket names who may have it, whoever brings it")
@require_safe
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]  # it passes on what a view takes
def draft_file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """The author's own, published or not."""
    mine = Course.objects.editable_by(_reader(request, slug, name))
    rows = CourseFile.objects.filter(course__in=mine, course__slug=slug, name=name)
    row = rows.select_related("draft").first()
    if row is None or row.draft is None:
        raise Http404
    return _served(request, row.draft, name)


def _served(request: HttpRequest, file: StoredFile, name: str) -> HttpResponseBase:
    response = serving.respond(request, key=file.key, name=name, content_type=file.content_type)
    response["Cache-Control"] = "private, max-age=600"
    return response
