"""The folders that tuned.safetensors was trained on: the rated texts alone, which a busy processor
can be given. EmoBank, SemEval's valence, Glasgow Norms and VADER words; of GoEmotions only 400
rows of the tenth that tunes. Labels then stay with the n-gram model. With the word "half", of
EmoBank's training rows only a half, and VADER's emoji: the folder of the second pass.

    python3 rated_only.py DATA REDUCED [half]
    affetto train text-encoder --data REDUCED --out OUT --config CONFIG
"""

import hashlib
import shutil
import sys
from pathlib import Path

source, target = Path(sys.argv[1]), Path(sys.argv[2])
(target / "text").mkdir(parents=True)
(target / "lexicon").mkdir()
for name in ["goemotions_dev.tsv", "dair_emotion_val.tsv"]:
    shutil.copy(source / "text" / name, target / "text" / name)
for name in ["glasgow_norms_vad.tsv", "vader_lexicon.txt"]:
    shutil.copy(source / "lexicon" / name, target / "lexicon" / name)


def write(name, keep, most=None):
    header, *rows = (source / "text" / name).read_text().rstrip("\n").split("\n")
    kept = [row for row in rows if keep(dict(zip(header.split("\t"), row.split("\t"))))]
    (target / "text" / name).write_text("\n".join([header] + kept[:most]) + "\n")


def number(row):
    """SHA-256 of the id, as one number."""
    return int.from_bytes(hashlib.sha256(row["id"].encode()).digest(), "big")


def tunes(row):
    return number(row) % 10 == 0


def in_half(row):
    return row["split"] != "train" or tunes(row) or number(row) % 2 == 1


half = sys.argv[3:] == ["half"]
if half:
    name = "vader_emoji_utf8_lexicon.txt"
    shutil.copy(source / "lexicon" / name, target / "lexicon" / name)
write("emobank.tsv", in_half if half else lambda row: True)
write("goemotions_train.tsv", tunes, 400)
write("semeval2018_reg.tsv", lambda row: row["dimension"] == "valence")
