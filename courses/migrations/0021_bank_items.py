"""Every question of a quiz becomes an item of its course's bank, with its versions; what a quiz asks
today becomes its published places."""

from collections import defaultdict
from typing import Any

from django.db import migrations


def into_the_bank(apps: Any, _editor: Any) -> None:
    Question = apps.get_model("courses", "Question")
    BankItem = apps.get_model("courses", "BankItem")
    versions = defaultdict(list)
    for row in Question.objects.select_related("lesson").order_by("created_at", "id"):
        versions[row.lesson.course_id, row.lesson.key, row.key].append(row)
    for (course, home, key), rows in versions.items():
        item = BankItem.objects.create(course_id=course, home=home, key=key)
        for number, row in enumerate(rows, start=1):
            Question.objects.filter(pk=row.pk).update(item=item, number=number)


def into_places(apps: Any, _editor: Any) -> None:
    models = ("Question", "Quiz", "QuizSlot", "SlotQuestion")
    Question, Quiz, QuizSlot, SlotQuestion = (apps.get_model("courses", name) for name in models)
    rows = Question.objects.filter(retired_at=None, lesson__in=Quiz.objects.values("pk"))
    for place, row in enumerate(rows.order_by("lesson_id", "position", "id")):
        slot = QuizSlot.objects.create(quiz_id=row.lesson_id, position=place, draw=1)
        SlotQuestion.objects.create(slot=slot, question=row)


class Migration(migrations.Migration):
    dependencies = [("courses", "0020_question_bank")]

    operations = [
        migrations.RunPython(into_the_bank, migrations.RunPython.noop),
        migrations.RunPython(into_places, migrations.RunPython.noop),
    ]
