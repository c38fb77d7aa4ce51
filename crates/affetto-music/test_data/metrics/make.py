"""Writes the small MIDI files of this folder and expected.json: MusPy's metrics on them.

    pip install mido==1.3.3 muspy==0.5.0
    python make.py

Notes end off the beat, since MusPy counts the beat at which a note ends as sounding, and every last
bar holds notes without being full, since MusPy counts one bar more where a piece ends at a bar line.
MusPy's polyphony rate is taken with threshold 1: two or more pitches.
"""

import json
import random
from pathlib import Path

import mido
import muspy

HERE = Path(__file__).parent
RESOLUTION = 24
BAR = 4 * RESOLUTION


def track(name, channel, program, notes):
    """A track of (onset, duration, pitch, velocity) in ticks."""
    events = []
    for onset, duration, pitch, velocity in notes:
        events.append((onset, 1, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((onset + duration, 0, mido.Message("note_off", channel=channel, note=pitch)))
    events.sort(key=lambda event: event[:2])
    result = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    result.append(mido.Message("program_change", channel=channel, program=program))
    now = 0
    for tick, _, message in events:
        result.append(message.copy(time=tick - now))
        now = tick
    return result


def scale_piece():
    """A C major scale up and down over an A minor triad."""
    pitches = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60]
    tune = [(index * 24, 20, pitch, 80) for index, pitch in enumerate(pitches)]
    chords = [(bar * BAR, 90, pitch, 60) for bar in range(4) for pitch in (45, 52, 60)]
    return [track("melody", 0, 0, tune), track("chords", 1, 4, chords)]


def band_piece():
    """Eight bars of bass, syncopated chords and drums, with an empty bar."""
    bass, chords, drums = [], [], []
    for bar in [0, 1, 2, 4, 5, 6, 7]:
        root = [36, 41, 43, 0, 38, 36, 41, 43][bar]
        start = bar * BAR
        bass += [(start + beat * 24, 17, root + 7 * (beat % 2), 90) for beat in range(4)]
        for offset in ([12, 36, 60] if bar % 2 else [6, 48]):
            chords += [(start + offset, 11, root + 24 + tone, 70) for tone in (0, 4, 7, 10)]
        drums += [(start + step * 12, 5, 42, 64) for step in range(8)]
        drums += [(start, 5, 36, 100), (start + 24, 5, 38, 100), (start + 72, 5, 38, 100)]
    return [track("bass", 1, 33, bass), track("chords", 2, 0, chords), track("drums", 9, 0, drums)]


def random_piece():
    """Chromatic notes at random sixteenths."""
    rng = random.Random(7)
    steps = sorted(rng.sample(range(16 * 10 - 2), 70)) + [16 * 9 + 13]
    notes = {(step, rng.randrange(40, 90)): rng.choice([5, 11, 17, 29]) for step in steps}
    ends, kept = {}, []
    for (step, pitch), duration in sorted(notes.items()):
        if ends.get(pitch, 0) <= step * 6:
            kept.append((step * 6, duration, pitch, 70))
            ends[pitch] = step * 6 + duration
    return [track("piano", 0, 0, kept)]


def drum_piece():
    """Drums alone: what needs pitch is not defined."""
    notes = [(bar * BAR + step * 24, 7, 36 + 2 * (step % 2), 90) for bar in range(3) for step in range(4)]
    return [track("drums", 9, 0, notes)]


def number(value):
    """NaN, which MusPy gives where a metric is not defined, as null."""
    value = float(value)
    return None if value != value else value


def main():
    expected = {}
    pieces = {"scale": scale_piece, "band": band_piece, "random": random_piece, "drums": drum_piece}
    for name, piece in pieces.items():
        file = mido.MidiFile(type=1, ticks_per_beat=RESOLUTION)
        file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)]))
        file.tracks.extend(piece())
        path = HERE / f"{name}.mid"
        file.save(path)
        music = muspy.read_midi(path)
        expected[name] = {
            "pitch_class_entropy": number(muspy.pitch_class_entropy(music)),
            "scale_consistency": number(muspy.scale_consistency(music)),
            "pitch_range": number(muspy.pitch_range(music)),
            "n_pitches_used": number(muspy.n_pitches_used(music)),
            "n_pitch_classes_used": number(muspy.n_pitch_classes_used(music)),
            "polyphony": number(muspy.polyphony(music)),
            "polyphony_rate": number(muspy.polyphony_rate(music, threshold=1)),
            "empty_beat_rate": number(muspy.empty_beat_rate(music)),
            "groove_consistency": number(muspy.groove_consistency(music, BAR)),
        }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
