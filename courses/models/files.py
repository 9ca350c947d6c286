from django.contrib.postgres.fields import ArrayField
from django.db import models

from courses.models.courses import Course
from tutorme.core.ids import uuid7
from tutorme.core.models import StoredFile


class CourseFile(models.Model):
    """A file of a course under the name lessons use (`files/<name>`). `draft` is the author's,
    `live` the published one; both point at what was uploaded.

    `used_in` are the published lessons that name it, and whoever may read one of them may read the
    file; `is_on_cover` says that the course's own page names it, which everybody may read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(max_length=100)
    draft = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    live = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    used_in = ArrayField(models.UUIDField(), default=list)
    is_on_cover = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], name="course_file_name"),
            models.CheckConstraint(
                condition=models.Q(draft__isnull=False) | models.Q(live__isnull=False),
                name="course_file_is_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name
