//! True peak: the highest value between the samples, after ITU-R BS.1770-4, annex 2.
//!
//! Four times oversampling by the standard's filter. Only where samples come near the highest peak
//! so far is there anything to compute: the filter cannot make more of its twelve samples than
//! [`MAX_GAIN`] times their largest. This costs a tenth of filtering everything, and gives the same.

/// Samples that the filter looks at.
const TAPS: usize = 12;
/// Phases 0 and 1 of the filter (ITU-R BS.1770-4, annex 2, table of the 48-tap interpolator);
/// phases 3 and 2 are the same backwards.
const PHASES: [[f32; TAPS]; 2] = [
    [
        0.001_708_984_4,
        0.010_986_328,
        -0.019_653_32,
        0.033_203_125,
        -0.059_448_242,
        0.137_329_1,
        0.972_167_97,
        -0.102_294_92,
        0.047_607_422,
        -0.026_611_328,
        0.014_892_578,
        -0.008_300_781,
    ],
    [
        -0.029_174_805,
        0.029_296_875,
        -0.051_757_813,
        0.089_111_33,
        -0.166_503_9,
        0.465_087_9,
        0.779_785_16,
        -0.200_317_38,
        0.101_562_5,
        -0.058_227_54,
        0.033_081_055,
        -0.018_920_898,
    ],
];
/// No phase's absolute values add up to more: phase 1 has 2.023.
const MAX_GAIN: f32 = 2.03;
/// Samples that are looked at together.
const BLOCK: usize = 32;

/// The highest true peak of all channels so far.
#[derive(Debug, Clone, Default)]
pub(super) struct TruePeak {
    highest: f32,
    /// The last samples of each channel, then the new ones.
    channels: Vec<Vec<f32>>,
}

impl TruePeak {
    /// Takes samples of all channels in turn, all finite.
    pub(super) fn add(&mut self, interleaved: &[f32], n_channels: usize) {
        if self.channels.len() != n_channels {
            self.channels = vec![vec![0.0; TAPS - 1]; n_channels];
        }
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let new = interleaved.iter().skip(index).step_by(n_channels);
            channel.extend(new);
            self.highest = highest(channel, self.highest);
            let n_old = channel.len() - (TAPS - 1);
            channel.drain(..n_old);
        }
    }

    /// As a factor, 1 at full scale.
    pub(super) fn highest(&self) -> f32 {
        self.highest
    }
}

fn highest(samples: &[f32], mut highest: f32) -> f32 {
    let n_places = samples.len() + 1 - TAPS.min(samples.len() + 1);
    for start in (0..n_places).step_by(BLOCK) {
        let end = n_places.min(start + BLOCK);
        let block = &samples[start..end + TAPS - 1];
        let largest = block.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        highest = highest.max(largest);
        if largest * MAX_GAIN > highest {
            let places = block.windows(TAPS).map(peak_between);
            highest = places.fold(highest, f32::max);
        }
    }
    highest
}

/// The largest absolute value of the four phases.
fn peak_between(samples: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 4];
    for (i, sample) in samples.iter().enumerate() {
        for (phase, taps) in PHASES.iter().enumerate() {
            sums[phase] += taps[i] * sample;
            sums[3 - phase] += taps[TAPS - 1 - i] * sample;
        }
    }
    sums.iter().fold(0.0, |peak, sum| peak.max(sum.abs()))
}
