"""Whose course it is, for the pages of those who teach."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from courses.models import Course
from tutorme.core.access import TUTOR, actors_of


def refuse_others(request: HttpRequest) -> None:
    """403 for who does not teach."""
    if not actors_of(request.user) & TUTOR:
        raise PermissionDenied


def own_course(request: HttpRequest, slug: str) -> Course:
    """404 where this person may not edit it."""
    refuse_others(request)
    course = Course.objects.editable_by(request.user).filter(slug=slug).first()
    if course is None:
        raise Http404
    return course
