#!/usr/bin/env python3
"""Tokens a second of the note network in PyTorch, f32, one thread, with a cache of keys and values,
beside our own decoder on the same weights and the same machine in one run.

usage: decode_beside_pytorch.py EXAMPLE
EXAMPLE is the program that `cargo build --release -p affetto-models --example note_decode` makes.
Needs torch and numpy.
"""

import json
import math
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

CONTEXT, N_STEPS, N_ROUNDS = 400, 4, 60


def read_weights(path):
    """Arrays and shape of a safetensors file."""
    data = path.read_bytes()
    (n,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + n]), data[8 + n :]
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        kind = {"F16": np.float16, "F32": np.float32}.get(entry["dtype"])
        if kind is not None:
            start, end = entry["data_offsets"]
            values = np.frombuffer(body[start:end], kind).astype(np.float32)
            arrays[name] = torch.from_numpy(values.reshape(entry["shape"]))
    text = next(v for v in metadata.values() if '"network"' in v)
    config = json.loads(text)
    return arrays, (config.get("config") or config)["network"]


class Decoder:
    """The note network: pre-norm decoder, rotary positions, tied embedding."""

    def __init__(self, arrays, shape, n_rows):
        self.w, self.shape = arrays, shape
        self.n_heads = shape["n_heads"]
        self.head = shape["width"] // self.n_heads
        # `[in, out]` in the file; PyTorch multiplies fastest by `[out, in]`.
        self.w = {k: v.t().contiguous() if v.dim() == 2 and k != "embedding" else v for k, v in arrays.items()}
        half = self.head // 2
        angles = torch.arange(shape["context"])[:, None] / 10000 ** (torch.arange(half) / half)
        self.cos, self.sin = angles.cos(), angles.sin()
        size = (shape["n_layers"], 2, n_rows, self.n_heads, shape["context"], self.head)
        self.cache, self.n = torch.zeros(size), 0

    def norm(self, x, gain):
        return F.rms_norm(x, (x.shape[-1],), gain, 1e-5)

    def rotate(self, x, at):
        a, b = x.chunk(2, -1)
        cos, sin = self.cos[at], self.sin[at]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def step(self, tokens, condition):
        """Logits `[n_rows, n_vocabulary]` after one more token of each row."""
        w, at, n_rows = self.w, self.n, len(tokens)
        x = w["embedding"][tokens] + condition
        for i in range(self.shape["n_layers"]):
            qkv = F.linear(self.norm(x, w[f"layers.{i}.norm_attention"]), w[f"layers.{i}.qkv"])
            q, k, v = (part.view(n_rows, self.n_heads, self.head) for part in qkv.chunk(3, -1))
            cache = self.cache[i]
            cache[0, :, :, at], cache[1, :, :, at] = self.rotate(k, at), v
            mixed = F.scaled_dot_product_attention(
                self.rotate(q, at)[:, :, None], cache[0, :, :, : at + 1], cache[1, :, :, : at + 1]
            )
            x = x + F.linear(mixed.reshape(n_rows, -1), w[f"layers.{i}.out"])
            feed = F.linear(self.norm(x, w[f"layers.{i}.norm_feed"]), w[f"layers.{i}.up.weight"], w[f"layers.{i}.up.bias"])
            x = x + F.linear(F.gelu(feed), w[f"layers.{i}.down.weight"], w[f"layers.{i}.down.bias"])
        self.n += 1
        return F.linear(self.norm(x, w["norm"]), w["embedding"])


def measure(arrays, shape, n_rows):
    decoder = Decoder(arrays, shape, n_rows)
    tokens = torch.randint(shape["n_vocabulary"], (CONTEXT + N_STEPS, n_rows))
    hidden = F.gelu(F.linear(torch.full((shape["n_condition"],), 0.3), decoder.w["condition.0.weight"], arrays["condition.0.bias"]))
    condition = F.linear(hidden, decoder.w["condition.1.weight"], arrays["condition.1.bias"])
    for row in tokens[:CONTEXT]:
        decoder.step(row, condition)
    fastest = math.inf
    for _ in range(N_ROUNDS):
        decoder.n = CONTEXT
        start = time.perf_counter()
        for row in tokens[CONTEXT:]:
            decoder.step(row, condition)
        fastest = min(fastest, time.perf_counter() - start)
    return N_STEPS * n_rows / fastest


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        ours = subprocess.run([sys.argv[1], folder], check=True, capture_output=True, text=True).stdout
        print(ours, end="")
        print(f"\nPyTorch {torch.__version__}, f32, 1 thread")
        lines = [line.split() for line in ours.splitlines()[1:]]
        for path in sorted(Path(folder).glob("*.safetensors")):
            arrays, shape = read_weights(path)
            for n_rows in (1, 8):
                theirs = measure(arrays, shape, n_rows)
                of = [l for l in lines if f"{l[0]}x{l[1]}" == path.stem and l[-3] == str(n_rows)]
                ratios = ", ".join(f"{' '.join(l[3:-3])} {float(l[-2]) / theirs:.1f} x" for l in of)
                print(f"{path.stem} {n_rows} rows: {theirs:.0f} tokens/s; ours: {ratios}")


if __name__ == "__main__":
    main()
