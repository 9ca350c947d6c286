"""What learners say of a course: the list, one's own word, the author's reply, the report."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import queries
from courses.errors import NotEligible, OwnCourse
from courses.forms import RatingForm, WordsForm
from courses.models import Course, CourseRating
from courses.queries import opinions
from courses.services import ratings
from courses.views.catalogue import course_of
from tutorme.core.errors import NotFound


@never_cache
@require_safe
def course_ratings(request: HttpRequest, slug: str) -> HttpResponse:
    return _shown(request, course_of(request, slug), None)


def _shown(request: HttpRequest, course: Course, form: RatingForm | None) -> HttpResponse:
    try:
        page = opinions.reviews(course, request.user, cursor=request.GET.get("cursor", ""))
    except NotFound as error:
        raise Http404 from error
    own = opinions.own_rating(course, request.user)
    place = queries.enrollment_of(course, request.user)
    known = {"rating": own.rating, "review": own.review} if own else None
    context = {
        "course": course,
        "summary": opinions.summary(course),
        "reviews": page.rows,
        "next": f"?cursor={page.next}" if page.next else "",
        "previous": f"?cursor={page.previous}" if page.previous else "",
        "own": own,
        "form": form or RatingForm(known),
        "may_rate": ratings.may_rate(place, course, request.user),
        "is_enrolled": place is not None,
        "is_author": course.instructor_id == request.user.pk,
    }
    status = 422 if form and form.errors else 200
    return render(request, "courses/ratings.html", context, status=status)


@login_required
@require_POST
def rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives, changes or (with `remove`) takes back one's own rating."""
    course = course_of(request, slug)
    if "remove" in request.POST:
        if own := opinions.own_rating(course, request.user):
            ratings.withdraw(rating=own)
            messages.success(request, _("Your rating is gone."))
        return redirect("courses-ratings", slug=slug)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _shown(request, course, form)
    try:
        ratings.rate(user=request.user, course=course, **form.cleaned_data)
    except (NotEligible, OwnCourse) as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Thank you. Your rating counts."))
    return redirect("courses-ratings", slug=slug)


@login_required
@require_POST
def later(request: HttpRequest, slug: str) -> HttpResponse:
    """Waves the question off, for this moment of the course."""
    course = course_of(request, slug)
    moment = request.POST.get("moment", "")
    if moment in {"20", "50", "100"}:
        ratings.dismiss_prompt(user=request.user, course_id=course.pk, moment=int(moment))
    return redirect("courses-learn-course", slug=slug)


def _rating(request: HttpRequest, course: Course, rating_id: UUID) -> CourseRating:
    rows = CourseRating.objects.visible_to(request.user).filter(course=course, pk=rating_id)
    found = rows.first()
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def reply(request: HttpRequest, slug: str, rating_id: UUID) -> HttpResponse:
    course = course_of(request, slug)
    if course.instructor_id != request.user.pk:
        raise Http404
    form = WordsForm(request.POST)
    if form.is_valid():
        rating = _rating(request, course, rating_id)
        ratings.reply(rating=rating, text=form.cleaned_data["text"])
        messages.success(request, _("Your reply stands below the review."))
    else:
        messages.error(request, _("A reply has up to 1000 characters."))
    return redirect("courses-ratings", slug=slug)


@login_required
@require_POST
def report(request: HttpRequest, slug: str, rating_id: UUID) -> HttpResponse:
    rating = _rating(request, course_of(request, slug), rating_id)
    form = WordsForm(request.POST)
    if form.is_valid() and form.cleaned_data["text"]:
        ratings.report(rating=rating, reporter=request.user, reason=form.cleaned_data["text"])
        messages.success(request, _("A moderator will look at it."))
    else:
        messages.error(request, _("Say in up to 1000 characters what is wrong with it."))
    return redirect("courses-ratings", slug=slug)


@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    prior = ratings.prior()
    mean = f"{prior.mean / 1_000_000:.2f}"
    return render(request, "courses/ratings_explained.html", {"prior": prior, "mean": mean})
