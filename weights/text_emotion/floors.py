"""TF-IDF floors of the text model on the rows that its model card reports.

Usage: python floors.py DATA/text   (needs scikit-learn)

EmoBank: TF-IDF of word 1-2-grams, ridge regression with its default strength, fitted on the train
split without the frozen tenth, scored on the frozen tenth and on dev. GoEmotions: the same features, one
logistic regression a label with its default strength, threshold tuned once for all labels on the
tenth of train that tunes ours, scored on dev. dair-ai: the same, multinomial, scored on val.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score
from sklearn.multiclass import OneVsRestClassifier

folder = Path(sys.argv[1])


def rows(name):
    lines = (folder / name).read_text(encoding="utf-8").split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:] if line]


def in_tenth(identifier):
    return int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 10 == 0


def tfidf():
    return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)


def emobank():
    train = [r for r in rows("emobank.tsv") if r["split"] == "train"]
    frozen = [r for r in train if in_tenth(r["id"])]
    dev = [r for r in rows("emobank.tsv") if r["split"] == "dev"]
    train = [r for r in train if not in_tenth(r["id"])]
    features = tfidf()
    x = features.fit_transform(r["text"] for r in train)
    for axis in "VA":
        model = Ridge().fit(x, [float(r[axis]) for r in train])
        for name, test in [("frozen tenth", frozen), ("dev", dev)]:
            said = model.predict(features.transform(r["text"] for r in test))
            r = np.corrcoef(said, [float(r[axis]) for r in test])[0, 1]
            print(f"EmoBank {axis}: train {len(train)}, {name} {len(test)}, r {r:.3f}")


def matrix(items):
    truth = np.zeros((len(items), 28), dtype=int)
    for i, item in enumerate(items):
        truth[i, [int(label) for label in item["label_ids"].split(",")]] = 1
    return truth


def goemotions():
    dev = rows("goemotions_dev.tsv")
    known = {r["text"].strip() for r in dev}
    train = [r for r in rows("goemotions_train.tsv") if r["text"].strip() not in known]
    tuning = [r for r in train if in_tenth(r["id"])]
    train = [r for r in train if not in_tenth(r["id"])]
    features = tfidf()
    x = features.fit_transform(r["text"] for r in train)
    model = OneVsRestClassifier(LogisticRegression(max_iter=300)).fit(x, matrix(train))
    tune = model.predict_proba(features.transform(r["text"] for r in tuning))
    said = model.predict_proba(features.transform(r["text"] for r in dev))
    score = lambda p, t, items: f1_score(matrix(items), p >= t, average="macro", zero_division=0)
    best = max(np.arange(0.02, 0.8, 0.02), key=lambda t: score(tune, t, tuning))
    each = np.array([
        max(np.arange(0.02, 0.8, 0.02), key=lambda t: f1_score(matrix(tuning)[:, k], tune[:, k] >= t, zero_division=0))
        for k in range(28)
    ])
    print(f"GoEmotions: train {len(train)}, tuning {len(tuning)}, dev {len(dev)}")
    print(f"  threshold .5: macro-F1 {score(said, 0.5, dev):.3f}")
    print(f"  threshold {best:.2f} for all: macro-F1 {score(said, best, dev):.3f}")
    print(f"  a threshold each: macro-F1 {score(said, each, dev):.3f}")


def dair():
    train, val = rows("dair_emotion_train.tsv"), rows("dair_emotion_val.tsv")
    features = tfidf()
    x = features.fit_transform(r["text"] for r in train)
    model = LogisticRegression(max_iter=300).fit(x, [r["label"] for r in train])
    said = model.predict(features.transform(r["text"] for r in val))
    print(f"dair-ai: train {len(train)}, val {len(val)}, accuracy {accuracy_score([r['label'] for r in val], said):.3f}")


emobank()
goemotions()
dair()
