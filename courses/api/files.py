"""A course's files, and courses in and out as archives."""

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import file_links
from courses.api import authoring_serializers as shapes
from courses.api.authoring import MINE, own_course
from courses.models import Attendance, Course, CourseFile, Enrollment, Lesson, LessonKind
from courses.services import attending, files
from courses.uploads import ARCHIVE
from tutorme.core import jobs
from tutorme.core.api.jobs import COLUMNS, JobOut
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound
from tutorme.core.files import serving
from tutorme.core.ids import uuid7
from tutorme.core.models import Job, StoredFile


class FilesView(ApiView):
    access = {"get": MINE, "post": MINE}

    @extend_schema(operation_id="courses_files", responses=shapes.CourseFileOut(many=True))
    def get(self, request: Request, course_id: UUID) -> Response:
        """The files of the draft, by the names lessons use."""
        course = own_course(request, course_id)
        rows = course.files.exclude(draft=None).select_related("draft").order_by("name")
        return Response([_shown(row, request) for row in rows])

    @extend_schema(
        operation_id="courses_files_attach",
        request=shapes.FileIn,
        responses={201: shapes.CourseFileOut},
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Make an upload (purpose course-picture, course-material or course-video) a file of the
        draft, in the place of the one of that name."""
        course = own_course(request, course_id)
        body = read_body(shapes.FileIn, request)
        assert request.user.pk is not None
        row = files.attach(
            course=course,
            file_id=body["file"],
            owner_id=request.user.pk,
            name=body.get("name", ""),
        )
        return Response(_shown(row, request), status=201)


def _shown(row: CourseFile, request: Request) -> dict[str, Any]:
    assert row.draft is not None
    return {
        "name": row.name,
        "content_type": row.draft.content_type,
        "size": row.draft.size,
        "is_published": row.live_id == row.draft_id,
        "link": file_links.personal(row.course, row.name, request.user, draft=True),
    }


class FileView(ApiView):
    access = {"delete": MINE}

    @extend_schema(operation_id="courses_files_detach", responses={204: None})
    def delete(self, request: Request, course_id: UUID, name: str) -> Response:
        """Take a file out of the draft; learners keep it until the next publishing."""
        row = own_course(request, course_id).files.filter(name=name).first()
        if row is None:
            raise NotFound
        files.detach(file=row)
        return Response(status=204)


class ExportView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="courses_export", request=None, responses={202: JobOut})
    def post(self, request: Request, course_id: UUID) -> Response:
        """Write the draft as a ZIP; the job's result is read at export/{job}/."""
        course = own_course(request, course_id)
        args = {"course_id": str(course.pk), "owner_id": str(request.user.pk)}
        return _begun(request, "courses.export", args)


class ExportedView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="courses_export_read", responses=shapes.CourseExportOut)
    def get(self, request: Request, course_id: UUID, job_id: UUID) -> Response:
        """A link to what an export made, while it is kept."""
        course = own_course(request, course_id)
        mine = Job.objects.filter(pk=job_id, owner_id=request.user.pk, kind="courses.export")
        job = mine.filter(args__course_id=str(course.pk)).first()
        file_id = (job.result or {}).get("file") if job else None
        row = StoredFile.objects.filter(pk=str(file_id)).first() if file_id else None
        if row is None:
            raise NotFound
        return Response({"link": serving.signed_link(row), "size": row.size, "name": row.name})


class ImportView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="courses_import", request=shapes.ArchiveIn, responses={202: JobOut})
    def post(self, request: Request) -> Response:
        """Make a ZIP of course files a new course, or the draft of `course`: all of it or nothing.
        The job's result names the course, its error the problems."""
        body = read_body(shapes.ArchiveIn, request)
        mine = StoredFile.objects.visible_to(request.user).filter(purpose=ARCHIVE.name)
        if not mine.filter(pk=body["file"]).exists():
            raise NotFound
        args = {"file_id": str(body["file"]), "author_id": str(request.user.pk)}
        if "course" in body:
            args["course_id"] = str(own_course(request, body["course"]).pk)
        return _begun(request, "courses.import", args)


def _begun(request: Request, kind: str, args: dict[str, str]) -> Response:
    with transaction.atomic():
        job = jobs.enqueue(kind, key=f"{kind}:{uuid7()}", args=args, owner_id=request.user.pk)
    row = Job.objects.values(*COLUMNS).get(pk=job.pk)
    return Response(row, status=202, headers={"Location": f"/api/v1/jobs/{job.pk}/"})


class AttendanceView(ApiView):
    access = {"get": MINE, "put": MINE}

    @extend_schema(operation_id="lessons_attendance", responses=shapes.AttendanceOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """Who was in a live session, for how many minutes."""
        return Response(_sheet(_session(request, lesson_id)))

    @extend_schema(
        operation_id="lessons_attendance_note",
        request=shapes.AttendanceIn,
        responses=shapes.AttendanceOut(many=True),
    )
    def put(self, request: Request, lesson_id: UUID) -> Response:
        """Note minutes by enrolment; half of the scheduled time completes the lesson."""
        lesson = _session(request, lesson_id)
        minutes = read_body(shapes.AttendanceIn, request)["minutes"]
        attending.record_attendance(
            lesson=lesson, minutes=_by_id(minutes), actor_id=request.user.pk
        )
        return Response(_sheet(lesson))


def _by_id(minutes: dict[str, int]) -> dict[UUID, int]:
    try:
        return {UUID(pk): number for pk, number in minutes.items()}
    except ValueError as error:
        raise NotFound from error


def _session(request: Request, lesson_id: UUID) -> Lesson:
    mine = Course.objects.editable_by(request.user)
    lesson = Lesson.objects.filter(pk=lesson_id, kind=LessonKind.LIVE, course__in=mine).first()
    if lesson is None:
        raise NotFound
    return lesson


def _sheet(lesson: Lesson) -> list[dict[str, Any]]:
    noted = dict(Attendance.objects.filter(lesson=lesson).values_list("enrollment_id", "minutes"))
    done = dict(lesson.progress.values_list("enrollment_id", "completed_at"))
    places = Enrollment.objects.open().filter(course_id=lesson.course_id).select_related("user")
    return [
        {
            "enrollment": row.pk,
            "name": row.user.display_name,
            "minutes": noted.get(row.pk),
            "completed_at": done.get(row.pk),
        }
        for row in places.order_by("user__display_name", "pk")[:500]
    ]
