from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary
from django.db.models import F, Func


def tstzrange(start: str, end: str) -> Func:
    """[start, end) of two columns, for exclusion constraints."""
    return Func(
        F(start),
        F(end),
        RangeBoundary(inclusive_lower=True, inclusive_upper=False),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )
