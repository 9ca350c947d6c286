from django.contrib.postgres.fields import ArrayField
from django.db import models

from courses.models.courses import Lesson


class Transcript(models.Model):
    """What is said in a published video, so that it can be searched: a line for each cue, and the
    second at which each line begins."""

    lesson = models.OneToOneField(
        Lesson, models.CASCADE, primary_key=True, related_name="transcript"
    )
    said = models.TextField()
    starts = ArrayField(models.PositiveIntegerField())

    def __str__(self) -> str:
        return str(self.lesson_id)
