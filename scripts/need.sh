#!/usr/bin/env bash
# Makes sure that the named tools are there: installs the Debian packages it may, says clearly
# what is missing otherwise. Usage: scripts/need.sh cargo cc node npm python3 chromium ffmpeg mpd
set -euo pipefail

fail() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

# Installs a Debian package when that is possible without a password.
install() {
    local package=$1 tool=$2 as_root=()
    command -v apt-get >/dev/null || fail "$tool is not installed" "install $tool with your system's package manager"
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "$tool is not installed" "run: sudo apt-get install $package"
        as_root=(sudo -n)
    fi
    echo "installing $package" >&2
    "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null ||
        fail "could not install $package" "run: apt-get update && apt-get install $package"
}

at_least() { # tool, wanted, actual
    [ "$(printf '%s\n%s\n' "$2" "$3" | sort -V | head -n 1)" = "$2" ] ||
        fail "$1 $3 is too old" "install $1 $2 or newer"
}

for tool in "$@"; do
    case $tool in
    cargo)
        command -v cargo >/dev/null || fail "cargo is not installed" "install Rust 1.95 or newer with rustup"
        at_least Rust 1.95.0 "$(rustc --version | cut -d' ' -f2)"
        ;;
    cc) command -v cc >/dev/null || install build-essential cc ;;
    node | npm)
        command -v "$tool" >/dev/null || fail "$tool is not installed" "install Node.js 20.19 or newer"
        [ "$tool" = node ] && at_least Node.js 20.19.0 "$(node --version | tr -d v)"
        ;;
    python3)
        command -v python3 >/dev/null || install python3 python3
        python3 -c 'import venv, ensurepip' 2>/dev/null || install python3-venv "Python's venv module"
        ;;
    chromium | ffmpeg | mpd) command -v "$tool" >/dev/null || install "$tool" "$tool" ;;
    *) fail "unknown tool $tool" "this is a mistake in the Makefile" ;;
    esac
done
exit 0
