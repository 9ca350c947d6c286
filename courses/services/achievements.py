"""What learning earns beside itself."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from courses.events import AchievementAwarded
from courses.models import UserAchievement
from tutorme.core import outbox

Achievement = UserAchievement.Achievement
POINTS = {Achievement.FIRST_LESSON: 10, Achievement.FIRST_COURSE: 100}


def award(*, user_id: UUID, achievement: Achievement) -> bool:
    """Gives the achievement, its points and the event together, once a person; says whether it
    was new."""
    row = UserAchievement(user_id=user_id, achievement=achievement, points=POINTS[achievement])
    with transaction.atomic():
        UserAchievement.objects.bulk_create([row], ignore_conflicts=True)
        # A conflict inserts nothing, so only a row of this very id was ours.
        if not UserAchievement.objects.filter(pk=row.pk).exists():
            return False
        User.objects.filter(pk=user_id).update(points=F("points") + row.points)
        outbox.record(AchievementAwarded(row.pk, user_id, str(achievement)), actor_id=user_id)
    return True
