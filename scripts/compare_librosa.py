"""Compares the 57 features of `examples/describe.rs` with librosa's on the same files.

    cargo build --release -p affetto-analysis --example describe
    python scripts/compare_librosa.py --emotify DATA/music_audio/emotify \
        --gtzan DATA/music_audio/features/gtzan_features_30_sec.csv.zst \
        --describe target/release/examples/describe --work DIRECTORY

Prints, for each feature, Pearson's correlation over the clips; then, for models trained on the GTZAN
table, on how many clips features of both sorts get the same class. librosa's values are kept in
`DIRECTORY/librosa.csv` and computed once; so are ours in `DIRECTORY/ours.csv` with `--keep`.
Needs librosa 0.11, scikit-learn and the program `zstd`.
"""

import argparse
import csv
import io
import pathlib
import subprocess
import sys

import numpy as np

RATE = 22_050
MEANS = ["chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff",
         "zero_crossing_rate", "harmony", "perceptr"]
NAMES = [f"{name}_{kind}" for name in MEANS for kind in ("mean", "var")] + ["tempo"]
NAMES += [f"mfcc{i}_{kind}" for i in range(1, 21) for kind in ("mean", "var")]


def librosa_features(samples):
    """The 57 numbers of one clip by librosa's functions with their defaults."""
    import librosa

    feature = librosa.feature
    harmonic, percussive = librosa.effects.hpss(samples)
    rows = [
        feature.chroma_stft(y=samples, sr=RATE),
        feature.rms(y=samples),
        feature.spectral_centroid(y=samples, sr=RATE),
        feature.spectral_bandwidth(y=samples, sr=RATE),
        feature.spectral_rolloff(y=samples, sr=RATE),
        feature.zero_crossing_rate(samples),
        harmonic,
        percussive,
    ]
    values = [value for row in rows for value in (np.mean(row), np.var(row))]
    tempo, _ = librosa.beat.beat_track(y=samples, sr=RATE)
    values.append(float(np.atleast_1d(tempo)[0]))
    for row in feature.mfcc(y=samples, sr=RATE, n_mfcc=20):
        values += [np.mean(row), np.var(row)]
    return [float(value) for value in values]


def write_librosa(files, path):
    """Appends a row for each file that has none yet."""
    import librosa

    done = set(read_table(path)) if path.exists() else set()
    with open(path, "a", newline="") as out:
        table = csv.writer(out)
        if not done:
            table.writerow(["file", *NAMES])
        for file in files:
            if str(file) not in done:
                samples, _ = librosa.load(file, sr=RATE, mono=True)
                table.writerow([file, *librosa_features(samples)])
                out.flush()


def read_table(path):
    """File name → the 57 numbers, in the order of NAMES."""
    with open(path, newline="") as rows:
        return {row["file"]: np.array([float(row[name]) for name in NAMES])
                for row in csv.DictReader(rows)}


def gtzan(path):
    """Features and labels of the table, by the names of its header."""
    text = subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    features = np.array([[float(row[name]) for name in NAMES] for row in rows])
    return features, np.array([row["label"] for row in rows])


def agreement(table, ours, theirs):
    """Share of clips with the same class, for three sorts of model."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    features, labels = gtzan(table)
    models = {
        "logistic regression": LogisticRegression(max_iter=3000),
        "support vectors (rbf)": SVC(C=10.0),
        "random forest of 500": RandomForestClassifier(500, random_state=0, n_jobs=1),
    }
    for name, model in models.items():
        fitted = make_pipeline(StandardScaler(), model).fit(features, labels)
        same = fitted.predict(ours) == fitted.predict(theirs)
        print(f"same class, {name}: {same.mean():.3f} ({same.sum()} of {len(same)})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--emotify", type=pathlib.Path, required=True)
    parser.add_argument("--gtzan", required=True)
    parser.add_argument("--describe", default="target/release/examples/describe")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--keep", action="store_true", help="use ours.csv as it is")
    options = parser.parse_args()
    files = sorted(options.emotify.rglob("*.opus"))
    if not files:
        sys.exit(f"no .opus files below {options.emotify}")
    options.work.mkdir(parents=True, exist_ok=True)
    write_librosa(files, options.work / "librosa.csv")
    own = options.work / "ours.csv"
    if not options.keep:
        with open(own, "wb") as out:
            subprocess.run([options.describe, *files], check=True, stdout=out)
    theirs, ours = read_table(options.work / "librosa.csv"), read_table(own)
    both = [str(file) for file in files if str(file) in ours and str(file) in theirs]
    a, b = (np.array([table[file] for file in both]) for table in (ours, theirs))
    print(f"{len(both)} of {len(files)} clips")
    worst = 1.0
    for i, name in enumerate(NAMES):
        r = np.corrcoef(a[:, i], b[:, i])[0, 1]
        off = np.max(np.abs(a[:, i] - b[:, i])) / (np.std(b[:, i]) or 1.0)
        worst = min(worst, r)
        print(f"{name:24} r {r:.5f}  largest difference {off:.4f} standard deviations")
    print(f"lowest correlation {worst:.5f}")
    agreement(options.gtzan, a, b)


if __name__ == "__main__":
    main()
