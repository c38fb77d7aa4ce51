//! A value that moves to its target along a straight line.

/// A number that changes evenly over frames, so that no gain ever jumps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ramp {
    value: f32,
    target: f32,
    frames_left: u32,
}

impl Ramp {
    /// A ramp that rests.
    pub(super) fn at(value: f32) -> Self {
        Self {
            value,
            target: value,
            frames_left: 0,
        }
    }

    /// Moves to `target` within `frames`; 0 moves at once.
    pub(super) fn go(&mut self, target: f32, frames: u32) {
        self.target = if target.is_finite() { target } else { 0.0 };
        self.frames_left = frames;
        if frames == 0 {
            self.value = self.target;
        }
    }

    /// Where it is.
    pub(super) fn value(&self) -> f32 {
        self.value
    }

    /// Whether it rests at its target.
    pub(super) fn rests(&self) -> bool {
        self.frames_left == 0
    }

    /// Moves on by some frames.
    pub(super) fn advance(&mut self, frames: u32) -> f32 {
        if frames >= self.frames_left {
            self.frames_left = 0;
            self.value = self.target;
        } else {
            self.value += (self.target - self.value) * frames as f32 / self.frames_left as f32;
            self.frames_left -= frames;
        }
        self.value
    }

    /// Multiplies frames by the value as it moves.
    pub(super) fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.rests() && self.value == 1.0 {
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let gain = self.advance(1);
            *left *= gain;
            *right *= gain;
        }
    }
}
