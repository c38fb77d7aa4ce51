#!/usr/bin/env bash
# Composes pieces over all genres and textures and lets other programs read them: mido and symusic
# the MIDI, music21 the MusicXML. AFFETTO_BIN names the program, PIECES how many (40 by default).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${AFFETTO_BIN:?set AFFETTO_BIN to the affetto program}
pieces=${PIECES:-40}
venv=${AFFETTO_VENV:-$root/target/venv}

if [ ! -x "$venv/bin/python" ] || ! cmp -s "$root/scripts/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$root/scripts/requirements.txt"
    cp "$root/scripts/requirements.txt" "$venv/requirements.txt"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
genres=(blues classical country disco hip-hop jazz metal pop reggae rock ambient)
textures=(mono poly band)
corners=("0.7 0.6" "-0.6 0.7" "-0.7 -0.6" "0.6 -0.6")
for ((i = 0; i < pieces; i++)); do
    read -r valence arousal <<<"${corners[i % 4]}"
    "$bin" compose --valence="$valence" --arousal="$arousal" \
        --genre "${genres[i % 11]}" --texture "${textures[i % 3]}" --bars 8 --seed "$i" \
        -o "$folder/piece_$i.mid" -o "$folder/piece_$i.musicxml" --quiet
done
"$venv/bin/python" "$root/scripts/check_music_files.py" "$folder"
