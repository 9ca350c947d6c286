"""What the studio's API answers."""

from rest_framework import serializers

from ai.models import Draft, Node, Run, Rung
from tutorme.core.api.serializers import OutputSerializer


class DraftOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Draft.Kind.choices)
    state = serializers.ChoiceField(choices=Draft.State.choices)
    title = serializers.CharField()
    error = serializers.CharField()
    course = serializers.UUIDField(allow_null=True)
    job = serializers.UUIDField(allow_null=True)
    revision = serializers.IntegerField()
    estimate_micros = serializers.IntegerField(help_text="Millionths of a dollar.")
    spent_micros = serializers.IntegerField()
    ceiling_micros = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class NodeOut(OutputSerializer):
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=Node.Kind.choices)
    form = serializers.CharField()
    title = serializers.CharField()
    position = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Node.State.choices)
    findings = serializers.ListField(
        child=serializers.DictField(),
        help_text="`unsolved` among their codes: edited, and not solved again.",
    )
    tries = serializers.IntegerField()
    revision = serializers.IntegerField()
    model = serializers.CharField()
    prompt = serializers.CharField()
    tokens = serializers.IntegerField()
    cost_micros = serializers.IntegerField()
    ai_generated = serializers.BooleanField()
    approved_at = serializers.DateTimeField(allow_null=True)
    lesson_id = serializers.UUIDField(allow_null=True)
    edited_by = serializers.CharField(allow_null=True)
    approved_by = serializers.CharField(allow_null=True)


class DraftDetailOut(DraftOut):
    brief = serializers.JSONField()
    outline = serializers.JSONField(allow_null=True)
    nodes = NodeOut(many=True)


class DifferenceOut(OutputSerializer):
    kind = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class NodeDetailOut(NodeOut):
    content = serializers.JSONField(allow_null=True)
    difference = DifferenceOut(many=True)


class SolveOut(OutputSerializer):
    job = serializers.UUIDField()


class RunOut(OutputSerializer):
    id = serializers.UUIDField()
    node = serializers.CharField()
    purpose = serializers.ChoiceField(choices=Run.Purpose.choices)
    state = serializers.ChoiceField(choices=Run.State.choices)
    prompt = serializers.CharField()
    model_asked = serializers.CharField()
    model = serializers.CharField()
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    cost_micros = serializers.IntegerField()
    ms = serializers.IntegerField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()


class EstimateOut(OutputSerializer):
    lessons = serializers.IntegerField()
    tokens = serializers.IntegerField()
    least_micros = serializers.IntegerField(help_text="If every part is right at once.")
    most_micros = serializers.IntegerField(help_text="If every part is written three times.")


class AllowanceOut(OutputSerializer):
    used = serializers.IntegerField()
    quota = serializers.IntegerField()


class UsageOut(OutputSerializer):
    is_on = serializers.BooleanField()
    course = AllowanceOut()
    exercise = AllowanceOut()
    solve = AllowanceOut()
    hint = AllowanceOut()
    match = AllowanceOut()


class ExportOut(OutputSerializer):
    name = serializers.CharField()
    text = serializers.CharField()


class ReasonOut(OutputSerializer):
    factor = serializers.CharField()
    points = serializers.CharField()
    of = serializers.IntegerField()
    words = serializers.CharField()


class MatchedTutorOut(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    headline = serializers.CharField()
    hourly_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()


class ResultOut(OutputSerializer):
    tutor = MatchedTutorOut()
    score = serializers.IntegerField()
    is_new = serializers.BooleanField()
    reasons = ReasonOut(many=True)
    sentence = serializers.CharField()
    next_slots = serializers.ListField(child=serializers.DateTimeField())


class MatchOut(OutputSerializer):
    id = serializers.UUIDField()
    wishes = serializers.JSONField()
    results = ResultOut(many=True)
    is_worded = serializers.BooleanField(help_text="Whether a model worded the sentences.")
    job = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class RungOut(OutputSerializer):
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Rung.State.choices)
    is_example = serializers.BooleanField()
    text = serializers.CharField()
    html = serializers.CharField()
    job = serializers.UUIDField(allow_null=True)


class LadderOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    task = serializers.CharField()
    rungs = RungOut(many=True)
    created_at = serializers.DateTimeField()
