//! Renders a score with a SoundFont; loudness; encodes WAV, FLAC, MP3 and Opus.
