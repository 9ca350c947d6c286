from rest_framework import serializers

from certificates.models import Certificate
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer


class CertificateOut(OutputSerializer):
    id = serializers.UUIDField()
    serial = serializers.CharField()
    code = serializers.CharField(help_text="What the public page checks.")
    state = serializers.ChoiceField(choices=Certificate.State.choices)
    recipient = serializers.CharField()
    course = serializers.CharField()
    instructor = serializers.CharField()
    issuer = serializers.CharField()
    completed_on = serializers.DateField(help_text="The day it was where the learner lives.")
    extent = serializers.CharField(allow_blank=True)
    verify_url = serializers.URLField()
    download_url = serializers.CharField(allow_null=True, help_text="Null unless issued.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of the PDF.")
    job_id = serializers.UUIDField(allow_null=True, help_text="The job that makes the PDF.")
    organization = serializers.CharField(allow_blank=True)
    edition = serializers.IntegerField()
    sealed_by = serializers.CharField(allow_blank=True)
    is_held = serializers.BooleanField(help_text="Under legal hold.")
    file_removed_at = serializers.DateTimeField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class VerifiedOut(OutputSerializer):
    state = serializers.ChoiceField(choices=["valid", "revoked", "superseded"])
    serial = serializers.CharField()
    code = serializers.CharField()
    recipient = serializers.CharField()
    course = serializers.CharField()
    instructor = serializers.CharField()
    issuer = serializers.CharField()
    completed_on = serializers.DateField()
    extent = serializers.CharField(allow_blank=True)
    issued_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_reason = serializers.CharField(allow_blank=True)
    verify_url = serializers.URLField()
    pdf_sha256 = serializers.CharField(help_text="Of the file as issued: compare with yours.")
    organization = serializers.CharField(allow_blank=True)
    sealed_by = serializers.CharField(allow_blank=True, help_text="The key that sealed the file.")
    edition = serializers.IntegerField(help_text="Counts re-issues of the same completion.")


class RevokeIn(StrictSerializer):
    reason = SafeText(max_length=300, help_text="Shown to whoever checks the code.")


class GraphyCompletionIn(StrictSerializer):
    """As the course's platform sends it."""

    course_id = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=200)
    event_id = serializers.CharField(max_length=200)
    completed_at = serializers.DateTimeField()
