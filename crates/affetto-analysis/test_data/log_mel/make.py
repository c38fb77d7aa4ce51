"""Makes the golden log-mel spectrograms: python make.py (needs librosa and numpy from PyPI).

samples.f32 is 0.1 s of a chirp with three harmonics and a little noise at 16 kHz; the other files are
the natural logarithm of librosa's mel power, frames after one another, float32 little-endian.
"""

import librosa
import numpy as np

RATE = 16_000
t = np.arange(RATE // 10) / RATE
phase = 2 * np.pi * (180 * t + 0.5 * 900 * t**2)
samples = sum(0.3 / k * np.sin(k * phase) for k in (1, 2, 3))
samples += 0.003 * np.random.default_rng(7).standard_normal(len(t))
samples = samples.astype(np.float32)
samples.tofile("samples.f32")


def write(name, **options):
    mel = librosa.feature.melspectrogram(
        y=samples, sr=RATE, center=True, pad_mode="reflect", power=2.0, **options
    )
    np.log(np.maximum(mel, 1e-10)).T.astype("<f4").tofile(f"{name}.f32")


write("slaney80", n_fft=400, hop_length=160, n_mels=80, fmin=0, fmax=8000)
write("htk64", n_fft=400, hop_length=160, n_mels=64, fmin=50, fmax=8000, htk=True, norm=None)
write("slaney40_wide", n_fft=512, hop_length=200, n_mels=40, fmin=20, fmax=7600)
