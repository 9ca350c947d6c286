from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.querysets import SkillQuerySet, SubjectQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Level(models.TextChoices):
    BEGINNER = "beginner", _("Beginner")
    INTERMEDIATE = "intermediate", _("Intermediate")
    ADVANCED = "advanced", _("Advanced")
    EXPERT = "expert", _("Expert")

    @property
    def bit(self) -> int:
        """Of a set of levels kept as a number."""
        return 1 << Level.values.index(self.value)


class Subject(models.Model):
    """What can be learned here: one list, for skills, tutors and courses alike."""

    class Family(models.TextChoices):
        """The colour of its covers."""

        MATHS = "maths", _("Mathematics")
        LANGUAGES = "languages", _("Languages")
        SCIENCE = "science", _("Science")
        CODING = "coding", _("Coding")
        MUSIC = "music", _("Music")
        ART = "art", _("Art")
        HUMANITIES = "humanities", _("Humanities")
        EXAM = "exam", _("Exams and study")

    slug = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    family = models.CharField(max_length=12, choices=Family.choices)
    # Other words for it, which a search understands.
    also = models.CharField(max_length=200, blank=True)
    is_offered = models.BooleanField(default=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            one_of(
                "family",
                [
                    "maths",
                    "languages",
                    "science",
                    "coding",
                    "music",
                    "art",
                    "humanities",
                    "exam",
                ],
                "subject_family",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """Something a person says they can do, and how well."""

    LIMIT = 50

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="skills")
    name = models.CharField(max_length=60)
    # The name without case, accents and width: see `names.plain`.
    name_key = models.CharField(max_length=120, editable=False)
    level = models.CharField(max_length=12, choices=Level.choices)

    objects = SkillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="skill_once_per_user"),
            one_of("level", ["beginner", "intermediate", "advanced", "expert"], "skill_level"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.level})"
