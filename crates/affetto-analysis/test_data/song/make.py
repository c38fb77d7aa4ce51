"""Makes the golden numbers of songs: python make.py (needs librosa 0.11 and numpy from PyPI).

The sounds are computed here and, by the same formulas, in `src/song/tests/golden.rs`, so that no
sound is stored. expected.csv has a row a number and a column a sound; `beats` are frames.
"""

import csv
import pathlib
import sys

import librosa
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "scripts"))
from compare_librosa import NAMES, RATE, librosa_features

TAU = 2 * np.pi


def noise(n):
    """Uniform in -1..1 by a linear congruential generator (Numerical Recipes)."""
    state, values = 1, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        values[i] = (state >> 8) / 2**23 - 1
    return values


def band(seconds=8.0):
    """Four chords, tuned 23 cents too high, with a stroke of noise every half second."""
    t = np.arange(int(seconds * RATE)) / RATE
    beat = np.floor(t * 2)
    since = t - beat / 2
    y = 0.3 * np.exp(-40 * since) * noise(len(t))
    for chord, pitches in enumerate([(57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62)]):
        on = (np.floor(beat / 4) % 4 == chord) * np.exp(-3 * since)
        for pitch in pitches:
            hz = 440 * 2 ** ((pitch + 0.23 - 69) / 12)
            for k in range(1, 6):
                y += on * 0.15 / k**1.5 * np.sin(TAU * hz * k * t)
    return y.astype(np.float32)


def hum(seconds=5.0):
    """A gliding tone that grows over soft noise, with uneven strokes."""
    t = np.arange(int(seconds * RATE)) / RATE
    phase = TAU * (180 * t + 40 * t**2)
    y = (0.05 + 0.08 * t) * (np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.2 * np.sin(5 * phase))
    y += 0.01 * noise(len(t))
    for at in (0.7, 1.1, 1.9, 2.3, 3.5, 3.9, 4.4):
        y += 0.4 * (t >= at) * np.exp(-60 * np.maximum(t - at, 0)) * np.sin(TAU * 3000 * t)
    return y.astype(np.float32)


def short():
    """Three frames."""
    t = np.arange(1102) / RATE
    return (0.4 * np.sin(TAU * 523 * t)).astype(np.float32)


def main():
    sounds = {"band": band(), "hum": hum(), "short": short(),
              "silence": np.zeros(RATE, np.float32)}
    columns = {}
    for name, y in sounds.items():
        values = [repr(value) for value in librosa_features(y)]
        _, beats = librosa.beat.beat_track(y=y, sr=RATE)
        onsets = librosa.onset.onset_detect(y=y, sr=RATE)
        S = np.abs(librosa.stft(y)) ** 2
        contrast = librosa.feature.spectral_contrast(y=y, sr=RATE).mean(axis=1)
        flatness = librosa.feature.spectral_flatness(y=y).mean()
        columns[name] = values + [
            " ".join(str(frame) for frame in beats),
            " ".join(str(frame) for frame in onsets),
            repr(float(librosa.estimate_tuning(S=S, sr=RATE, bins_per_octave=12))),
            repr(float(flatness)),
            *(repr(float(value)) for value in contrast),
            f"{float(y.astype(float).sum())!r}",
        ]
    rows = [*NAMES, "beats", "onsets", "tuning", "flatness",
            *(f"contrast{i}" for i in range(1, 8)), "sum_of_samples"]
    with open(pathlib.Path(__file__).with_name("expected.csv"), "w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["name", *columns])
        for i, row in enumerate(rows):
            table.writerow([row, *(column[i] for column in columns.values())])


if __name__ == "__main__":
    main()
