"""What the catalogue keeps beside its courses; these tables are written by triggers alone, so that
no way into the courses' table can go past them."""

from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from courses.models.courses import Course


class CourseWords(models.Model):
    """What a course is found by, weighted: its title, then category and tags, then summary, then
    description; stemmed by its own language, and the first two as they are written as well.
    Apart from the course, whose counters move often, because an index of words is dear to write."""

    course = models.OneToOneField(Course, models.CASCADE, primary_key=True, related_name="found_by")
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="course_words")]

    def __str__(self) -> str:
        return f"words of {self.course_id}"


class SearchWord(models.Model):
    """A word of a published course, without accents: what a slip of the finger may have meant."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [GistIndex(OpClass("word", name="gist_trgm_ops"), name="search_word_likeness")]

    def __str__(self) -> str:
        return self.word


class CatalogueStamp(models.Model):
    """How often the catalogue changed. The number is the sum over the slots; a connection counts
    in the slot of its backend, so that writers seldom wait for one another."""

    slot = models.PositiveSmallIntegerField(primary_key=True)
    changes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.slot}: {self.changes}"
