from decimal import Decimal

from rest_framework import serializers

from courses.models import Appeal, PostReport, Question, Submission
from tutorme.core.api.serializers import OutputSerializer, PageSize, SafeText, StrictSerializer

# Bank ------------------------------------------------------------------------------------------

# What a column of versions holds.
LARGEST = 2**31 - 1


class BankQuery(StrictSerializer):
    search = SafeText(max_length=200, required=False, allow_blank=True)
    tag = SafeText(max_length=40, required=False, allow_blank=True)
    cursor = serializers.CharField(max_length=500, required=False)
    page_size = PageSize(required=False)


class BankQuestionIn(StrictSerializer):
    question = serializers.DictField(help_text="A question as a quiz's file writes it.")


class BankQuestionEdit(BankQuestionIn):
    version = serializers.IntegerField(
        min_value=1, max_value=LARGEST, help_text="The version that was edited."
    )


class BankQuestionOut(OutputSerializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField())
    is_used = serializers.BooleanField()
    question = serializers.DictField()


class CorrectionIn(StrictSerializer):
    key = serializers.DictField(help_text="The members of the question that say what is right.")
    reason = SafeText(max_length=500)


class CorrectionOut(OutputSerializer):
    id = serializers.UUIDField()
    question = serializers.UUIDField()
    reason = serializers.CharField()
    job = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class ItemStatisticsOut(OutputSerializer):
    question = serializers.UUIDField()
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    prompt = serializers.CharField()
    n = serializers.IntegerField(help_text="First attempts that were asked it.")
    facility = serializers.CharField(allow_null=True)
    discrimination = serializers.CharField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())


class TimeFactorIn(StrictSerializer):
    time_factor = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=Decimal(1), max_value=Decimal(5)
    )


class TimeFactorOut(OutputSerializer):
    enrollment = serializers.UUIDField()
    time_factor = serializers.CharField()


# Appeals and grading ---------------------------------------------------------------------------


class AppealIn(StrictSerializer):
    question = serializers.UUIDField()
    text = SafeText(max_length=1000, multiline=True)


class AppealsQuery(StrictSerializer):
    state = serializers.ChoiceField(choices=Appeal.State.choices, required=False)
    cursor = serializers.CharField(max_length=500, required=False)
    page_size = PageSize(required=False)


class AppealOut(OutputSerializer):
    id = serializers.UUIDField()
    attempt = serializers.UUIDField()
    question = serializers.UUIDField()
    prompt = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Appeal.State.choices)
    reply = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class AcceptIn(StrictSerializer):
    reply = SafeText(max_length=1000, required=False, allow_blank=True, multiline=True)
    key = serializers.DictField(
        required=False, help_text="Left out, the learner's answer counts as well."
    )
    points = serializers.DecimalField(
        max_digits=7,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text="Of an open answer, which has no key; left out, all it can earn.",
    )


class RejectIn(StrictSerializer):
    reply = SafeText(max_length=1000, multiline=True)


class QueueEntryOut(OutputSerializer):
    kind = serializers.ChoiceField(choices=["attempt", "submission", "appeal"])
    id = serializers.UUIDField()
    course = serializers.CharField()
    lesson = serializers.CharField()
    learner = serializers.CharField()
    waiting_since = serializers.DateTimeField()


class OpenAnswerOut(OutputSerializer):
    question = serializers.UUIDField()
    prompt = serializers.CharField()
    guide = serializers.CharField()
    answer = serializers.CharField()
    points = serializers.CharField(help_text="The most it can earn.")
    earned = serializers.CharField(allow_null=True, help_text="Null while it waits.")


class AttemptToMarkOut(OutputSerializer):
    id = serializers.UUIDField()
    learner = serializers.CharField()
    lesson = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["pending_review", "graded"])
    submitted_at = serializers.DateTimeField()
    answers = OpenAnswerOut(many=True)


class OpenMarkIn(StrictSerializer):
    question = serializers.UUIDField()
    points = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=Decimal(0))
    comment = SafeText(max_length=5000, required=False, allow_blank=True, multiline=True)


class OpenMarksIn(StrictSerializer):
    marks = OpenMarkIn(many=True, allow_empty=False)


class OpenMarksAgainIn(OpenMarksIn):
    reason = SafeText(max_length=500, multiline=True)


# Submissions -----------------------------------------------------------------------------------


class SubmissionTextIn(StrictSerializer):
    text = SafeText(max_length=50_000, allow_blank=True, multiline=True, trim_whitespace=False)
    sequence = serializers.IntegerField(min_value=0, max_value=2**53, required=False)


class SubmissionFileIn(StrictSerializer):
    file = serializers.UUIDField(help_text="An upload for the purpose “submission”.")


class FileOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    url = serializers.CharField()


class SubmissionOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Submission.State.choices)
    text = serializers.CharField()
    sequence = serializers.IntegerField()
    files = FileOut(many=True)
    due_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    days_late = serializers.IntegerField()
    penalty_percent = serializers.IntegerField()
    rubric = serializers.ListField(child=serializers.DictField())
    marks = serializers.DictField()
    comment = serializers.CharField()
    score = serializers.CharField(allow_null=True)
    max_score = serializers.CharField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    marked_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()


class SubmissionToMarkOut(SubmissionOut):
    learner = serializers.CharField()


class CriterionMark(StrictSerializer):
    level = serializers.CharField(max_length=40)
    comment = SafeText(max_length=2000, required=False, allow_blank=True, multiline=True)


class SubmissionMarksIn(StrictSerializer):
    marks = serializers.DictField(child=CriterionMark())
    comment = SafeText(max_length=10_000, required=False, allow_blank=True, multiline=True)


class SubmissionAgainIn(SubmissionMarksIn):
    reason = SafeText(max_length=500)
    revision = serializers.IntegerField(min_value=1, max_value=LARGEST)


class ReturnIn(StrictSerializer):
    comment = SafeText(max_length=10_000, multiline=True)
    marks = serializers.DictField(child=CriterionMark(), required=False)


# Questions under a lesson ----------------------------------------------------------------------


class ThreadsQuery(StrictSerializer):
    search = SafeText(max_length=200, required=False, allow_blank=True)
    cursor = serializers.CharField(max_length=500, required=False)
    page_size = PageSize(required=False)


class ThreadIn(StrictSerializer):
    title = SafeText(max_length=150)
    body = SafeText(max_length=5000, multiline=True)


class PostIn(StrictSerializer):
    body = SafeText(max_length=5000, multiline=True)


class PostReportIn(StrictSerializer):
    reason = serializers.ChoiceField(choices=PostReport.Reason.choices)
    note = SafeText(max_length=500, required=False, allow_blank=True)


class WriterOut(OutputSerializer):
    username = serializers.CharField()
    display_name = serializers.CharField()


class ThreadOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    author = WriterOut(allow_null=True)
    title = serializers.CharField()
    body = serializers.CharField()
    accepted = serializers.UUIDField(allow_null=True)
    answer_count = serializers.IntegerField()
    vote_count = serializers.IntegerField()
    edited_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class PostOut(OutputSerializer):
    id = serializers.UUIDField()
    thread = serializers.UUIDField()
    author = WriterOut(allow_null=True)
    body = serializers.CharField()
    by_tutor = serializers.BooleanField()
    is_accepted = serializers.BooleanField()
    vote_count = serializers.IntegerField()
    edited_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class VotesOut(OutputSerializer):
    vote_count = serializers.IntegerField()
