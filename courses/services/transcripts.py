"""What is said in the videos of a course, kept to be searched."""

from typing import Any

from courses.models import Course, CourseFile, LessonKind, Transcript
from courses.queries.bodies import said_in
from tutorme.core.models import StoredFile

# A text of words beyond it is more than an index of PostgreSQL takes; some four hours of talk.
_MAX_BYTES = 256 * 1024


def publish(course: Course) -> None:
    """As the published files say it; files.publish came before."""
    lessons = course.lessons.filter(is_published=True, kind=LessonKind.VIDEO)
    rows = lessons.values_list("pk", "data")
    files = _files(course, [data for _pk, data in rows])
    found = [row for pk, data in rows if (row := _of(pk, data, files))]
    Transcript.objects.filter(lesson__course=course).exclude(
        pk__in=[row.pk for row in found]
    ).delete()
    Transcript.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["lesson"], update_fields=["said", "starts"]
    )


def _files(course: Course, rows: list[Any]) -> dict[str, StoredFile]:
    names = {track["file"] for data in rows for track in data.get("captions", [])}
    files = CourseFile.objects.filter(course=course, name__in=names, live__isnull=False)
    return {row.name: row.live for row in files.select_related("live") if row.live}


def _of(pk: Any, data: dict[str, Any], files: dict[str, StoredFile]) -> Transcript | None:
    """Of the first track that is there: the one its page shows as a text."""
    tracks = [track["file"] for track in data.get("captions", []) if track["file"] in files]
    lines, starts, size = [], [], 0
    for cue in said_in(files[tracks[0]]) if tracks else ():
        size += len(cue.text.encode()) + 1
        if size > _MAX_BYTES:
            break
        lines.append(cue.text)
        starts.append(cue.at)
    return Transcript(lesson_id=pk, said="\n".join(lines), starts=starts) if lines else None
