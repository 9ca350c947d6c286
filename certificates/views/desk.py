"""An organisation's desk: its learners, lists on their way in, certificates, and who sits there."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from certificates import downloads, queries
from certificates.forms import ContactForm, MemberForm
from certificates.models import Certificate, Delivery, Learner, Member, Organization
from certificates.services import bundles, deliveries, enrolling, organizations
from tutorme.core.errors import DomainError
from tutorme.core.models import Job

_PAGE = 50
_REFRESH_SECONDS = 5
_LEARNER_STATES = {
    "imported": gettext_lazy("On the list"),
    "enrolled": gettext_lazy("Learning"),
    "failed": gettext_lazy("Refused by Graphy"),
    "completed": gettext_lazy("Completed"),
}


def desk(request: HttpRequest, pk: UUID) -> Organization:
    row = Organization.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def page_of(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, _PAGE).get_page(request.GET.get("page"))


@login_required
@require_safe
def desks(request: HttpRequest) -> HttpResponse:
    """The desks one sits at, and those one is invited to."""
    found = list(Organization.objects.visible_to(request.user).open().order_by("name")[:200])
    waiting = Member.objects.waiting_for(request.user).select_related("organization")
    context = {"organizations": found, "invitations": waiting}
    return render(request, "certificates/desk/desks.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, member: UUID) -> HttpResponse:
    try:
        row = organizations.accept(member_id=member, user=person(request))
    except DomainError as error:
        messages.warning(request, error.detail)
        return redirect("org")
    return redirect("org-learners", row.organization_id)


@login_required
@require_safe
def learners(request: HttpRequest, pk: UUID) -> HttpResponse:
    organization = desk(request, pk)
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:120]
    known = state if state in Learner.State.values else ""
    rows = queries.learners(organization.learners.present(), state=known, text=text)
    context = {
        "organization": organization,
        "tab": "learners",
        "page": page_of(request, rows),
        "states": _LEARNER_STATES,
        "state": known,
        "q": text,
    }
    return render(request, "certificates/desk/learners.html", context)


@login_required
@require_POST
def retry_learner(request: HttpRequest, pk: UUID, learner: UUID) -> HttpResponse:
    row = desk(request, pk).learners.filter(pk=learner).first()
    if row is None:
        raise Http404
    enrolling.try_again(learner=row, actor_id=person(request).pk)
    messages.success(request, _("Graphy is being asked again."))
    return redirect("org-learners", pk)


@login_required
@require_safe
def certificates(request: HttpRequest, pk: UUID) -> HttpResponse:
    organization = desk(request, pk)
    rows = Certificate.objects.filter(organization=organization).order_by("-created_at")
    page = page_of(request, rows)
    _with_deliveries(list(page.object_list))
    mine = Job.objects.filter(kind=bundles.BUNDLE, owner_id=person(request).pk)
    bundle = mine.filter(args__organization_id=str(pk)).order_by("-created_at").first()
    moving = bundle is not None and not bundle.is_final
    context = {
        "organization": organization,
        "tab": "certificates",
        "page": page,
        "bundle": bundle,
        "refresh_seconds": _REFRESH_SECONDS if moving else 0,
    }
    return render(request, "certificates/desk/certificates.html", context)


def _with_deliveries(rows: list[Certificate]) -> None:
    """Puts the last sending to the contact, and its mail's state, beside each."""
    last = queries.last_to_contact([row.pk for row in rows])
    for row in rows:
        row.sent = last.get(row.pk)  # type: ignore[attr-defined]


@login_required
@require_POST
def resend(request: HttpRequest, pk: UUID, certificate: UUID) -> HttpResponse:
    row = Certificate.objects.filter(organization=desk(request, pk), pk=certificate).first()
    if row is None:
        raise Http404
    wanted = request.POST.get("to", "")
    recipient = wanted if wanted in Delivery.Recipient.values else Delivery.Recipient.CONTACT
    try:
        deliveries.resend(certificate=row, recipient=recipient, actor_id=person(request).pk)
    except DomainError as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("%(serial)s is on its way again.") % {"serial": row.serial})
    return redirect("org-certificates", pk)


@login_required
@require_POST
def bundle(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        bundles.order(organization=desk(request, pk), course_id=None, actor_id=person(request).pk)
    except DomainError as error:
        messages.warning(request, error.detail)
    return redirect("org-certificates", pk)


@login_required
@require_safe
def bundle_file(request: HttpRequest, pk: UUID, job: UUID) -> HttpResponseBase:
    desk(request, pk)
    return downloads.bundle(request, job)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    organization = desk(request, pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organizations.require_owner(organization=organization, user=request.user)
            organizations.invite(
                organization=organization, **form.cleaned_data, actor_id=person(request).pk
            )
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("org-members", pk)
    return _members_page(request, organization, form, ContactForm(instance=organization))


@login_required
@require_POST
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owners' part of what an organisation is."""
    organization = desk(request, pk)
    form = ContactForm(request.POST, instance=organization)
    if form.is_valid():
        try:
            organizations.require_owner(organization=organization, user=request.user)
            organizations.edit(
                organization=organization,
                changes=form.cleaned_data,
                actor_id=person(request).pk,
            )
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect("org-members", pk)
    return _members_page(request, organization, MemberForm(), form)


def _members_page(
    request: HttpRequest, organization: Organization, form: MemberForm, contact_form: ContactForm
) -> HttpResponse:
    rows = organization.members.select_related("user").order_by("created_at")
    me = person(request)
    context = {
        "organization": organization,
        "tab": "members",
        "members": rows,
        "form": form,
        "contact_form": contact_form,
        "is_owner": me.is_admin
        or any(row.user_id == me.pk and row.role == Member.Role.OWNER for row in rows),
    }
    wrong = bool(form.errors or contact_form.errors)
    return render(request, "certificates/desk/members.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def dismiss(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    organization = desk(request, pk)
    row = organization.members.filter(pk=member).first()
    if row is None:
        raise Http404
    try:
        organizations.require_owner(organization=organization, user=request.user)
        organizations.dismiss(member=row, actor_id=person(request).pk)
    except DomainError as error:
        messages.warning(request, error.detail)
    return redirect("org-members", pk)
