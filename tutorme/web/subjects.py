"""Subjects: what can be learned of each, from courses and with tutors."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Subject, TutorProfile
from accounts.queries import tutors
from accounts.views.tutors import shown
from courses.models import Course
from courses.queries import catalogue
from courses.queries.wanted import Wanted
from courses.views.catalogue import card

COURSES = 6
TUTORS = 6


@dataclass(frozen=True)
class Row:
    """A subject of the list, with how much there is of it."""

    slug: str
    name: str
    courses: int
    tutors: int


@require_safe
def subjects(request: HttpRequest) -> HttpResponse:
    families = [
        {"key": key, "label": Subject.Family(key).label, "subjects": [_row(each) for each in rows]}
        for key, rows in groupby(_counted(), key=lambda row: row["family"])
    ]
    return render(request, "web/subjects.html", {"families": families})


def _counted() -> list[dict[str, Any]]:
    """By family and name; courses are those whose category is the subject's name or slug."""
    kinds = Course.objects.published().values_list(Lower("category")).annotate(n=Count("pk"))
    by_category = Counter(dict(kinds.order_by()))
    listed = Q(tutor_rows__profile__in=TutorProfile.objects.listed().values("pk"))
    rows = Subject.objects.offered().annotate(tutors=Count("tutor_rows", filter=listed))
    columns = rows.order_by("family", "name").values("slug", "name", "family", "tutors")
    return [
        {**row, "courses": sum(by_category[key] for key in {row["slug"], row["name"].lower()})}
        for row in columns
    ]


def _row(counted: dict[str, Any]) -> Row:
    return Row(counted["slug"], counted["name"], counted["courses"], counted["tutors"])


@require_safe
def subject(request: HttpRequest, slug: str) -> HttpResponse:
    """A subject that is no longer offered keeps its page: tutors and courses still name it."""
    row = get_object_or_404(Subject, slug=slug)
    asked = _asked(row)
    found = catalogue.search(Wanted.of(asked), viewer=request.user, cursor="", size=COURSES)
    teaching = tutors.search(tutors.Wanted(subject=row.slug), size=TUTORS)
    # Words nobody writes are answered with others in a search; here they would be another subject.
    is_other = bool(found.corrected)
    context = {
        "subject": row,
        "courses": [] if is_other else [card(each) for each in found.page.rows],
        "course_count": 0 if is_other else found.count,
        "all_courses": f"{reverse('courses')}?{urlencode(asked)}",
        "tutors": [shown(each) for each in teaching.cards],
        "tutor_count": teaching.count,
        "all_tutors": f"{reverse('tutors')}?{urlencode({'subject': row.slug})}",
    }
    return render(request, "web/subject.html", context)


def _asked(row: Subject) -> dict[str, str]:
    """The catalogue's filter: the category of that name, else its name as words."""
    named = Q(category__iexact=row.name) | Q(category__iexact=row.slug)
    categories = Course.objects.published().filter(named).order_by("category")
    category = categories.values_list("category", flat=True).first()
    return {"category": category} if category else {"search": row.name}
