"""Asking for a course that is not there; and those who teach saying that it is."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.queries.subjects import suggested_names
from courses.errors import WishesFull
from courses.forms.wishes import AnswerForm, WishForm
from courses.models import Course
from courses.queries.wishes import wishes_of
from courses.services import wishing
from courses.views.teach import PAGE
from tutorme.core.errors import DomainError, InvalidInput, NotFound, TooManyRequests


@login_required
@never_cache
@PAGE
def wishes(request: HttpRequest) -> HttpResponse:
    """`?words=` and `?level=` fill the form in, from where nothing was found."""
    form = WishForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid() and _wished(request, form):
        return redirect("courses-wishes")
    context = {"form": form, "wishes": wishes_of(request.user), "suggestions": suggested_names()}
    return render(request, "courses/wishes.html", context)


def _wished(request: HttpRequest, form: WishForm) -> bool:
    try:
        wishing.wish(user=request.user, **form.cleaned_data)
    except (WishesFull, TooManyRequests, InvalidInput) as error:
        form.add_error(None, error.detail)
        return False
    messages.success(request, _("Noted. You hear from us when there is such a course."))
    return True


@login_required
@require_POST
def withdraw(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    try:
        wishing.withdraw(user=request.user, wish_id=wish_id)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("Taken back."))
    return redirect("courses-wishes")


@login_required
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """From the desk: one's own course is what was asked for."""
    form = AnswerForm(request.POST, author=request.user)
    if not form.is_valid():
        raise Http404
    course = form.cleaned_data["course"]
    words = form.cleaned_data["words"]
    try:
        told = wishing.mark(course=course, words=words, actor_id=request.user.pk)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("teach")
    messages.success(request, _told(told, course))
    return redirect("teach")


def _told(people: int, course: Course) -> str:
    if course.state != Course.State.PUBLISHED:
        return _("Noted. Whoever asked is told when the course is published.")
    return ngettext("%(n)d person is told.", "%(n)d people are told.", people) % {"n": people}
