# One image for web, stream, worker and beat; the command decides. Nothing in it runs as root.
FROM python:3.13-slim-bookworm AS packages
# `--build-arg REQUIREMENTS=tracing` adds what sends traces to a collector.
ARG REQUIREMENTS=production
COPY requirements/${REQUIREMENTS}.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
        -r /requirements.txt

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ca-certificates postgresql-common \
    # pg_dump must not be older than the server: PostgreSQL's own packages.
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 tutorme \
    && useradd --system --uid 10001 --gid tutorme --home-dir /app --shell /usr/sbin/nologin tutorme
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# The processes may not write here, and would compile it all at every start.
RUN /venv/bin/python -m compileall -q .
# Named volumes take over the owner of the directory they cover.
RUN mkdir -p var/static var/media var/beat && chown -R tutorme:tutorme var
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=tutorme.settings.production \
    LOG_FORMAT=json \
    FONTCONFIG_FILE=/app/tutorme/static/fonts/fonts.conf \
    XDG_CACHE_HOME=/tmp/cache
USER 10001:10001
EXPOSE 8000 8001
# Judges the settings before a server starts.
ENTRYPOINT ["sh", "docker/entry.sh"]
CMD ["python", "-m", "gunicorn", "tutorme.wsgi:application", "-k", "gthread", "-w", "2", "--threads", "32", "--graceful-timeout", "3", "--no-control-socket", "-b", "0.0.0.0:8000"]
