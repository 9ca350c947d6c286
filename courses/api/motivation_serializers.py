from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from courses.models import Achievement, PointsEntry
from courses.streaks import MOST_REST_DAYS
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer

BOARDS = ("week", "all_time", "course", "cohort")


class LeaderboardQuery(StrictSerializer):
    board = serializers.ChoiceField(choices=BOARDS, default="week")
    course = serializers.UUIDField(required=False)

    def validate(self, given: dict[str, object]) -> dict[str, object]:
        if (given["board"] in {"course", "cohort"}) != ("course" in given):
            raise serializers.ValidationError(
                {"course": [_("Name a course for the boards of a course, and only for them.")]}
            )
        return given


class PlaceOut(OutputSerializer):
    rank = serializers.IntegerField(help_text="1, 2, 2, 4.")
    points = serializers.IntegerField()
    user = serializers.UUIDField()
    display_name = serializers.CharField()
    username = serializers.CharField()
    is_me = serializers.BooleanField()


class MyPlaceOut(OutputSerializer):
    rank = serializers.IntegerField(help_text="What it is, or would be among those shown.")
    points = serializers.IntegerField()
    is_shown = serializers.BooleanField()
    percentile = serializers.IntegerField(
        allow_null=True, help_text="Of a hundred others, how many have fewer points."
    )


class LeaderboardOut(OutputSerializer):
    board = serializers.ChoiceField(choices=BOARDS)
    course = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    people = serializers.IntegerField(help_text="Those shown, as far as the caller's place needs.")
    top = PlaceOut(many=True)
    me = MyPlaceOut(allow_null=True)
    above = PlaceOut(many=True)
    below = PlaceOut(many=True)


class AchievementOut(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    criteria = serializers.DictField()
    points = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Achievement.State.choices)


class AchievementIn(StrictSerializer):
    slug = serializers.SlugField(max_length=40)
    title = SafeText(max_length=60)
    description = SafeText(max_length=200)
    criteria = serializers.DictField(help_text="`type` and exactly the members that belong to it.")
    points = serializers.IntegerField(min_value=0, max_value=10_000, default=0)
    position = serializers.IntegerField(min_value=0, max_value=32_000, default=0)


class AwardIn(StrictSerializer):
    user = serializers.UUIDField()
    reason = SafeText(max_length=300)


class MyAchievementOut(AchievementOut):
    earned_at = serializers.DateTimeField(allow_null=True)
    value = serializers.IntegerField(help_text="7 of …")
    of = serializers.IntegerField(help_text="… of 10.")
    percent = serializers.IntegerField()


class PointsEntryOut(OutputSerializer):
    id = serializers.UUIDField()
    rule = serializers.ChoiceField(choices=PointsEntry.Rule.choices)
    object_id = serializers.UUIDField()
    points = serializers.IntegerField(help_text="0 where the day's limit was reached.")
    course = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    earned_at = serializers.DateTimeField()


class MotivationIn(StrictSerializer):
    is_calm = serializers.BooleanField(required=False)
    wants_boards = serializers.BooleanField(required=False)
    rest_days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        max_length=MOST_REST_DAYS,
        required=False,
        help_text="0 is Monday.",
    )


class MotivationOut(OutputSerializer):
    is_calm = serializers.BooleanField(help_text="Nothing of this is shown on pages.")
    wants_boards = serializers.BooleanField()
    is_shown = serializers.BooleanField(help_text="Whether one is on the leaderboards.")
    points = serializers.IntegerField()
    today = serializers.DateField()
    streak_days = serializers.IntegerField()
    longest_streak = serializers.IntegerField()
    freezes = serializers.IntegerField()
    rest_days = serializers.ListField(child=serializers.IntegerField())
    rest_days_from_tomorrow = serializers.ListField(child=serializers.IntegerField())
