"""Organisations, external courses and their learners in the admin, through the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from certificates import mail_states
from certificates.models import Delivery, ExternalCourse, Learner, Member
from certificates.models import Organization as OrganizationRow
from certificates.services import catching_up, enrolling, external_courses, organizations
from certificates.websites import host_of
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin, TracedAdmin


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = OrganizationRow
        fields = organizations.FIELDS

    def clean_website(self) -> str:
        host = host_of(self.cleaned_data["website"])
        if host is None:
            raise forms.ValidationError(_("This is not a website."))
        return host


class Serviced(TracedAdmin):
    """Rows that are removed one at a time, so that what is used is archived instead."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(OrganizationRow)
class OrganizationAdmin(Serviced):
    list_display = ("name", "website", "contact_email", "delivery", "created_at", "archived_at")
    search_fields = ("name", "website", "contact_email")
    ordering = ("name",)
    form = OrganizationForm

    def save_model(
        self,
        request: HttpRequest,
        obj: OrganizationRow,
        form: OrganizationForm,
        change: bool,  # noqa: FBT001  the signature is Django's
    ) -> None:
        facts, actor_id = form.cleaned_data, request.user.pk
        if change:
            held = OrganizationRow.objects.get(pk=obj.pk)
            organizations.edit(organization=held, changes=facts, actor_id=actor_id)
            return
        row = organizations.add(facts=facts, actor_id=actor_id)
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request: HttpRequest, obj: OrganizationRow) -> None:
        if not organizations.remove(organization=obj, actor_id=request.user.pk):
            messages.warning(request, _("It has learners or certificates: it was archived."))


@admin.register(Member)
class MemberAdmin(Serviced):
    list_display = ("email", "organization", "role", "joined_at")
    list_select_related = ("organization",)
    search_fields = ("email", "organization__name")
    fields = ("organization", "email", "role")
    ordering = ("organization", "email")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: Member,
        form: Any,
        change: bool,  # noqa: FBT001  the signature is Django's
    ) -> None:
        row = organizations.invite(
            organization=obj.organization,
            email=obj.email,
            role=obj.role,
            actor_id=request.user.pk,
        )
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        try:
            organizations.dismiss(member=obj, actor_id=request.user.pk)
        except DomainError as error:
            messages.warning(request, error.detail)


@admin.register(ExternalCourse)
class ExternalCourseAdmin(Serviced):
    list_display = ("name", "external_id", "version", "template", "created_at", "archived_at")
    list_select_related = ("template",)
    search_fields = ("name", "external_id")
    fields = ("external_id", "name", "instructor", "total_minutes", "version", "template")
    ordering = ("name",)

    def save_model(
        self,
        request: HttpRequest,
        obj: ExternalCourse,
        form: Any,
        change: bool,  # noqa: FBT001  the signature is Django's
    ) -> None:
        facts, actor_id = form.cleaned_data, request.user.pk
        if change:
            held = ExternalCourse.objects.get(pk=obj.pk)
            external_courses.edit(course=held, changes=facts, actor_id=actor_id)
            return
        row = external_courses.create(facts=facts, actor_id=actor_id)
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request: HttpRequest, obj: ExternalCourse) -> None:
        if not external_courses.remove(course=obj, actor_id=request.user.pk):
            messages.warning(request, _("It has learners: it was archived."))


@bulk_admin.action("learners.try_again", _("Put on Graphy again"))
def try_again(row: Learner, by: By) -> None:
    enrolling.try_again(learner=row, actor_id=by.actor_id)


@bulk_admin.action("learners.issue", _("Issue the certificates that are missing"), asks=ReasonForm)
def issue(row: Learner, by: By) -> str:
    made = catching_up.issue_learner(learner_id=row.pk, actor_id=by.actor_id, **by.given)
    return made.serial


@admin.register(Learner)
class LearnerAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "course", "organization", "state", "last_error")
    list_select_related = ("course", "organization")
    list_filter = ("state", "organization", "course")
    search_fields = ("name", "email")
    ordering = ("-created_at",)
    actions = (try_again, issue)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "certificate",
        "recipient",
        "reason",
        "number",
        "to_address",
        "mail",
        "created_at",
    )
    list_select_related = ("certificate",)
    list_filter = ("recipient", "reason")
    search_fields = ("to_address", "certificate__serial")
    ordering = ("-created_at",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """A page of rows with what became of their mails, asked for once."""
        page: Any = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        states = mail_states.of([row.pk for row in page.result_list])
        for row in page.result_list:
            row.mail = mail_states.badge(states.get(row.pk, ""))[1]
        return page

    @admin.display(description=_("mail"))
    def mail(self, row: Delivery) -> str:
        return row.mail or "–"  # type: ignore[attr-defined]
