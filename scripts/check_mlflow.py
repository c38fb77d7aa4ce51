"""Trains a tiny text model with a tracking server and checks what the server knows afterwards.

Usage: check_mlflow.py AFFETTO URL FOLDER. Needs the standard library alone.
"""

import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 240


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_for(url):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url + "/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                sys.exit(f"error: no MLflow server at {url} after {PATIENCE_S} s")
            time.sleep(0.5)


def write_data(folder):
    words = ["good", "nice", "bad", "awful"]
    emobank = ["id\tsplit\tV\tA\tD\ttext"]
    goemotions = ["id\tlabel_ids\ttext"]
    for i in range(80):
        word = words[i % 4]
        split = "dev" if i % 5 == 0 else "train"
        valence = 4.0 if i % 4 < 2 else 2.0
        emobank.append(f"e{i}\t{split}\t{valence}\t3.{i % 7}\t3\ta {word} day {i}")
        goemotions.append(f"g{i}\t{17 if i % 4 < 2 else 25}\tthat is {word} {i}")
    (folder / "emobank.tsv").write_text("\n".join(emobank) + "\n")
    (folder / "goemotions_train.tsv").write_text("\n".join(goemotions) + "\n")
    config = """n_embedding = 4
n_hidden = 8
rows_by_kind = [50, 50, 10, 10, 50]
[training]
n_epochs = 3
batch_size = 16
"""
    (folder / "tiny.toml").write_text(config)


def main():
    affetto, url, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    write_data(folder)
    wait_for(url)
    train = [affetto, "train", "text-emotion", "--data", folder, "--out", folder / "tiny"]
    train += ["--config", folder / "tiny.toml", "--mlflow", url, "--json", "--quiet"]
    result = json.loads(subprocess.run(train, check=True, stdout=subprocess.PIPE).stdout)
    assert result["warnings"] == [], result["warnings"]
    api = url + "/api/2.0/mlflow"
    name = "experiments/get-by-name?experiment_name=affetto%20text-emotion"
    experiment = ask(f"{api}/{name}")["experiment"]["experiment_id"]
    runs = ask(f"{api}/runs/search", {"experiment_ids": [experiment]})["runs"]
    assert len(runs) == 1, runs
    run, info = runs[0]["data"], runs[0]["info"]
    assert info["status"] == "FINISHED", info
    parameters = {item["key"]: item["value"] for item in run["params"]}
    assert parameters["training.n_epochs"] == "3" and parameters["device"] == "cpu", parameters
    metrics = {item["key"] for item in run["metrics"]}
    assert {"loss", "validation_loss", "emobank_dev_r_valence"} <= metrics, metrics
    query = f"run_id={info['run_id']}&metric_key=validation_loss"
    history = ask(f"{api}/metrics/get-history?{query}")["metrics"]
    steps = [int(item["step"]) for item in history]
    assert len(steps) == 3 and steps == sorted(set(steps)), history
    files = set()
    for place in ["", "&path=plots", "&path=model"]:
        listed = ask(f"{api}/artifacts/list?run_id={info['run_id']}{place}")
        files |= {item["path"] for item in listed.get("files", [])}
    for wanted in ["plots/learning_train.svg", "model/model.safetensors", "model/config.toml"]:
        assert wanted in files, files
    print(f"mlflow: {len(metrics)} metrics, {len(parameters)} parameters, {len(files)} artifacts")


main()
