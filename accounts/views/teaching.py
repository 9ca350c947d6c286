"""Becoming a tutor and staying one: the parts of one's page, what it still needs, its preview."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import ApplicationIncomplete
from accounts.forms.refusals import add_refusal
from accounts.forms.tutors import PARTS, STEPS, PaperForm
from accounts.models import TutorPaper, TutorProfile, TutorReview, User
from accounts.queries import checklist
from accounts.services import tutor_papers, tutor_profile, tutor_review
from accounts.views.settings import PAGE, owner
from accounts.views.tutors import page_of
from tutorme.core.errors import DomainError, NotFound
from tutorme.core.files import serving


def _own(user: User) -> TutorProfile:
    """One's profile, or an empty one that is kept with its first step."""
    found: TutorProfile | None = TutorProfile.objects.filter(pk=user.pk).first()
    profile = found or TutorProfile(user=user)
    profile.user = user
    return profile


def _waiting(profile: TutorProfile, review: TutorReview | None) -> dict[str, Any]:
    """Changes the site has not looked at yet."""
    if review is None or review.kind != TutorReview.Kind.CHANGE:
        return {}
    return tutor_profile.wanted_of(review) if review.state == TutorReview.State.OPEN else {}


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    profile = _own(owner(request))
    review = tutor_profile.latest_review(profile)
    points = checklist.of(profile)
    required = [point for point in points if point.is_required]
    context = {
        "tutor": profile,
        "review": review,
        "waiting": _waiting(profile, review),
        "points": [(point, _where(point.step)) for point in points],
        "done": sum(point.is_done for point in required),
        "needed": len(required),
        "steps": PARTS,
        "public_url": reverse("tutor", args=[profile.user.username.lower()]),
    }
    return render(request, "tutors/overview.html", context)


def _where(step: str) -> str:
    if step == "account":
        return reverse("settings-profile")
    return reverse("tutor-profile-step", args=[step])


@login_required
@PAGE
def step(request: HttpRequest, key: str) -> HttpResponse:
    """One part of the page. Saving goes to the next one."""
    if key not in STEPS:
        raise Http404
    profile = _own(owner(request))
    waiting = _waiting(profile, tutor_profile.latest_review(profile))
    label, build = STEPS[key]
    part = build(request.POST or None, profile, waiting)
    if request.method == "POST" and part.is_valid():
        saved = tutor_profile.update(user=owner(request), changes=part.changes())
        _say(request, saved, waiting)
        return redirect(_onwards(key))
    context = {
        "part": part,
        "key": key,
        "label": label,
        "tutor": profile,
        "waiting": waiting,
        "steps": PARTS,
        "is_last": key == list(STEPS)[-1],
    }
    status = 422 if part.has_errors else 200
    return render(request, "tutors/step.html", context, status=status)


def _say(request: HttpRequest, profile: TutorProfile, before: dict[str, Any]) -> None:
    after = _waiting(profile, tutor_profile.latest_review(profile))
    if after and after != before:
        messages.success(
            request, _("Saved. We look at this before it is shown; your page stays as it is.")
        )
    else:
        messages.success(request, _("Saved."))


def _onwards(key: str) -> str:
    keys = list(STEPS)
    place = keys.index(key) + 1
    if place == len(keys):
        return reverse("tutor-profile")
    return reverse("tutor-profile-step", args=[keys[place]])


@login_required
@PAGE
def papers(request: HttpRequest) -> HttpResponse:
    """What the site is shown to believe the rest. Only the tutor and who decides see it."""
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            tutor_papers.upload(user=owner(request), title=given["title"], upload=given["file"])
        except DomainError as error:
            add_refusal(form, error, field="file")
        else:
            messages.success(request, _("The paper is with your page; nobody but us sees it."))
            return redirect("tutor-papers")
    rows = TutorPaper.objects.visible_to(request.user).select_related("file")
    context = {
        "form": form,
        "papers": [(row, serving.signed_link(row.file)) for row in rows],
        "steps": PARTS,
        "key": "papers",
    }
    return render(request, "tutors/papers.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    row = TutorPaper.objects.visible_to(request.user).filter(pk=paper_id).first()
    if row is None:
        raise NotFound
    tutor_papers.remove(paper=row)
    messages.success(request, _("The paper was taken away."))
    return redirect("tutor-papers")


@login_required
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    try:
        tutor_review.submit(user=owner(request))
    except ApplicationIncomplete as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Your application is with us. You will hear from us."))
    return redirect("tutor-profile")


@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The public page as it would be, for its owner alone."""
    profile = _own(owner(request))
    if profile._state.adding:
        return redirect("tutor-profile")
    return render(request, "tutors/tutor.html", {**page_of(profile), "is_preview": True})
