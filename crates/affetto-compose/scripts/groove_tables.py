#!/usr/bin/env python3
"""Average drum bars by style from the Groove MIDI Dataset (Gillick et al. 2019, CC BY 4.0).

Prints, for each of our genres that the set covers and each voice of the kit, sixteen digits each
for: share of bars with a hit (0-9), mean velocity of the hits (0-9 for 0-127) and the mean
offset of the hits from the straight grid in hundredths of a sixteenth. The numbers in
src/genre/groove.rs and the grids in src/genre/tables were written after this output.

usage: groove_tables.py FOLDER     (FOLDER holds info.csv; needs `pip install mido numpy`)
"""
import csv
import pathlib
import sys

import mido
import numpy as np

STYLES = {
    "blues": ["blues/shuffle", "rock/shuffle"],
    "country": ["country", "rock/rockabilly"],
    "disco": ["dance/disco"],
    "hip-hop": ["hiphop", "hiphop/groove6"],
    "jazz": ["jazz", "jazz/swing", "jazz/fast", "jazz/mediumfast"],
    "pop": ["pop", "pop/groove7", "pop/soft"],
    "reggae": ["reggae", "reggae/slow"],
    "rock": ["rock", "rock/groove8", "rock/indie", "rock/folk"],
    "punk": ["punk"],
}
VOICES = {
    "kick": {36},
    "snare": {38, 40},
    "rim": {37},
    "hat": {42, 22, 44},
    "open": {46, 26},
    "ride": {51, 59, 53},
    "toms": {43, 58, 45, 47, 48, 50},
    "crash": {49, 55, 57, 52},
}


def bars_of(path):
    """Bars of (voice -> [(step, velocity, offset in steps)])."""
    midi = mido.MidiFile(path)
    step = midi.ticks_per_beat / 4
    bars = {}
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type != "note_on" or message.velocity == 0:
                continue
            position = round(tick / step)
            for voice, keys in VOICES.items():
                if message.note in keys:
                    bar, place = divmod(position, 16)
                    bars.setdefault(bar, {}).setdefault(voice, []).append(
                        (place, message.velocity, tick / step - position)
                    )
    return bars


def main():
    root = pathlib.Path(sys.argv[1])
    rows = list(csv.DictReader((root / "info.csv").open()))
    for genre, styles in STYLES.items():
        bars, files = [], 0
        for row in rows:
            if row["style"] in styles and row["time_signature"] == "4-4" and row["beat_type"] == "beat":
                files += 1
                found = bars_of(root / row["midi_filename"])
                bars += [found.get(index, {}) for index in range(1, max(found, default=0))]
        print(f"{genre}: {files} files, {len(bars)} bars")
        for voice in VOICES:
            hits = [[] for _ in range(16)]
            for bar in bars:
                seen = {}
                for place, velocity, offset in bar.get(voice, []):
                    if velocity > seen.get(place, (0, 0))[0]:
                        seen[place] = (velocity, offset)
                for place, value in seen.items():
                    hits[place].append(value)
            share = "".join(str(min(9, int(10 * len(h) / max(1, len(bars))))) for h in hits)
            loud = "".join(str(min(9, int(np.mean([v for v, _ in h]) / 12.8))) if h else "." for h in hits)
            late = " ".join(f"{100 * np.mean([o for _, o in h]):+.0f}" if len(h) > 9 else "." for h in hits)
            spread = [o for h in hits for _, o in h if len(h) > 9]
            print(f"  {voice:6} {share} {loud}  {late}  sd {100 * np.std(spread) if spread else 0:.0f}")


main()
