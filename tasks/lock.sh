#!/bin/sh
# Writes requirements.lock from pyproject.toml: all extras, Python 3.11 and newer, every hash, and no registry's name.
set -eu

command -v uv >/dev/null || { echo "make lock needs uv on the PATH (pip install uv)" >&2; exit 1; }
uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock "$@"
while IFS= read -r line; do
    case $line in *://*) echo "requirements.lock names a host: $line" >&2; exit 1 ;; esac
done < requirements.lock
echo "requirements.lock is written: environment.yml names the same versions, and tests/test_environment.py says where it does not"
