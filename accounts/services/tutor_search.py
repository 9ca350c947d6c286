"""The words a tutor is found by, kept beside the profile by whoever changes one."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from accounts import tongues
from accounts.models import Subject, TutorProfile, TutorWord

# Every weight in English, for its endings, and as it is written, for all other languages.
_WEIGHTS = {"name": "A", "subjects": "A", "headline": "B", "also": "C", "words": "D"}
_WEIGH = " || ".join(
    f"setweight(to_tsvector('{config}', core_unaccent(%({part})s)), '{weight}')"
    for part, weight in _WEIGHTS.items()
    for config in ("english", "simple")
)
_UPDATE = f"""
UPDATE accounts_tutorprofile SET search = {_WEIGH} WHERE user_id = %(pk)s
"""  # noqa: S608  names of ours
_LEARN = """
INSERT INTO accounts_tutorword (word)
SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', core_unaccent(%s)))) AS word
WHERE word ~ '^[[:alpha:]]{3,40}$' ORDER BY word
ON CONFLICT DO NOTHING
"""


def index(profile_id: UUID) -> None:
    """Within the transaction of the change."""
    profile = TutorProfile.objects.select_related("user").get(pk=profile_id)
    subjects = list(Subject.objects.filter(tutor_rows__profile=profile))
    codes = profile.language_rows.values_list("code", flat=True)
    also = " ".join(f"{each.also} {each.get_family_display()}" for each in subjects)
    words = {
        "pk": profile.pk,
        "name": profile.user.display_name,
        "subjects": " ".join(each.name for each in subjects),
        "headline": profile.headline,
        "also": f"{also} {' '.join(tongues.language_name(code) for code in codes)}",
        "words": f"{profile.about} {profile.approach} {profile.education} {profile.degree}",
    }
    known = (words["name"], words["subjects"], words["headline"], words["also"])
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, words)
        cursor.execute(_LEARN, [" ".join(known)])


def index_all(profile_ids: Iterable[UUID]) -> None:
    for profile_id in profile_ids:
        index(profile_id)


def forget_words() -> None:
    """The known words anew, from those who are listed: a name that left leaves the words too."""
    TutorWord.objects.all().delete()
    index_all(TutorProfile.objects.listed().values_list("pk", flat=True))
