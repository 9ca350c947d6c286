from rest_framework import serializers

from tutorme.core.api.serializers import OutputSerializer


class NotificationOut(OutputSerializer):
    id = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="Rises with every notification of one person.")
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    url = serializers.CharField(help_text="A path on this site, or empty.")
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class UnreadOut(OutputSerializer):
    unread = serializers.IntegerField()


class ReadAllOut(OutputSerializer):
    read = serializers.IntegerField(help_text="How many became read by this.")
