from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tutorme.core.api.serializers import (
    BoundedDateTime,
    OutputSerializer,
    SafeText,
    StrictSerializer,
)
from video.api.signals import checked
from video.models import NOTES_LENGTH, Room, Signal

SENT_KINDS = ("description", "candidates", "media", "hand", "caption")


class RoomIn(StrictSerializer):
    title = SafeText(max_length=120)
    starts_at = BoundedDateTime(required=False)
    minutes = serializers.IntegerField(min_value=5, max_value=480, default=60)
    guests = serializers.ListField(child=serializers.UUIDField(), max_length=49, allow_empty=False)
    provider = serializers.ChoiceField(choices=Room.Provider.choices, required=False)


class RoomMemberIn(StrictSerializer):
    user = serializers.UUIDField()


class JoinIn(StrictSerializer):
    """`session` is a random name this window gives itself, a new one each time it loads."""

    session = serializers.UUIDField()


class SignalMessageIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=SENT_KINDS)
    to = serializers.UUIDField(required=False, allow_null=True)
    payload = serializers.JSONField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "payload": checked(attrs["kind"], attrs["payload"])}


class SignalIn(StrictSerializer):
    """What this window has to say, and the last number it has seen."""

    session = serializers.UUIDField()
    after = serializers.IntegerField(min_value=0, max_value=2**62)
    messages = serializers.ListField(child=SignalMessageIn(), max_length=40, required=False)


class EmptyIn(StrictSerializer):
    """A body without members."""


class ChatIn(StrictSerializer):
    text = SafeText(max_length=2000, multiline=True)


class NotesIn(StrictSerializer):
    """`base` is the text the writing started from; what others wrote since stays beside it."""

    text = SafeText(
        max_length=NOTES_LENGTH, multiline=True, allow_blank=True, trim_whitespace=False
    )
    base = SafeText(
        max_length=NOTES_LENGTH, multiline=True, allow_blank=True, trim_whitespace=False
    )
    session = serializers.UUIDField(required=False)


class TapingIn(StrictSerializer):
    """`consent` is one's own word; `record` is the host's wish."""

    consent = serializers.BooleanField(required=False)
    record = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Say consent, record or both."))
        return attrs


class RoomRatingIn(StrictSerializer):
    stars = serializers.IntegerField(min_value=1, max_value=5)
    trouble = serializers.ChoiceField(
        choices=["picture", "sound", "connection", "other"], required=False
    )
    note = SafeText(max_length=500, required=False, allow_blank=True, multiline=True)


class RoomMemberOut(OutputSerializer):
    id = serializers.UUIDField(help_text="What others in the call see: the identity of tokens.")
    user = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=["host", "guest"], read_only=True)
    consented = serializers.BooleanField()


class RoomOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    host = serializers.UUIDField()
    state = serializers.CharField()
    provider = serializers.CharField()
    epoch = serializers.IntegerField()
    capacity = serializers.IntegerField()
    recording = serializers.CharField(help_text="off, asked or on.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RoomPersonOut(OutputSerializer):
    session = serializers.UUIDField()
    member = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    joined_at = serializers.DateTimeField()


class RoomDetailOut(RoomOut):
    members = RoomMemberOut(many=True)
    people = RoomPersonOut(many=True, help_text="Who is in it now.")
    notes = serializers.CharField()
    notes_version = serializers.IntegerField()


class IceServerOut(OutputSerializer):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class TokenOut(OutputSerializer):
    provider = serializers.CharField()
    room = serializers.CharField()
    identity = serializers.CharField()
    epoch = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    token = serializers.CharField(required=False)
    ice_servers = IceServerOut(many=True, required=False)


class SignalOut(OutputSerializer):
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Signal.Kind.choices, read_only=True)
    sender = serializers.UUIDField(allow_null=True)
    payload = serializers.DictField()


class NewsOut(OutputSerializer):
    seq = serializers.IntegerField(help_text="To be sent as `after` next time.")
    signals = SignalOut(many=True)
    people = RoomPersonOut(many=True)
    room = RoomOut()


class ChatOut(OutputSerializer):
    id = serializers.UUIDField()
    author = serializers.UUIDField()
    name = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class NotesOut(OutputSerializer):
    text = serializers.CharField()
    version = serializers.IntegerField()


class StayOut(OutputSerializer):
    member = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    first_joined_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    joins = serializers.IntegerField()
    is_here = serializers.BooleanField()


class RatingMeanOut(OutputSerializer):
    mean = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class StatisticsOut(OutputSerializer):
    seconds_together = serializers.IntegerField(help_text="With two or more in it.")
    most_at_once = serializers.IntegerField()
    members = StayOut(many=True)
    provider_events = serializers.DictField(child=serializers.IntegerField())
    provider_seconds = serializers.IntegerField(allow_null=True)
    rating = RatingMeanOut()


class RecordingOut(OutputSerializer):
    id = serializers.UUIDField()
    member = serializers.UUIDField(allow_null=True)
    media = serializers.CharField()
    state = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True)
    size_bytes = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField()


class RoomRatingOut(OutputSerializer):
    stars = serializers.IntegerField()
    trouble = serializers.CharField()
    note = serializers.CharField()
