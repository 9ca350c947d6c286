"""Courses in from files and out as files, each a job one can leave."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.forms.teach import UploadForm
from courses.models import Course
from courses.uploads import ARCHIVE
from courses.views.teach import PAGE, mine, own_course, told
from tutorme.core import jobs
from tutorme.core.errors import DomainError
from tutorme.core.files import serving, storing
from tutorme.core.ids import uuid7
from tutorme.core.models import Job, StoredFile

NOBODYS = UUID(int=0)
_KINDS = ("courses.import", "courses.export")


@login_required
@PAGE
def bring_in(request: HttpRequest) -> HttpResponse:
    mine(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    del form.fields["name"]
    if request.method == "POST" and form.is_valid():
        assert request.user.pk is not None
        try:
            upload = form.cleaned_data["upload"]
            stored = storing.store(owner_id=request.user.pk, purpose=ARCHIVE, upload=upload)
        except DomainError as error:
            form.add_error("upload", told(error))
        else:
            args = {"file_id": str(stored.pk), "author_id": str(request.user.pk)}
            return _begun(request, "courses.import", args)
    status = 422 if form.errors else 200
    return render(request, "courses/teach/import.html", {"form": form}, status=status)


@login_required
@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponse:
    course = own_course(request, slug)
    args = {"course_id": str(course.pk), "owner_id": str(request.user.pk)}
    return _begun(request, "courses.export", args)


def _begun(request: HttpRequest, kind: str, args: dict[str, str]) -> HttpResponse:
    with transaction.atomic():
        job = jobs.enqueue(kind, key=f"{kind}:{uuid7()}", args=args, owner_id=request.user.pk)
    return redirect("teach-job", job_id=job.pk)


def _own_job(request: HttpRequest, job_id: UUID) -> Job:
    job = Job.objects.filter(pk=job_id, owner_id=request.user.pk, kind__in=_KINDS).first()
    if job is None:
        raise Http404
    return job


@login_required
@never_cache
@require_safe
def follow(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = _own_job(request, job_id)
    context: dict[str, Any] = {"job": job, "is_import": job.kind == "courses.import"}
    if not job.is_final:
        context["refresh_seconds"] = 3
    if job.result and job.result.get("course"):
        context["course"] = Course.objects.filter(pk=job.result["course"]).first()
    if job.result and job.result.get("file"):
        context["is_there"] = StoredFile.objects.filter(pk=job.result["file"]).exists()
    return render(request, "courses/teach/job.html", context)


@login_required
@require_safe
def download(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """What an export made, while it is kept."""
    job = _own_job(request, job_id)
    result = job.result or {}
    file_id = str(result.get("file", NOBODYS))
    row = StoredFile.objects.filter(pk=file_id, owner_id=request.user.pk).first()
    if row is None:
        raise Http404
    name = f"{result['slug']}.zip"
    return serving.respond(
        request, key=row.key, name=name, content_type=row.content_type, download=True
    )
