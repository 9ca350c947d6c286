#!/bin/sh
# Makes .venv from requirements/development.txt, or does nothing when the lock is unchanged.
# PYTHON=/path/to/python picks the interpreter.
set -u
cd "$(dirname "$0")/../.." || exit 2
lock=requirements/development.txt
venv=.venv

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

fits() {
    "$1" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
        >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.14 python3.11}; do
        if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# One line that counts, on a terminal; every 25th package in a log.
progress() {
    count=0
    while IFS= read -r line; do
        case $line in
        Collecting*)
            count=$((count + 1))
            name=${line#Collecting }
            name=${name%%[=<>; ]*}
            if [ -t 2 ]; then
                printf '\r\033[K  fetching %s of %s: %s' "$count" "$total" "$name" >&2
            elif [ $((count % 25)) -eq 0 ]; then
                say "  fetched $count of $total"
            fi ;;
        Installing*)
            [ -t 2 ] && printf '\r\033[K' >&2
            say "  unpacking $total packages" ;;
        esac
    done
}

with_pip() {
    if [ -e "$venv/.no-pip" ]; then
        set -- "$python" -m pip --python "$venv/bin/python"
    else
        set -- "$venv/bin/python" -m pip
    fi
    log=$venv/install.log
    { "$@" install --disable-pip-version-check --no-input --no-compile --no-deps \
        --require-hashes --only-binary=:all: --progress-bar off -r "$lock" 2>&1
      printf '%s\n' "$?" >"$venv/.status"
    } | tee "$log" | progress
    [ "$(cat "$venv/.status")" = 0 ] && return 0
    tail -n 15 "$log" >&2
    return 1
}

make_venv() {
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv" && return 0
    fi
    # Debian keeps ensurepip in python3-venv; its own pip can fill an environment without one.
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear --without-pip "$venv" && : >"$venv/.no-pip" && return 0
    fi
    stop "$python can neither make an environment with pip nor has pip itself:" \
        "install both with 'apt-get install python3-venv' (as root) and run this again."
}

python=$(find_python) || stop "TutorMe needs Python 3.11 to 3.14 with venv, and none of" \
    "${PYTHON:-python3, python3.11 … python3.14} is one: install it (Debian: python3 python3-venv)" \
    "or name it with PYTHON=/path/to/python3."

stamp="$("$python" -c 'import sys; print(sys.version_info[:3], sys.base_prefix)') $(cksum <"$lock")"
if [ "$(cat "$venv/.ok" 2>/dev/null)" = "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

total=$(grep -c '^[a-z0-9].*==' "$lock")
say "Preparing .venv with $("$python" -V 2>&1) (once; $total packages)"
rm -f "$venv/.ok"
if ! "$venv/bin/python" -c "import sys; sys.exit(sys.version_info[:2] != $("$python" -c \
    'import sys; print(tuple(sys.version_info[:2]))'))" 2>/dev/null; then
    make_venv || stop "$python -m venv could not write $PWD/$venv: see the lines above."
fi
with_pip || stop "The packages could not be installed (full log: $venv/install.log):" \
    "check the network or the proxy settings of pip and run the same command again."
printf '%s\n' "$stamp" >"$venv/.ok"
say "  ready"
