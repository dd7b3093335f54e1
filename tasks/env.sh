#!/bin/sh
# Makes .venv from requirements.lock: every package at the version and hash written there, and wheels only, so that no
# compiler is ever needed. Needs a Python 3.11 to 3.13 and the network (or pip's own cache or mirror settings).
set -eu

say() { printf 'tinylab: %s\n' "$*"; }

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python=.venv/bin/python
started=$(date +%s)

if "$python" -c "$fits" 2>/dev/null && "$python" -m pip --version >/dev/null 2>&1; then
    say "1/3 the virtual environment .venv is there: $("$python" --version)"
else
    found=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
        if "$candidate" -c "$fits" 2>/dev/null; then found=$candidate; break; fi
    done
    if [ -z "$found" ]; then
        say "no Python 3.11, 3.12 or 3.13 among: ${PYTHON:-python3.11 python3.12 python3.13 python3 python}" >&2
        say "install one of them, or name it: make env PYTHON=/path/to/python3.11" >&2
        exit 1
    fi
    say "1/3 making the virtual environment .venv with $found ($("$found" --version))"
    "$found" -m venv --clear .venv
fi

count=0
while IFS= read -r line; do
    case $line in [a-z]*==*) count=$((count + 1)) ;; esac
done < requirements.lock

say "2/3 installing the packages of requirements.lock (about $count, each checked against its hash; some minutes the first time)"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$python" -m pip install --no-input --only-binary :all: --require-hashes -r requirements.lock

say "3/3 installing tinylab itself, editable"
"$python" -m pip install --no-input --quiet --no-deps --no-build-isolation --editable .

touch .venv/.installed
say "the environment is ready: $(($(date +%s) - started)) s"
