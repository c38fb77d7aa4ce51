"""Writes logits.json: what the networks of the tests of `magenta` say, by formulas in NumPy.

The weights are those that `src/magenta/tests.rs` writes into its bundles. The formulas were
checked on tohoilam's bundles: melodies that a bundle wrote have there, event by event, a mean
negative log-likelihood equal to the mean entropy, and the lowest one of all four bundles.
"""

import json
import pathlib

import numpy as np

N = 5
FORGET_BIAS = 1.0


def values(t, shape):
    """Values of tensor number t of a bundle."""
    n = int(np.prod(shape))
    return (0.6 * np.sin(1.7 * t + 0.9 * np.arange(n))).reshape(shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, c, h, kernel, bias):
    i, j, f, o = np.split(np.concatenate([x, h]) @ kernel + bias, 4)
    c = c * sigmoid(f + FORGET_BIAS) + sigmoid(i) * np.tanh(j)
    return c, np.tanh(c) * sigmoid(o)


def run(inputs, n_in, n_out, attentive):
    shapes = [(n_out,), (N, n_out)]
    if attentive:
        shapes += [(N,), (N, N), (n_in + N, n_in), (n_in,)]
        shapes += [(2 * N, N), (N,), (2 * N, N), (N,)]
    for width in (n_in, N):
        shapes += [(width + N, 4 * N), (4 * N,)]
    t = [values(k, shape) for k, shape in enumerate(shapes)]
    (l0, b0), (l1, b1) = t[-4:-2], t[-2:]
    c0, h0, c1, h1, attended = (np.zeros(N) for _ in range(5))
    window = np.zeros((40, N))
    for x in inputs:
        if attentive:
            v, keys, w_in, b_in, w_query, b_query, w_out, b_out = t[2:10]
            x = np.concatenate([x, attended]) @ w_in + b_in
            c0, h0 = lstm(x, c0, h0, l0, b0)
            query = np.concatenate([c0, h0]) @ w_query + b_query
            scores = np.tanh(window @ keys + query) @ v
            weights = np.exp(scores - scores.max())
            attended = weights / weights.sum() @ window
            out = np.concatenate([h0, attended]) @ w_out + b_out
            window = np.concatenate([window[1:], out[None]])
        else:
            c0, h0 = lstm(x, c0, h0, l0, b0)
            out = h0
        c1, h1 = lstm(out, c1, h1, l1, b1)
    return (h1 @ t[1] + t[0]).tolist()


def main():
    def inputs(n_in):
        return [np.cos(0.3 * k + 0.2 * np.arange(n_in)) for k in range(50)]

    logits = {
        "attentive": run(inputs(74), 74, 40, True),
        "plain": run(inputs(259), 259, 259, False)[:40],
    }
    rounded = {name: [round(x, 6) for x in row] for name, row in logits.items()}
    path = pathlib.Path(__file__).with_name("logits.json")
    path.write_text(json.dumps(rounded) + "\n")


if __name__ == "__main__":
    main()
