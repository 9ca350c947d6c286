"""Tutors for admins: applications and changes are read whole, then decided with a reason."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import TutorPaper, TutorProfile, TutorReview, User
from accounts.queries import tutors
from accounts.queries.people import picture_of
from accounts.services import tutor_papers, tutor_profile, tutor_review
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.errors import DomainError, NotAllowed
from tutorme.core.files import serving
from tutorme.core.read_only_admin import ReadOnlyAdmin


class DecisionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason, if it is sent back; or the paper you would like to see"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The tutor reads this."),
    )


class BadgeForm(ReasonForm):
    badge = forms.ChoiceField(label=_("Badge"), choices=TutorProfile.Badge.choices, required=False)


@admin.register(TutorReview)
class TutorReviewAdmin(ReadOnlyAdmin):
    list_display = ("profile", "kind", "state", "submitted_at", "decided_at", "look")
    list_filter = ("state", "kind")
    search_fields = ("profile__user__username", "profile__user__email", "id")
    list_select_related = ("profile__user",)
    exclude = ("changes",)
    ordering = ("-submitted_at",)

    @admin.display(description=_("Decide"))
    def look(self, row: TutorReview) -> SafeString:
        address = reverse("admin:accounts_tutorreview_decide", args=[row.pk])
        text = _("Read and decide") if row.state == TutorReview.State.OPEN else _("Read")
        return format_html('<a href="{}">{}</a>', address, text)

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<uuid:review_id>/decide/",
            self.admin_site.admin_view(self.decide_view),
            name="accounts_tutorreview_decide",
        )
        return [decide, *super().get_urls()]

    def decide_view(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        if not self.has_change_permission(request):
            raise Http404
        review = TutorReview.objects.filter(pk=review_id).select_related("profile__user").first()
        if review is None:
            raise Http404
        form = DecisionForm(request.POST or None, initial={"version": review.profile.version})
        act = self._ask if "ask" in request.POST else self._decide
        valid = request.method == "POST" and form.is_valid()
        if valid and (answer := act(request, review, form)):
            return answer
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(kind)s of %(name)s")
            % {"kind": review.get_kind_display(), "name": review.profile.user},
            "opts": self.model._meta,
            "review": review,
            "form": form,
            **_facts(review),
        }
        return render(request, "admin/accounts/decide.html", context)

    def _ask(
        self, request: HttpRequest, review: TutorReview, form: DecisionForm
    ) -> HttpResponse | None:
        assert isinstance(request.user, User)
        wanted = form.cleaned_data["reason"]
        try:
            tutor_review.ask_for_paper(review_id=review.pk, actor=request.user, wanted=wanted)
        except DomainError as refusal:
            _refused(form, refusal)
            return None
        messages.success(request, _("Asked. It waits on until you decide."))
        return redirect("admin:accounts_tutorreview_decide", review.pk)

    def _decide(
        self, request: HttpRequest, review: TutorReview, form: DecisionForm
    ) -> HttpResponse | None:
        assert isinstance(request.user, User)
        approve = "approve" in request.POST
        try:
            tutor_review.decide(
                review_id=review.pk, actor=request.user, approve=approve, **form.cleaned_data
            )
        except DomainError as refusal:
            _refused(form, refusal)
            return None
        told = _("Approved.") if approve else _("Sent back with your reason.")
        messages.success(request, told)
        return redirect("admin:accounts_tutorreview_changelist")


@admin.register(TutorPaper)
class TutorPaperAdmin(ReadOnlyAdmin):
    """Papers are read through here alone, and each reading is noted."""

    list_display = ("title", "profile", "created_at", "read_link")
    search_fields = ("title", "profile__user__username", "profile__user__email")
    list_select_related = ("profile__user",)
    ordering = ("-created_at",)

    @admin.display(description=_("Paper"))
    def read_link(self, row: TutorPaper) -> SafeString:
        address = reverse("admin:accounts_tutorpaper_read", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Read"))

    def get_urls(self) -> list[URLPattern]:
        read = path(
            "<uuid:paper_id>/read/",
            self.admin_site.admin_view(self.read_view),
            name="accounts_tutorpaper_read",
        )
        return [read, *super().get_urls()]

    def read_view(self, request: HttpRequest, paper_id: UUID) -> HttpResponseBase:
        rows = TutorPaper.objects.select_related("file", "profile__user")
        paper = rows.filter(pk=paper_id).first()
        if paper is None or not self.has_view_permission(request, paper):
            raise Http404
        assert isinstance(request.user, User)
        tutor_papers.read(paper=paper, actor=request.user)
        return serving.respond_alone(request, paper.file)


def _refused(form: DecisionForm, refusal: DomainError) -> None:
    rows = refusal.extras.get("errors", [])
    form.add_error(None, " ".join([str(refusal.detail), *(row["detail"] for row in rows)]))


def _facts(review: TutorReview) -> dict[str, Any]:
    profile = review.profile
    subjects, languages = tutors.taught_by([profile.pk])
    changes = tutor_profile.wanted_of(review)
    return {
        "profile": profile,
        "person": profile.user,
        "picture": picture_of(profile.user),
        "private": tutor_profile.private_of(profile),
        "papers": profile.papers.select_related("file"),
        "subjects": subjects[profile.pk],
        "languages": languages[profile.pk],
        "changes": [
            (name, _plain(tutor_profile.live_value(profile, name)), _plain(value))
            for name, value in changes.items()
        ],
        "earlier": profile.reviews.exclude(pk=review.pk).order_by("-submitted_at")[:10],
        "asked": tutor_review.papers_asked_of(review),
        "is_open": review.state == TutorReview.State.OPEN,
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@bulk_admin.action("tutors.give_badge", _("Give or take a badge"), asks=BadgeForm)
def give_badge(profile: TutorProfile, by: By) -> None:
    tutor_review.give_badge(profile=profile, actor=User.objects.get(pk=by.actor_id), **by.given)


@bulk_admin.action(
    "tutors.withdraw_approval", _("Withdraw the approval"), asks=ReasonForm, destroys=True
)
def withdraw_approval(profile: TutorProfile, by: By) -> None:
    if profile.state != TutorProfile.State.APPROVED:
        raise NotAllowed(_("It is not approved."))
    actor = User.objects.get(pk=by.actor_id)
    tutor_review.withdraw_approval(profile=profile, actor=actor, **by.given)


@admin.register(TutorProfile)
class TutorProfileAdmin(ReadOnlyAdmin):
    list_display = ("user", "state", "is_listed", "badge", "hourly_minor", "hourly_currency")
    list_filter = ("state", "is_listed", "badge")
    search_fields = ("user__username", "user__email", "user__display_name", "headline")
    list_select_related = ("user",)
    exclude = ("search",)
    ordering = ("-updated_at",)
    actions = (give_badge, withdraw_approval)
