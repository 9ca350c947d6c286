from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

from tutorme.core.append_only import FUNCTION, AppendOnly

# unaccent() is only STABLE because its dictionary could be replaced; ours is not, and an
# expression index or generated column needs an IMMUTABLE function.
IMMUTABLE_UNACCENT = """
CREATE OR REPLACE FUNCTION core_unaccent(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT public.unaccent('public.unaccent', $1) $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(IMMUTABLE_UNACCENT, "DROP FUNCTION core_unaccent(text)"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION core_refuse_change()"),
        AppendOnly("core_auditentry"),
    ]
