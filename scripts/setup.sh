#!/bin/sh
# Makes the virtual environment from an empty clone: $1 is its folder. Installs only what requirements.lock pins.
set -eu
venv=$1
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "perizinan-core needs Python 3.11 or newer; $python is $("$python" --version 2>&1)."
    say "Install a newer one and run: make PYTHON=/path/to/python3 …"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}

# Debian ships venv without pip unless python3-venv is installed.
has_pip() { "$python" -m ensurepip --version >/dev/null 2>&1 || "$python" -m pip --version >/dev/null 2>&1; }
if ! command -v uv >/dev/null 2>&1 && ! has_pip; then
    say "Python has no pip here: installing Debian's python3-venv …"
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } \
        >/dev/null 2>&1 || {
        say "That needs root. Please run: sudo apt-get install python3-venv   and then this command again."
        exit 1
    }
fi

if command -v uv >/dev/null 2>&1; then
    uv=uv
    uv venv --quiet --allow-existing --python "$python" "$venv"
else
    if "$python" -m ensurepip --version >/dev/null 2>&1; then
        "$python" -m venv "$venv"
        pip="$venv/bin/python -m pip"
    else
        "$python" -m venv --without-pip "$venv"
        pip="$python -m pip --python $venv/bin/python"
    fi
    # uv itself comes from the same lock, with its hashes.
    sed -n '/^uv==/,/^[a-z].*==/{/^uv==/p;/^ *--hash/p}' requirements.lock >"$venv/uv.lock.txt"
    $pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$venv/uv.lock.txt"
    uv="$venv/bin/uv"
fi

say "Installing the pinned packages into $venv …"
"$uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements.lock
set -- -e .
for project in plugins/*/pyproject.toml; do
    [ -e "$project" ] && set -- "$@" -e "$(dirname "$project")"
done
"$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation "$@"
