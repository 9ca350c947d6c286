from datetime import date
from typing import Any

from rest_framework import serializers

from booking.models import Booking, Schedule
from tutorme.core.api.serializers import (
    BoundedDate,
    BoundedDateTime,
    MoneyField,
    OutputSerializer,
    SafeText,
    StrictSerializer,
    ZoneField,
)

_MOST_WINDOWS = 12
_MOST_OVERRIDES = 400


class ClockField(serializers.TimeField):
    """Wall time to the minute, HH:MM."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


def _most(child: serializers.Serializer[Any], count: int, **kwargs: Any) -> Any:
    return serializers.ListSerializer(child=child, max_length=count, **kwargs)


class WindowIn(StrictSerializer):
    start = ClockField()
    end = ClockField()


class WeekIn(WindowIn):
    day_of_week = serializers.IntegerField(min_value=0, max_value=6)


class OverrideIn(StrictSerializer):
    date = BoundedDate()
    windows = _most(WindowIn(), _MOST_WINDOWS)


class AvailabilityIn(StrictSerializer):
    """Wall times in `time_zone`; 0 is Sunday; an end of 00:00 is midnight."""

    time_zone = ZoneField()
    weekly = _most(WeekIn(), 7 * _MOST_WINDOWS)
    overrides = _most(OverrideIn(), _MOST_OVERRIDES, required=False)
    slot_minutes = serializers.IntegerField(
        min_value=5, max_value=480, allow_null=True, required=False
    )
    buffer_before = serializers.IntegerField(min_value=0, max_value=240, required=False)
    buffer_after = serializers.IntegerField(min_value=0, max_value=240, required=False)
    notice_minutes = serializers.IntegerField(min_value=0, max_value=43_200, required=False)
    horizon_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    max_per_day = serializers.IntegerField(
        min_value=1, max_value=48, allow_null=True, required=False
    )
    max_per_week = serializers.IntegerField(
        min_value=1, max_value=200, allow_null=True, required=False
    )
    cancellation = serializers.ChoiceField(choices=Schedule.Cancellation.choices, required=False)
    needs_approval = serializers.BooleanField(required=False)
    is_open = serializers.BooleanField(required=False)


class AvailabilityPatch(AvailabilityIn):
    time_zone = ZoneField(required=False)
    weekly = _most(WeekIn(), 7 * _MOST_WINDOWS, required=False)


class SlotsQuery(StrictSerializer):
    """A date, or a stretch of at most 31 of them, in the zone `tz`."""

    date = BoundedDate(required=False)
    to = BoundedDate(required=False)
    tz = ZoneField(required=False)
    duration = serializers.IntegerField(min_value=15, max_value=480, required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        # `from` is a word of Python.
        fields["from"] = BoundedDate(required=False)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("date" in attrs) == ("from" in attrs):
            raise serializers.ValidationError({"from": "Give date, or from and to."})
        first: date = attrs.get("date") or attrs["from"]
        last: date = attrs.get("date") or attrs.get("to") or first
        if last < first or (last - first).days >= 31:
            raise serializers.ValidationError({"to": "At most 31 days, forward."})
        return {**attrs, "first": first, "last": last}


class SlotOut(OutputSerializer):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    local = serializers.CharField()
    available = serializers.BooleanField()


class DayOut(OutputSerializer):
    date = serializers.DateField()
    slots = SlotOut(many=True)


class SlotsOut(OutputSerializer):
    tutor = serializers.UUIDField()
    time_zone = serializers.CharField()
    days = DayOut(many=True)


class LessonTypeOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    minutes = serializers.IntegerField()
    price = MoneyField()
    is_trial = serializers.BooleanField()
    capacity = serializers.IntegerField()


class LessonTypeIn(StrictSerializer):
    title = SafeText(max_length=80)
    minutes = serializers.IntegerField(min_value=15, max_value=480)
    price = MoneyField()
    is_trial = serializers.BooleanField(required=False, default=False)
    capacity = serializers.IntegerField(min_value=1, max_value=50, required=False, default=1)


class BookingIn(StrictSerializer):
    """`package` or `with_credit` pay for it at once."""

    session_type = serializers.UUIDField()
    start = BoundedDateTime()
    note = SafeText(multiline=True, max_length=1000, required=False, allow_blank=True)
    package = serializers.UUIDField(required=False)
    with_credit = serializers.BooleanField(required=False, default=False)
    about = serializers.UUIDField(
        required=False, help_text="A handover of `/lessons/{id}/help/` that goes along."
    )


class MoveIn(StrictSerializer):
    start = BoundedDateTime()


class ReasonIn(StrictSerializer):
    reason = SafeText(max_length=500, required=False, allow_blank=True)


class CancelIn(ReasonIn):
    """`as_credit`: what comes back comes as credit here, not where it was paid from."""

    as_credit = serializers.BooleanField(required=False, default=False)


class PersonOut(OutputSerializer):
    id = serializers.UUIDField()
    display_name = serializers.CharField()


class ChangeOut(OutputSerializer):
    version = serializers.IntegerField()
    state = serializers.CharField()
    reason = serializers.CharField()
    was_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class CancellationOut(OutputSerializer):
    percent = serializers.IntegerField()
    amount = MoneyField()
    package_lesson_returns = serializers.BooleanField()


class BookingOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Booking.State.choices)
    version = serializers.IntegerField()
    tutor = PersonOut()
    student = PersonOut()
    session_type = LessonTypeOut()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    price = MoneyField()
    cancellation = serializers.CharField()
    note = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    order = serializers.UUIDField(allow_null=True)
    package = serializers.UUIDField(allow_null=True)
    series = serializers.UUIDField(allow_null=True)
    group = serializers.UUIDField(allow_null=True)


class BookingDetailOut(BookingOut):
    refund_if_cancelled = CancellationOut()
    history = ChangeOut(many=True)
