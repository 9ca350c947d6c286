"""What all calls came to, counted again from them."""

from django.db import connection, transaction

from ai.models import RunTotal

# Waits for calls that are ending, and they for it: none is counted twice or missed.
_HOLD = "LOCK TABLE ai_runtotal IN SHARE ROW EXCLUSIVE MODE"
_COUNTED = """
SELECT coalesce(nullif(model, ''), model_asked), purpose, state, count(*),
    sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint, sum(cost_micros)::bigint
FROM ai_run WHERE state <> 'started' GROUP BY 1, 2, 3
"""
_COLUMNS = ("model", "purpose", "state", "calls", "read", "written", "micros")


@transaction.atomic
def recount(*, dry_run: bool) -> int:
    """How many rows were wrong."""
    with connection.cursor() as cursor:
        if not dry_run:
            cursor.execute(_HOLD)
        cursor.execute(_COUNTED)
        right = set(cursor.fetchall())
    kept = set(RunTotal.objects.values_list(*_COLUMNS))
    if right != kept and not dry_run:
        RunTotal.objects.all().delete()
        RunTotal.objects.bulk_create(
            RunTotal(**dict(zip(_COLUMNS, row, strict=True))) for row in sorted(right)
        )
    return len({row[:3] for row in right ^ kept})
