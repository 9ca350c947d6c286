from django.db import migrations

# The language of a course (ISO 639-1, whatever region follows) as PostgreSQL stems it; of others
# the words are taken as they stand.
CONFIG = """
CREATE FUNCTION courses_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT CASE lower(left(language, 2))
    WHEN 'ar' THEN 'arabic'::regconfig WHEN 'ca' THEN 'catalan'::regconfig
    WHEN 'da' THEN 'danish'::regconfig WHEN 'de' THEN 'german'::regconfig
    WHEN 'el' THEN 'greek'::regconfig WHEN 'en' THEN 'english'::regconfig
    WHEN 'es' THEN 'spanish'::regconfig WHEN 'eu' THEN 'basque'::regconfig
    WHEN 'fi' THEN 'finnish'::regconfig WHEN 'fr' THEN 'french'::regconfig
    WHEN 'ga' THEN 'irish'::regconfig WHEN 'hi' THEN 'hindi'::regconfig
    WHEN 'hu' THEN 'hungarian'::regconfig WHEN 'hy' THEN 'armenian'::regconfig
    WHEN 'id' THEN 'indonesian'::regconfig WHEN 'it' THEN 'italian'::regconfig
    WHEN 'lt' THEN 'lithuanian'::regconfig WHEN 'ne' THEN 'nepali'::regconfig
    WHEN 'nl' THEN 'dutch'::regconfig WHEN 'nb' THEN 'norwegian'::regconfig
    WHEN 'no' THEN 'norwegian'::regconfig WHEN 'pt' THEN 'portuguese'::regconfig
    WHEN 'ro' THEN 'romanian'::regconfig WHEN 'ru' THEN 'russian'::regconfig
    WHEN 'sr' THEN 'serbian'::regconfig WHEN 'sv' THEN 'swedish'::regconfig
    WHEN 'ta' THEN 'tamil'::regconfig WHEN 'tr' THEN 'turkish'::regconfig
    WHEN 'yi' THEN 'yiddish'::regconfig
    ELSE 'simple'::regconfig
END $$
"""

# array_to_string is only STABLE because of element types whose text depends on settings.
WORDS = """
CREATE FUNCTION courses_words(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT array_to_string(words, ' ') $$
"""

# Nobody says in which language they search, so the words are asked for in all of them; where two
# languages leave the same stems, they are asked for once.
QUERY = """
CREATE FUNCTION courses_query(typed text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT coalesce(string_agg(DISTINCT '(' || words::text || ')', ' | '), '')::tsquery
FROM unnest(ARRAY['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch',
    'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian',
    'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian',
    'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']::regconfig[]) AS config,
    websearch_to_tsquery(config, core_unaccent(typed)) AS words
WHERE numnode(words) > 0
$$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only_and_extensions"), ("courses", "0010_drafts_and_versions")]

    operations = [
        migrations.RunSQL(CONFIG, "DROP FUNCTION courses_config(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION courses_words(text[])"),
        migrations.RunSQL(QUERY, "DROP FUNCTION courses_query(text)"),
    ]
