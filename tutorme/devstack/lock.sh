#!/bin/sh
# Resolves pyproject.toml into hash-locked requirements. uv.lock stays out of the tree: it would
# record the download addresses of whoever locked.
set -eu
cd "$(dirname "$0")/../.."
command -v uv >/dev/null 2>&1 || {
    echo "make lock needs uv: https://docs.astral.sh/uv/ says how to install it." >&2
    exit 2
}
uv lock --upgrade
export_as() {
    file=$1
    shift
    uv export --frozen --quiet --no-header --no-annotate --no-emit-project "$@" -o "$file"
}
export_as requirements/development.txt --all-groups --extra tracing
export_as requirements/tracing.txt --no-default-groups --extra tracing
export_as requirements/production.txt --no-default-groups
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    requirements/clients.in -o requirements/clients.txt
