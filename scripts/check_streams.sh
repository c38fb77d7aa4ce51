#!/usr/bin/env bash
# Starts the server on loopback and lets other programs play its streams: ffmpeg decodes
# /stream.ogg and /stream.mp3, mpd plays one of them. Everything ends by itself within a minute.
set -euo pipefail
bin=${AFFETTO_BIN:?set AFFETTO_BIN to the affetto program}
folder=$(mktemp -d)
server='' player=''
cleanup() {
    [ -n "$player" ] && kill "$player" 2>/dev/null || true
    [ -n "$server" ] && kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT

"$bin" serve --listen 127.0.0.1:0 --json >"$folder/address" 2>"$folder/server.log" &
server=$!
for _ in $(seq 100); do
    [ -s "$folder/address" ] && break
    sleep 0.1
done
url=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["url"].rstrip("/"))' <"$folder/address")

for name in stream.ogg stream.mp3; do
    timeout 30 ffmpeg -nostdin -v error -t 3 -i "$url/$name" -f s16le -ac 1 -ar 16000 "$folder/$name.raw"
    python3 - "$folder/$name.raw" "$name" <<'PY'
import array, sys
samples = array.array("h", open(sys.argv[1], "rb").read())
loudest = max(map(abs, samples), default=0)
assert len(samples) >= 2.5 * 16000, f"{sys.argv[2]}: only {len(samples)} samples in 3 s"
assert loudest > 300, f"{sys.argv[2]}: nearly silent, loudest sample {loudest}"
print(f"{sys.argv[2]}: ffmpeg read {len(samples) / 16000:.1f} s, loudest sample {loudest}")
PY
done

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$folder/mpd.conf" <<CONF
bind_to_address "127.0.0.1"
port "$port"
pid_file "$folder/mpd.pid"
state_file "$folder/state"
audio_output {
    type "null"
    name "null"
}
CONF
mpd --no-daemon "$folder/mpd.conf" >"$folder/mpd.log" 2>&1 &
player=$!
python3 - "$port" "$url/stream.ogg" <<'PY'
"""Tells mpd to play the stream and waits until its clock runs."""
import socket, sys, time

def connect():
    for _ in range(50):
        try:
            return socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("mpd did not start")

lines = connect().makefile("rw", encoding="utf-8", newline="\n")
lines.readline()

def ask(command):
    lines.write(command + "\n")
    lines.flush()
    answer = {}
    while (line := lines.readline().strip()) != "OK":
        if line.startswith("ACK") or not line:
            raise SystemExit(f"mpd refused {command!r}: {line}")
        key, _, value = line.partition(": ")
        answer[key] = value
    return answer

ask(f'add "{sys.argv[2]}"')
ask("play")
for _ in range(100):
    status = ask("status")
    if float(status.get("elapsed", 0)) >= 2.0:
        print(f"mpd: plays, {status['elapsed']} s elapsed, {status.get('audio')}")
        break
    if "error" in status:
        raise SystemExit(f"mpd: {status['error']}")
    time.sleep(0.1)
else:
    raise SystemExit(f"mpd did not play: {status}")
PY
