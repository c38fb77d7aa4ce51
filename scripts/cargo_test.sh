#!/usr/bin/env bash
# Runs all Rust tests, with cargo-nextest where it is installed (documentation tests beside it).
set -euo pipefail
# Tests hear the small text model; those of the pulled encoder find it by themselves.
export AFFETTO_MODELS=${AFFETTO_MODELS:-/nonexistent}
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --no-fail-fast
    cargo test --workspace --locked --doc --quiet
else
    cargo test --workspace --locked --no-fail-fast
fi
