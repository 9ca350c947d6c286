"""Organisations, their desks, learners and certificates."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import queries
from certificates.api import serializers as certificate_shapes
from certificates.api import shapes
from certificates.models import Certificate, Member, Organization
from certificates.services import bundles, organizations
from tutorme.core.access import ADMIN, SIGNED_IN, Grant, Scope
from tutorme.core.api import jobs
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import IF_MATCH, ApiViewSet, etag, read_body, read_query, require_match
from tutorme.core.errors import NotAllowed, NotFound
from tutorme.core.models import Job

_COLUMNS = (*organizations.FIELDS, "id", "created_at", "archived_at")


def card(row: Organization) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS}


def tag(row: Organization) -> str:
    return etag("organization", row.pk, row.version)


def visible(request: Request, pk: UUID) -> Organization:
    row = Organization.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


class OrganizationViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.DESK),
        "retrieve": Grant(SIGNED_IN, Scope.DESK),
        "create": Grant(ADMIN, Scope.ALL),
        "partial_update": Grant(SIGNED_IN, Scope.DESK),
        "destroy": Grant(ADMIN, Scope.ALL),
        "learners": Grant(SIGNED_IN, Scope.DESK),
        "certificates": Grant(SIGNED_IN, Scope.DESK),
        "bundle": Grant(SIGNED_IN, Scope.DESK),
    }

    @extend_schema(operation_id="organizations_list", responses=page_of(shapes.OrganizationOut))
    def list(self, request: Request) -> Response:
        """The organisations one sits at the desk of; an admin reads all."""
        page = CursorPage()
        rows = Organization.objects.visible_to(request.user)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([card(row) for row in found])

    @extend_schema(operation_id="organizations_read", responses=shapes.OrganizationOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One organisation. Its ETag goes into If-Match of an edit."""
        row = visible(request, pk)
        return Response(card(row), headers={"ETag": tag(row)})

    @extend_schema(
        operation_id="organizations_create",
        request=shapes.OrganizationIn,
        responses={201: shapes.OrganizationOut},
    )
    def create(self, request: Request) -> Response:
        """Add an organisation. Its website names it in lists of learners."""
        body = read_body(shapes.OrganizationIn, request)
        row = organizations.add(facts=body, actor_id=request.user.pk)
        row.refresh_from_db()
        return Response(card(row), status=201, headers={"ETag": tag(row)})

    @extend_schema(
        operation_id="organizations_update",
        parameters=[IF_MATCH],
        request=shapes.OrganizationPatch,
        responses=shapes.OrganizationOut,
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change an organisation. Its owners change the contact and how certificates are sent;
        the name and website are the site's to say."""
        row = visible(request, pk)
        organizations.require_owner(organization=row, user=request.user)
        body = read_body(shapes.OrganizationPatch, request)
        if not getattr(request.user, "is_admin", False) and set(body) - organizations.DESK_FIELDS:
            raise NotAllowed
        require_match(request, tag(row))
        row = organizations.edit(organization=row, changes=body, actor_id=request.user.pk)
        return Response(card(row), headers={"ETag": tag(row)})

    @extend_schema(operation_id="organizations_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove an organisation; one with learners or certificates is archived instead."""
        organizations.remove(organization=visible(request, pk), actor_id=request.user.pk)
        return Response(status=204)

    @extend_schema(
        operation_id="organizations_learners",
        parameters=[shapes.LearnersQuery],
        responses=page_of(shapes.LearnerOut),
    )
    def learners(self, request: Request, pk: UUID) -> Response:
        """An organisation's learners, newest first; by state, or a part of name or address."""
        asked = read_query(shapes.LearnersQuery, request)
        rows = visible(request, pk).learners.present()
        found = queries.learners(rows, state=asked.get("state", ""), text=asked.get("q", ""))
        page = CursorPage()
        shown = page.paginate_queryset(found, request, self) or []
        return page.get_paginated_response([queries.learner_card(row) for row in shown])

    @extend_schema(
        operation_id="organizations_certificates",
        responses=page_of(certificate_shapes.CertificateOut),
    )
    def certificates(self, request: Request, pk: UUID) -> Response:
        """An organisation's certificates, newest first."""
        page = CursorPage()
        rows = Certificate.objects.filter(organization=visible(request, pk))
        found = page.paginate_queryset(rows.values(*queries.COLUMNS), request, self) or []
        return page.get_paginated_response([queries.card(row) for row in found])

    @extend_schema(
        operation_id="organizations_bundle", request=shapes.BundleIn, responses={202: jobs.JobOut}
    )
    def bundle(self, request: Request, pk: UUID) -> Response:
        """All certificates of an organisation, or of one course of it, as a ZIP made in the
        background. Fetch it at `/certificates/bundles/{job}/`, within a week."""
        body = read_body(shapes.BundleIn, request)
        assert request.user.pk is not None
        job = bundles.order(
            organization=visible(request, pk),
            course_id=body.get("course"),
            actor_id=request.user.pk,
        )
        found = Job.objects.filter(pk=job.pk).values(*jobs.COLUMNS).get()
        return Response(found, status=202)


class MemberViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.DESK),
        "create": Grant(SIGNED_IN, Scope.DESK),
        "destroy": Grant(SIGNED_IN, Scope.DESK),
    }

    @extend_schema(
        operation_id="organization_members_list", responses=page_of(shapes.DeskMemberOut)
    )
    def list(self, request: Request, pk: UUID) -> Response:
        """Who sits at an organisation's desk, and who is invited to."""
        page = CursorPage()
        rows = page.paginate_queryset(visible(request, pk).members.all(), request, self) or []
        return page.get_paginated_response([self._card(row) for row in rows])

    @extend_schema(
        operation_id="organization_members_invite",
        request=shapes.DeskMemberIn,
        responses={201: shapes.DeskMemberOut},
    )
    def create(self, request: Request, pk: UUID) -> Response:
        """Invite an address to the desk (owners). Whoever has proved to have it accepts."""
        organization = visible(request, pk)
        organizations.require_owner(organization=organization, user=request.user)
        body = read_body(shapes.DeskMemberIn, request)
        row = organizations.invite(organization=organization, **body, actor_id=request.user.pk)
        row.refresh_from_db()
        return Response(self._card(row), status=201)

    @extend_schema(operation_id="organization_members_dismiss", responses={204: None})
    def destroy(self, request: Request, pk: UUID, member: UUID) -> Response:
        """Take somebody off the desk (owners). The last owner stays."""
        organization = visible(request, pk)
        organizations.require_owner(organization=organization, user=request.user)
        row = organization.members.filter(pk=member).first()
        if row is None:
            raise NotFound
        organizations.dismiss(member=row, actor_id=request.user.pk)
        return Response(status=204)

    def _card(self, row: Member) -> dict[str, Any]:
        return {
            name: getattr(row, name) for name in ("id", "email", "role", "created_at", "joined_at")
        }
