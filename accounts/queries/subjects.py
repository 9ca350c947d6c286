"""The list of subjects, as pages and API offer it."""

from accounts.models import Subject


def suggested_names() -> list[str]:
    return list(Subject.objects.offered().order_by("name").values_list("name", flat=True))
