#!/usr/bin/env python3
"""Loudness of each role in rendered stems, against the tune of the same piece.

usage: levels.py FOLDER SOUNDFONT [NAME…]   (FOLDER as examples/stems.rs wrote it; NAMEs such as
       `pop_joy_0` choose pieces; needs fluidsynth and
       `pip install mido numpy soundfile pyloudnorm`)
Prints LUFS of the mix and of the tune, and the difference of each other role to the tune in LU.
"""
import collections
import pathlib
import subprocess
import sys
import tempfile

import mido
import pyloudnorm
import soundfile

GAP = 2.0


def main():
    folder, font, wanted = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    stems = [m for m in sorted(folder.glob("*.mid")) if not wanted or any(w in m.name for w in wanted)]
    track, spans, now, last = mido.MidiTrack(), {}, 0.0, 0
    for stem in stems:  # one render of all, one after the other
        time = now
        for message in mido.MidiFile(stem):
            time += message.time
            if not message.is_meta:
                tick = round(time * 960)  # 480 ticks a beat at 120 bpm
                track.append(message.copy(time=tick - last))
                last = tick
        spans[stem] = (now, time)
        now = time + GAP
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    with tempfile.TemporaryDirectory() as temporary:
        wav, mid = f"{temporary}/a.wav", f"{temporary}/a.mid"
        midi.save(mid)
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "22050", "-R", "0", "-C", "0", "-F", wav, font, mid],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        samples, rate = soundfile.read(wav)
    meter = pyloudnorm.Meter(rate)
    levels = {stem: meter.integrated_loudness(samples[int(a * rate): int(b * rate)]) for stem, (a, b) in spans.items()}
    rows = collections.defaultdict(list)
    for stem, level in levels.items():
        piece, role, _ = stem.name.split(".")
        genre, mood = piece.split("_", 1)
        tune = levels.get(folder / f"{piece}.melody.mid")
        if role not in ("all", "melody") and tune is not None:
            level -= tune
        rows[genre, role].append((level, mood))
    for (genre, role), values in sorted(rows.items()):
        mean = sum(v for v, _ in values) / len(values)
        print(f"{genre:10} {role:8} {mean:+6.1f}   " + " ".join(f"{mood}:{v:+.1f}" for v, mood in values))


main()
