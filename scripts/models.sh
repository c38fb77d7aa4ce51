#!/usr/bin/env bash
# Gets the models that make the app better and are not in the program, where they can be had: never
# fails, because the app works without them. AFFETTO_BIN names the program; AFFETTO_NO_PULL=1 gets
# nothing.
set -uo pipefail
bin=${AFFETTO_BIN:?set AFFETTO_BIN to the affetto program}

[ -z "${AFFETTO_NO_PULL:-}" ] || exit 0
command -v python3 >/dev/null 2>&1 || exit 0
missing='import json, sys
sys.exit(not any(m["name"] == "text-encoder" and m["bytes"] is None for m in json.load(sys.stdin)))'
if "$bin" models list --json | python3 -c "$missing"; then
    if ! said=$("$bin" models pull text-encoder 2>&1); then
        echo "make run: without the sentence encoder (affetto models pull text-encoder):"
        echo "$said" | grep '^error' || true
    fi
fi
exit 0
