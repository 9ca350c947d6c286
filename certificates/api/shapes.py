"""Shapes of organisations, external courses, learners and imports."""

from rest_framework import serializers

from certificates.learner_lists import DELIMITERS, ENCODINGS
from certificates.models import Delivery, Learner, LearnerImport, Member, Organization
from tutorme.core.api.serializers import OutputSerializer, PageSize, SafeText, StrictSerializer


class OrganizationIn(StrictSerializer):
    name = SafeText(max_length=120)
    website = serializers.CharField(max_length=300, help_text="Any form; its host is kept.")
    contact_name = SafeText(max_length=80)
    contact_email = serializers.EmailField(max_length=254)
    locale = serializers.CharField(max_length=12, default="en")
    delivery = serializers.ChoiceField(
        choices=Organization.Delivery.choices, default=Organization.Delivery.ATTACHMENT
    )
    tells_learners = serializers.BooleanField(default=True)


class OrganizationPatch(StrictSerializer):
    name = SafeText(max_length=120, required=False)
    website = serializers.CharField(max_length=300, required=False)
    contact_name = SafeText(max_length=80, required=False)
    contact_email = serializers.EmailField(max_length=254, required=False)
    locale = serializers.CharField(max_length=12, required=False)
    delivery = serializers.ChoiceField(choices=Organization.Delivery.choices, required=False)
    tells_learners = serializers.BooleanField(required=False)


class OrganizationOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    website = serializers.CharField()
    contact_name = serializers.CharField()
    contact_email = serializers.EmailField()
    locale = serializers.CharField()
    delivery = serializers.ChoiceField(choices=Organization.Delivery.choices)
    tells_learners = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)


class DeskMemberIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Member.Role.choices, default=Member.Role.DESK)


class DeskMemberOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Member.Role.choices)
    created_at = serializers.DateTimeField()
    joined_at = serializers.DateTimeField(allow_null=True, help_text="Null while invited.")


class ExternalCourseIn(StrictSerializer):
    external_id = SafeText(max_length=120, help_text="Graphy's product id.")
    name = SafeText(max_length=160)
    instructor = SafeText(max_length=80, default="", allow_blank=True)
    total_minutes = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    version = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    template = serializers.UUIDField(
        required=False, allow_null=True, help_text="A template version; null for the default."
    )


class CoursePatch(StrictSerializer):
    external_id = SafeText(max_length=120, required=False)
    name = SafeText(max_length=160, required=False)
    instructor = SafeText(max_length=80, required=False, allow_blank=True)
    total_minutes = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    version = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="A new one is certified anew."
    )
    template = serializers.UUIDField(required=False, allow_null=True)


class ExternalCourseOut(OutputSerializer):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    instructor = serializers.CharField(allow_blank=True)
    total_minutes = serializers.IntegerField()
    version = serializers.IntegerField()
    template = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)


class LearnersQuery(StrictSerializer):
    state = serializers.ChoiceField(choices=Learner.State.choices, required=False)
    q = serializers.CharField(max_length=120, required=False, help_text="In name or address.")
    cursor = serializers.CharField(required=False)
    page_size = PageSize(required=False)


class LearnerOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    state = serializers.ChoiceField(choices=Learner.State.choices)
    course = serializers.UUIDField()
    course_name = serializers.CharField()
    organization = serializers.UUIDField()
    enrolled_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class ImportIn(StrictSerializer):
    file = serializers.FileField(max_length=400)
    organization = serializers.UUIDField(
        required=False, help_text="Whose desk sends it; only admins may leave it out."
    )
    encoding = serializers.ChoiceField(
        choices=sorted(ENCODINGS.items()), required=False, help_text="Found where it is Unicode."
    )
    delimiter = serializers.ChoiceField(choices=DELIMITERS, required=False)


class ImportOut(OutputSerializer):
    id = serializers.UUIDField()
    course = serializers.UUIDField()
    organization = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=LearnerImport.State.choices)
    encoding = serializers.CharField(allow_blank=True)
    delimiter = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField()
    good_rows = serializers.IntegerField()
    known_rows = serializers.IntegerField(help_text="There already, unchanged.")
    bad_rows = serializers.IntegerField()
    problem = serializers.JSONField(allow_null=True, help_text="Of the file as a whole.")
    job = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    committed_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class ProblemOut(OutputSerializer):
    problem = serializers.CharField(help_text="The cause's code.")
    detail = serializers.CharField()
    column = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.IntegerField(), help_text="The first of them.")


class ImportDetailOut(ImportOut):
    problems = ProblemOut(many=True)
    preview = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()), help_text="The first rows."
    )


class CommitIn(StrictSerializer):
    valid_rows_only = serializers.BooleanField(default=False)


class ResendIn(StrictSerializer):
    recipient = serializers.ChoiceField(
        choices=Delivery.Recipient.choices, default=Delivery.Recipient.LEARNER
    )


class DeliveryOut(OutputSerializer):
    id = serializers.UUIDField()
    recipient = serializers.ChoiceField(choices=Delivery.Recipient.choices)
    reason = serializers.ChoiceField(choices=Delivery.Reason.choices)
    to_address = serializers.EmailField()
    as_link = serializers.BooleanField()
    mail_state = serializers.CharField(help_text="Of the mail; empty where none was made yet.")
    created_at = serializers.DateTimeField()


class BundleIn(StrictSerializer):
    course = serializers.UUIDField(required=False, allow_null=True)


class TemplateIn(StrictSerializer):
    name = serializers.SlugField(max_length=60)
    html = serializers.CharField(max_length=100_000, trim_whitespace=False)
    css = serializers.CharField(max_length=100_000, trim_whitespace=False, allow_blank=True)


class TemplateOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    is_default = serializers.BooleanField()
    source_sha256 = serializers.CharField()
    created_at = serializers.DateTimeField()


class TemplateDetailOut(TemplateOut):
    html = serializers.CharField()
    css = serializers.CharField()


class PreviewIn(StrictSerializer):
    html = serializers.CharField(max_length=100_000, trim_whitespace=False)
    css = serializers.CharField(max_length=100_000, trim_whitespace=False, allow_blank=True)
    recipient = SafeText(max_length=120, required=False)
    format = serializers.ChoiceField(choices=["pdf", "png"], default="pdf")


class StoredPreviewIn(StrictSerializer):
    recipient = SafeText(max_length=120, required=False)
    format = serializers.ChoiceField(choices=["pdf", "png"], default="pdf")
