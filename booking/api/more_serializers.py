"""Series, groups, waitlist, proposals, disputes and reviews."""

from typing import Any

from rest_framework import serializers

from booking.api.serializers import BookingOut, LessonTypeOut, PersonOut
from booking.models import GroupSession, LessonDispute, MoveProposal, WaitlistEntry
from booking.services.series import LEAST, MOST
from tutorme.core.api.serializers import (
    BoundedDateTime,
    MoneyField,
    OutputSerializer,
    SafeText,
    StrictSerializer,
    ZoneField,
)

# The house's own word for nobody having been seen is not for people to say.
_OF_THE_HOUSE = {LessonDispute.Reason.NOBODY_SEEN, LessonDispute.Reason.ONE_SEEN}
REASONS = [each for each in LessonDispute.Reason.choices if each[0] not in _OF_THE_HOUSE]


class PaymentIn(StrictSerializer):
    """What pays for it now: a package of the caller's, or credit."""

    package = serializers.UUIDField(required=False)
    with_credit = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("package") and attrs.get("with_credit"):
            raise serializers.ValidationError({"with_credit": "Give a package or credit."})
        return attrs


class SeatIn(PaymentIn):
    note = SafeText(multiline=True, max_length=1000, required=False, allow_blank=True)


class SeriesIn(SeatIn):
    session_type = serializers.UUIDField()
    start = BoundedDateTime()
    lessons = serializers.IntegerField(min_value=LEAST, max_value=MOST)
    every_weeks = serializers.IntegerField(min_value=1, max_value=4, required=False, default=1)
    clock = ZoneField(help_text="Whose clock reads the same in every lesson.")
    skipping = serializers.BooleanField(required=False, default=False)


class OccurrenceOut(OutputSerializer):
    start = serializers.DateTimeField()
    reason = serializers.CharField(allow_null=True)


class SeriesOut(OutputSerializer):
    id = serializers.UUIDField()
    session_type = LessonTypeOut()
    clock = serializers.CharField()
    start = serializers.DateTimeField()
    every_weeks = serializers.IntegerField()
    lessons = serializers.IntegerField()
    price = MoneyField()
    bookings = BookingOut(many=True)


class GroupIn(StrictSerializer):
    session_type = serializers.UUIDField()
    start = BoundedDateTime()
    capacity = serializers.IntegerField(min_value=2, max_value=50, required=False)


class GroupOut(OutputSerializer):
    id = serializers.UUIDField()
    tutor = PersonOut()
    session_type = LessonTypeOut()
    state = serializers.ChoiceField(choices=GroupSession.State.choices)
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    seats_left = serializers.IntegerField()


class WaitIn(StrictSerializer):
    """A stretch with a type of lesson, or a group that is full."""

    session_type = serializers.UUIDField(required=False)
    earliest = BoundedDateTime(required=False)
    latest = BoundedDateTime(required=False)
    group = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        stretch = {"session_type", "earliest", "latest"}
        if set(attrs) not in ({"group"}, stretch):
            text = "Give group, or session_type, earliest and latest."
            raise serializers.ValidationError({"group": text})
        return attrs


class WaitOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=WaitlistEntry.State.choices)
    session_type = LessonTypeOut()
    group = serializers.UUIDField(allow_null=True)
    earliest = serializers.DateTimeField()
    latest = serializers.DateTimeField()
    booking = serializers.UUIDField(allow_null=True)
    offer_until = serializers.DateTimeField(allow_null=True)


class ProposalIn(StrictSerializer):
    start = BoundedDateTime()
    note = SafeText(max_length=500, required=False, allow_blank=True)


class ProposalOut(OutputSerializer):
    id = serializers.UUIDField()
    booking = serializers.UUIDField()
    proposed_by = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=MoveProposal.State.choices)
    expires_at = serializers.DateTimeField()


class AskedOut(OutputSerializer):
    """`proposal` is null where the lesson could be moved at once."""

    proposal = ProposalOut(allow_null=True)
    booking = BookingOut()


class DisputeIn(StrictSerializer):
    reason = serializers.ChoiceField(choices=REASONS)
    text = SafeText(multiline=True, max_length=2000, required=False, allow_blank=True)


class DisputeOut(OutputSerializer):
    id = serializers.UUIDField()
    booking = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=LessonDispute.Reason.choices)
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=LessonDispute.State.choices)
    refund_percent = serializers.IntegerField(allow_null=True)
    decision = serializers.CharField()


class StudentReviewIn(StrictSerializer):
    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = SafeText(multiline=True, max_length=4000, required=False, allow_blank=True)


class TutorReplyIn(StrictSerializer):
    text = SafeText(multiline=True, max_length=4000, allow_blank=True)


class StudentReviewReportIn(StrictSerializer):
    reason = SafeText(multiline=True, max_length=1000)


class StudentReviewOut(OutputSerializer):
    id = serializers.UUIDField()
    tutor = serializers.UUIDField()
    author = serializers.CharField()
    stars = serializers.IntegerField()
    text = serializers.CharField()
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class StandingOut(OutputSerializer):
    reviews = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    lessons = serializers.IntegerField()
    hours = serializers.IntegerField()
