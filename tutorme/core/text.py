"""Text as the database compares it."""

from django.db.models import CharField, Func


class Unaccent(Func):
    """Without accents; IMMUTABLE, so indexes and generated columns may use it."""

    function = "core_unaccent"
    output_field = CharField()
