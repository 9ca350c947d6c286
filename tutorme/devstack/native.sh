#!/bin/sh
# System libraries that no wheel brings: native.sh pdf | chromium | chromium-anyhow
#   pdf               Pango, HarfBuzz, Fontconfig: apt as root, else unpacked beside the environment
#   chromium          a browser for the tests: apt as root, else nothing (those tests are skipped)
#   chromium-anyhow   the same, and unpacked beside the environment when not root (700 MB)
# Never fails for want of them: it says what is missing, and what then does not work.
set -u
cd "$(dirname "$0")/../.." || exit 2
native=$PWD/.venv/native
say() { printf '%s\n' "$*" >&2; }

library_path() {
    for directory in "$native"/usr/lib/*-linux-* "$native"/lib/*-linux-* \
        "$native"/usr/lib/*-linux-*/nss "$native"/usr/lib/*-linux-*/pulseaudio; do
        [ -d "$directory" ] && printf '%s:' "$directory"
    done
}

loads() {
    LD_LIBRARY_PATH="$(library_path)${LD_LIBRARY_PATH:-}" .venv/bin/python - "$@" <<'PYTHON' 2>/dev/null
import ctypes, sys
for name in sys.argv[1:]:
    ctypes.CDLL(name)
PYTHON
}

pdf_ready() {
    case $(uname) in
    Darwin) DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib \
        loads libpango-1.0.dylib libpangoft2-1.0.dylib ;;
    *) loads libgobject-2.0.so.0 libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz.so.0 \
        libharfbuzz-subset.so.0 libfontconfig.so.1 ;;
    esac
}

browser() {
    for name in "${CHROMIUM:-}" chromium google-chrome google-chrome-stable \
        "$native/usr/lib/chromium/chromium"; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
    done
    for name in "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome; do
        [ -x "$name" ] && return 0
    done
    return 1
}

as_root() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "Installing $* with apt-get"
    { DEBIAN_FRONTEND=noninteractive apt-get -q update \
        && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
    } >.venv/apt.log 2>&1 || { say "  apt-get did not succeed: see .venv/apt.log"; return 1; }
}

# apt checks the signatures as ever; nothing outside the checkout changes.
unpacked() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || return 1
    say "Unpacking $* beside the environment"
    apt=$native/.apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" || return 1
    set -- -y --no-install-recommends --download-only install "$@"
    for step in update install; do
        [ "$step" = update ] && arguments=update || arguments="$*"
        # shellcheck disable=SC2086  # the words of a fixed list
        apt-get -q -o "Dir::State=$apt/state" -o Dir::State::status=/var/lib/dpkg/status \
            -o "Dir::Cache=$apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= \
            $arguments >>.venv/apt.log 2>&1 || { say "  could not: see .venv/apt.log"; return 1; }
    done
    for package in "$apt"/cache/archives/*.deb; do
        [ -e "$package" ] && { dpkg -x "$package" "$native" || return 1; }
    done
    rm -rf "$apt"
}

pango() {
    pdf_ready && return 0
    packages='libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0'
    # shellcheck disable=SC2086
    { as_root $packages || unpacked $packages; } && pdf_ready && return 0
    if command -v brew >/dev/null 2>&1; then how='brew install pango'
    elif command -v dnf >/dev/null 2>&1; then how='dnf install pango'
    elif command -v apk >/dev/null 2>&1; then how='apk add pango'
    else how="apt-get install $packages"; fi
    say "NOTE: Pango is missing, so certificates cannot be drawn; everything else works." \
        "To have them: $how"
}

# Playwright brings its own node, which wants libatomic. (A function named `chromium` would be what
# `command -v chromium` finds.)
a_browser() {
    browser && loads libatomic.so.1 && return 0
    as_root chromium libatomic1 && return 0
    if [ "${1:-}" = anyhow ]; then
        unpacked chromium libatomic1 && browser && return 0
        .venv/bin/python -m playwright install chromium && return 0
    fi
    say "NOTE: no Chromium here, so the browser tests are skipped." \
        "To have them: make e2e, or (as root) apt-get install chromium libatomic1"
}

case ${1:-pdf} in
pdf) pango ;;
chromium) a_browser ;;
chromium-anyhow) a_browser anyhow ;;
*) say "native.sh knows pdf, chromium and chromium-anyhow, not $1"; exit 2 ;;
esac
