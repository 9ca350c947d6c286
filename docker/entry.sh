#!/bin/sh
# What a container of ours runs before its program. A server (`python -m …`) does not start with
# settings that `check --deploy` refuses, however it was started: by compose, by hand or again. What
# a person runs (`python manage.py …`) does, since `doctor` and `check` say what is wrong.
set -eu

if [ "${1-}" = python ] && [ "${2-}" = -m ]; then
    if ! python manage.py check --deploy --fail-level WARNING >/dev/null
    then
        echo "Not started: these settings must not serve people. Each line above with a number in" \
            "brackets says what to set in .env; SILENCED_CHECKS names what is meant to be so." >&2
        exit 78
    fi
fi
exec "$@"
