#!/bin/sh
# Programs outside Python that the tests check our work with: pdfsig and pdftoppm (poppler), openssl.
set -eu
missing=""
command -v pdfsig >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
[ -z "$missing" ] && exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}
printf 'Installing%s …\n' "$missing" >&2
# shellcheck disable=SC2086
{ as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } >/dev/null 2>&1 || {
    printf 'The tests need them. Please run: sudo apt-get install%s   and then this command again.\n' "$missing" >&2
    exit 1
}
