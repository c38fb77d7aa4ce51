#!/usr/bin/env bash
# The web app: build, checks and browser tests. Usage: scripts/web.sh build|check|browser
set -euo pipefail
cd "$(dirname "$0")/../web"

# Installs the packages when the lock file is newer than what is installed.
if [ ! -f node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.installed
fi

case ${1:-} in
build)
    # Skips the build when nothing it reads is newer than its result.
    if [ -f dist/index.html ] && [ -z "$(find src public index.html package-lock.json vite.config.ts -newer dist/index.html -print -quit 2>/dev/null)" ]; then
        echo "web app is up to date"
    else
        npm run --silent build
    fi
    ;;
check) npm run --silent format:check && npm run --silent typecheck && npm run --silent check:api && npm test --silent ;;
browser) npm run --silent test:browser ;;
*)
    echo "usage: scripts/web.sh build|check|browser" >&2
    exit 2
    ;;
esac
