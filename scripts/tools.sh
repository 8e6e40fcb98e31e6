#!/bin/sh
# Programs outside Python that the tests check our work with: pdfsig and pdftoppm (poppler), openssl, nginx, Ghostscript, ClamAV, a browser.
# $1 is the virtual environment.
set -eu
venv=$1
missing=""
command -v pdfsig >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v gs >/dev/null 2>&1 || missing="$missing ghostscript"
command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v caddy >/dev/null 2>&1 || missing="$missing caddy"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
command -v clamd >/dev/null 2>&1 || [ -x /usr/sbin/clamd ] || missing="$missing clamav-daemon"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}
install() {
    printf 'Installing %s …\n' "$*" >&2
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "$@"; } >/dev/null 2>&1
}

if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    install $missing || {
        printf 'The tests need them. Please run: sudo apt-get install%s   and then this command again.\n' "$missing" >&2
        exit 1
    }
fi

# Debian's Chromium; where there is none (Ubuntu ships a snap), Playwright's own download.
if ! command -v chromium >/dev/null 2>&1 && ! ls "$HOME"/.cache/ms-playwright/chromium* >/dev/null 2>&1; then
    install chromium || "$venv/bin/playwright" install --with-deps chromium >/dev/null 2>&1 || {
        printf 'The tests need a browser. Please run: sudo apt-get install chromium   and then this command again.\n' >&2
        exit 1
    }
fi
