#!/bin/sh
# The programs of `make test-remedies`: what people treat a refused file with.
# $1 is the virtual environment.
set -eu
sh "$(dirname "$0")/tools.sh" "$1"
missing=""
command -v gs >/dev/null 2>&1 || missing="$missing ghostscript"
command -v img2pdf >/dev/null 2>&1 || missing="$missing img2pdf"
command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
command -v soffice >/dev/null 2>&1 ||
    missing="$missing libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-draw-nogui"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$missing" ] || exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}
printf 'Installing%s …\n' "$missing" >&2
# shellcheck disable=SC2086
{ as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing; } >/dev/null 2>&1 || {
    printf 'Please run: sudo apt-get install%s   and then this command again.\n' "$missing" >&2
    exit 1
}
