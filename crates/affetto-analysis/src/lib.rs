//! From sound to features: short-time spectra, mel spectrograms, voice activity.
