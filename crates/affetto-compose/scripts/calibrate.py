#!/usr/bin/env python3
"""Sets the volumes in src/genre/tables so that the roles of a band balance.

Plays a typical phrase of each role on each instrument of the tables (one render), measures LUFS and
solves the volume (amplitude grows with the square of controller 7) for a level below the tune:
see TARGETS. Rewrites the tables in place.

usage: calibrate.py SOUNDFONT     (needs fluidsynth and `pip install mido numpy soundfile pyloudnorm`)
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import mido
import numpy as np
import pyloudnorm
import soundfile

TABLES = pathlib.Path(__file__).parent.parent / "src/genre/tables"
# Loudness against the tune in LU.
TARGETS = {"melody": 0, "counter": -5, "chords": -4, "pad": -8, "bass": -2, "drums": -1}
# Corrections by genre, so that stems of whole pieces (`levels.py`) come out at: chords -4.5, second
# line -5, pad -8, bass -2 (reggae and hip hop 0), drums 0 to +2 where they lead and -3 where they
# accompany.
GENRES = {
    "counter": {"ambient": -6, "blues": -7, "classical": -7, "country": -7, "metal": -7, "pop": -7, "reggae": -8, "rock": -6},
    "chords": {"ambient": -2, "blues": -1.5, "classical": -2, "country": -4, "disco": -5, "hip_hop": -2, "jazz": -2.5,
               "metal": -3, "pop": -1.5, "reggae": -1, "rock": -2.5},
    "bass": {"classical": -4, "hip_hop": 0.5, "pop": -3.5, "reggae": 1},
    "drums": {"ambient": -9, "blues": -3, "classical": -12, "country": -3, "disco": -1.5, "hip_hop": -0.5, "jazz": -7,
              "metal": -7, "reggae": -1, "rock": -3},
}
TUNE_LUFS = -31.0  # level of a tune at neutral loudness with fluidsynth's gain of 0.5
SECONDS = 6.0


def phrase(role, genre):
    """(time, pitch, velocity, length) of six seconds."""
    if role == "melody":
        line = [67, 69, 71, 72, 74, 72, 71, 69, 67, 72, 76, 74]
        return [(0.5 * i, p, 95, 0.42) for i, p in enumerate(line)]
    if role == "counter":
        return [(1.0 * i, p, 72, 0.95) for i, p in enumerate([64, 65, 67, 65, 64, 62])]
    if role == "chords":
        power = genre in ("metal", "rock")
        chord = [43, 50, 55] if power else [55, 60, 64, 67]
        step = 0.25 if power else 0.5
        return [(step * i, p, 80, step * 0.8) for i in range(int(SECONDS / step)) for p in chord]
    if role == "pad":
        return [(2.0 * i, p, 68, 1.95) for i in range(3) for p in (57, 60, 64)]
    if role == "bass":
        return [(0.5 * i, p, 82, 0.45) for i, p in enumerate([36, 43, 36, 41, 33, 40, 36, 43, 36, 41, 33, 40])]
    beat = []
    if genre == "classical":
        return [(1.0 * i, 41 + 5 * (i % 2), 82, 0.2) for i in range(6)]
    if genre == "ambient":
        return [(0.5 * i, 82, 50, 0.1) for i in range(12)] + [(2.0 * i, 36, 70, 0.1) for i in range(3)]
    for bar in range(3):
        for i in range(8):
            cymbal = 51 if genre == "jazz" else 42
            beat.append((2 * bar + 0.25 * i, cymbal, 90 if i % 2 == 0 else 65, 0.1))
        soft = genre == "jazz"
        for t, key, v in [(0, 36, 115), (0.5, 38, 108), (1.0, 36, 105), (1.5, 38, 108)]:
            beat.append((2 * bar + t, key, v // 2 if soft else v, 0.1))
    return beat


def instruments():
    """(file, role, program, volume, span of the volume in the text)."""
    for path in sorted(TABLES.glob("*.rs")):
        text = path.read_text()
        for match in re.finditer(r"Instrument::new\(\s*\"[^\"]+\",\s*\((\d+), (\d+), (\d+)\)", text):
            role = re.findall(r"\n\s+(melody|counter|chords|pad|bass|drums): &\[", text[: match.start()])[-1]
            yield path, role, int(match[1]), int(match[2]), match.span(2)


def main():
    rows = list(instruments())
    keys = sorted({(role, path.stem if role in ("drums", "chords") else "", program) for path, role, program, *_ in rows})
    events = []
    for index, (role, genre, program) in enumerate(keys):
        start, channel = index * (SECONDS + 2), 9 if role == "drums" else 0
        events.append((start - 0.1 if index else 0.0, 0, mido.Message("program_change", channel=channel, program=program)))
        events.append((start, 1, mido.Message("control_change", channel=channel, control=7, value=100)))
        for time, pitch, velocity, length in phrase(role, genre):
            events.append((start + time, 3, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
            events.append((start + time + length, 2, mido.Message("note_off", channel=channel, note=pitch)))
    events.sort(key=lambda event: event[:2])
    track, last = mido.MidiTrack(), 0
    for time, _, message in events:
        tick = round(time * 960)  # 480 ticks a beat at 120 bpm
        track.append(message.copy(time=tick - last))
        last = tick
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    with tempfile.TemporaryDirectory() as folder:
        wav, mid = f"{folder}/a.wav", f"{folder}/a.mid"
        midi.save(mid)
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "22050", "-R", "0", "-C", "0", "-F", wav,
                        sys.argv[1], mid], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        samples, rate = soundfile.read(wav)
    meter = pyloudnorm.Meter(rate)
    levels = {}
    for index, key in enumerate(keys):
        start = index * (SECONDS + 2)
        levels[key] = meter.integrated_loudness(samples[int(start * rate): int((start + SECONDS) * rate)])
    edits = {}
    for path, role, program, volume, span in rows:
        genre = path.stem
        level = levels[role, genre if role in ("drums", "chords") else "", program]
        target = TUNE_LUFS + GENRES.get(role, {}).get(genre, TARGETS[role])
        new = int(np.clip(round(100 * 10 ** ((target - level) / 40)), 20, 127))
        print(f"{genre:10} {role:8} {program:4} {level:6.1f} LUFS at 100, volume {volume} -> {new}")
        edits.setdefault(path, []).append((span, new))
    for path, changes in edits.items():
        text = path.read_text()
        for (start, end), new in sorted(changes, reverse=True):
            text = text[:start] + str(new) + text[end:]
        path.write_text(text)


main()
