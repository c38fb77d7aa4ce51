"""Floors for the face model: ridge regression on pixels and on histograms of oriented gradients.

    python floors.py DATA/face

Trains on FER-2013 Training without the tenth that tunes the network (SHA-256 of the pixels),
chooses the penalty on that tenth, and reports PublicTest, with and without duplicates.
Needs numpy and Pillow.
"""

import csv
import hashlib
import sys
from pathlib import Path

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
SIDE = 48


def pixels(images):
    """Half-size pixels, standardized face by face."""
    small = images.reshape(-1, 24, 2, 24, 2).mean((2, 4)).reshape(-1, 576)
    return (small - small.mean(1, keepdims=True)) / np.maximum(small.std(1, keepdims=True), 8)


def gradients(images):
    """Histograms of oriented gradients (Dalal & Triggs 2005): 9 directions, 6 x 6 cells."""
    dx = np.zeros_like(images)
    dy = np.zeros_like(images)
    dx[:, :, 1:-1] = images[:, :, 2:] - images[:, :, :-2]
    dy[:, 1:-1] = images[:, 2:] - images[:, :-2]
    length = np.hypot(dx, dy)
    bins = np.minimum((np.arctan2(dy, dx) % np.pi / np.pi * 9).astype(int), 8)
    cells = [
        np.where(bins == b, length, 0).reshape(-1, 6, 8, 6, 8).sum((2, 4)).reshape(-1, 36)
        for b in range(9)
    ]
    features = np.sqrt(np.concatenate(cells, 1))
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6) * 10


def main():
    folder = Path(sys.argv[1])
    rows = list(csv.DictReader((folder / "fer2013_labels.csv").open()))
    sheet = np.asarray(Image.open(folder / "fer2013_images.png")).reshape(-1, SIDE, SIDE)
    images = sheet[[int(r["row"]) for r in rows]]
    labels = np.array([int(r["label"]) for r in rows])
    is_train = np.array([r["usage"] == "Training" for r in rows])
    is_unique = np.array([r["dup_of_train"] == "0" for r in rows])
    whole = [int.from_bytes(hashlib.sha256(i.tobytes()).digest()[-8:], "big") for i in images]
    tunes = np.array([w % 10 == 0 for w in whole])
    for name, features in [("pixels", pixels), ("gradients", gradients)]:
        x = np.concatenate(
            [features(images[i : i + 4096].astype(np.float32)) for i in range(0, len(images), 4096)]
        )
        x = np.concatenate([x, np.ones((len(x), 1), np.float32)], 1).astype(np.float64)
        fit, tune, test = is_train & ~tunes, is_train & tunes, ~is_train
        target = np.eye(7)[labels[fit]]
        product, right = x[fit].T @ x[fit], x[fit].T @ target
        scores = []
        for penalty in (1.0, 10.0, 100.0, 1000.0):
            weights = np.linalg.solve(product + penalty * np.eye(len(product)), right)
            scores.append((np.mean((x[tune] @ weights).argmax(1) == labels[tune]), penalty))
        penalty = max(scores)[1]
        weights = np.linalg.solve(product + penalty * np.eye(len(product)), right)
        hit = (x[test] @ weights).argmax(1) == labels[test]
        print(f"{name}: {hit.mean():.3f}, no duplicates {hit[is_unique[test]].mean():.3f}")


main()
