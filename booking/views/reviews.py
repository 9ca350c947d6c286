"""What students say of a tutor, and what is answered."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from booking.forms.booking import TextForm
from booking.models import LessonReview, TutorStanding
from booking.services import reviews as service
from booking.views import book
from tutorme.core.errors import DomainError

_PAGE = 20


@require_safe
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    tutor = book.tutor_of(slug)
    rows = LessonReview.objects.visible_to(request.user).filter(tutor=tutor)
    found = rows.select_related("student", "tutor").order_by("-created_at", "-pk")
    context: dict[str, Any] = {
        "tutor": tutor,
        "standing": TutorStanding.objects.filter(pk=tutor.pk).first(),
        "page": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "is_own": tutor == request.user,
    }
    return render(request, "booking/reviews.html", context)


def _one(request: HttpRequest, pk: UUID) -> LessonReview:
    rows = LessonReview.objects.visible_to(request.user).select_related("tutor")
    row: LessonReview | None = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_POST
def reply(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row, form = _one(request, pk), TextForm(request.POST)
    if row.tutor_id != request.user.pk or not form.is_valid():
        raise Http404
    service.reply(review_id=pk, tutor=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Your reply stands below the review."))
    return redirect("tutor-reviews", slug=row.tutor.username.lower())


@login_required
@require_POST
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row, form = _one(request, pk), TextForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["text"]:
        raise Http404
    service.report(review=row, reporter=request.user, reason=form.cleaned_data["text"][:1000])
    messages.success(request, _("A moderator will look at it."))
    return redirect("tutor-reviews", slug=row.tutor.username.lower())


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row = _one(request, pk)
    try:
        service.withdraw(review_id=pk, student=request.user)
    except DomainError as error:
        raise Http404 from error
    messages.success(request, _("Your review is taken back."))
    return redirect("tutor-reviews", slug=row.tutor.username.lower())
