#!/usr/bin/env python3
"""Lets other programs read the music files of a folder.

Every .mid is parsed by mido and symusic, which must count the same notes; every .musicxml by
music21, whose measures must be full in every voice and as long as their time signature says, except
measures that the file itself marks as irregular. Prints counts; exits 1 if any file fails or there
is nothing to read.

    python check_music_files.py FOLDER [--jobs N]
"""

import argparse
import os
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path


def check_midi(path):
    """Counts notes with mido and symusic."""
    import mido
    import symusic

    file = mido.MidiFile(path)
    messages = [message for track in file.tracks for message in track]
    n_notes = sum(message.type == "note_on" and message.velocity > 0 for message in messages)
    n_symusic = symusic.Score(str(path)).note_num()
    if n_notes != n_symusic:
        raise ValueError(f"mido counts {n_notes} notes, symusic {n_symusic}")
    if n_notes == 0:
        raise ValueError("no notes")
    return Counter(midi_files=1, midi_notes=n_notes)


def check_musicxml(path):
    """Parses with music21 and adds the measures up."""
    from music21 import converter, stream

    score = converter.parse(path, format="musicxml", forceSource=True)
    counts = Counter(musicxml_files=1, musicxml_parts=len(score.parts))
    lengths = set()
    for part in score.parts:
        measures = list(part.getElementsByClass(stream.Measure))
        lengths.add(len(measures))
        for measure in measures:
            check_measure(part, measure)
        counts["musicxml_measures"] += len(measures)
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"parts have {sorted(lengths)} measures")
    counts["musicxml_notes"] = len(score.recurse().notes)
    return counts


def check_measure(part, measure):
    """Every voice of a measure lasts as long as the measure."""
    from music21 import harmony
    from music21.stream.enums import ShowNumber

    # The file marks a measure as shorter than its time signature by implicit="yes".
    is_irregular = measure.showNumber == ShowNumber.NEVER
    signature = Fraction(measure.barDuration.quarterLength).limit_denominator(96)
    sums = []
    for voice in list(measure.voices) or [measure]:
        sounds = [item for item in voice.notesAndRests if not isinstance(item, harmony.Harmony)]
        sums.append(sum(Fraction(item.quarterLength).limit_denominator(96) for item in sounds))
    wanted = sums[0] if is_irregular else signature
    if any(total != wanted for total in sums):
        found = ", ".join(str(total) for total in sums)
        raise ValueError(
            f"measure {measure.number} of {part.partName} lasts {wanted} quarters, its voices {found}"
        )


def check(path):
    """Checks one file; gives counts and an error or None."""
    warnings.simplefilter("ignore")
    try:
        function = check_midi if path.suffix == ".mid" else check_musicxml
        return function(path), None
    except Exception as error:  # any refusal by another program is a failed file
        return Counter(), f"{path}: {type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes, one a core")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix in (".mid", ".musicxml"))
    if not paths:
        print(f"error: no .mid or .musicxml file under {options.folder}", file=sys.stderr)
        return 1
    totals, errors = Counter(), []
    with ProcessPoolExecutor(max(1, options.jobs)) as pool:
        for counts, error in pool.map(check, paths):
            totals += counts
            if error:
                errors.append(error)
                print(f"error: {error}", file=sys.stderr)
    for name, count in sorted(totals.items()):
        print(f"{name}: {count}")
    print(f"{len(paths) - len(errors)} of {len(paths)} files read")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
