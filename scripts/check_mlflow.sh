#!/usr/bin/env bash
# Trains a tiny model with a real MLflow server (SQLite backend, on loopback) listening, and looks
# at what arrived there. AFFETTO_BIN names the program. Says so when mlflow cannot be installed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${AFFETTO_BIN:?set AFFETTO_BIN to the affetto program}
venv=${AFFETTO_MLFLOW_VENV:-$root/target/mlflow-venv}
version=3.17.2

if [ ! -x "$venv/bin/mlflow" ]; then
    echo "installing mlflow $version" >&2
    if ! { python3 -m venv "$venv" && timeout 400 "$venv/bin/pip" install --quiet \
        --disable-pip-version-check --no-compile "mlflow==$version"; }; then
        rm -rf "$venv"
        echo "NOT TESTED: mlflow cannot be installed here, so no training was tracked by a real server" >&2
        exit 0
    fi
fi

folder=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then
        # The server starts workers of its own: the whole group ends.
        kill -TERM -- "-$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
set -m
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true "$venv/bin/mlflow" server \
    --backend-store-uri "sqlite:///$folder/mlflow.db" \
    --artifacts-destination "$folder/artifacts" \
    --host 127.0.0.1 --port "$port" --workers 1 >"$folder/server.log" 2>&1 &
server=$!
set +m
python3 "$root/scripts/check_mlflow.py" "$bin" "http://127.0.0.1:$port" "$folder" ||
    { tail -n 20 "$folder/server.log" >&2; exit 1; }
