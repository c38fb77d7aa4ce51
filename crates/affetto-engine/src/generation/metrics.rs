//! Metrics with their intervals, as they are collected.

use std::collections::BTreeMap;

use affetto_models::{EvaluationOptions, bootstrap_interval};

/// Metrics and 95 % intervals by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    pub(crate) values: BTreeMap<String, f64>,
    pub(crate) intervals: BTreeMap<String, (f64, f64)>,
}

impl Metrics {
    /// A number without an interval; what is no number is left out.
    pub(crate) fn add(&mut self, name: String, value: f64) {
        if value.is_finite() {
            self.values.insert(name, value);
        }
    }

    /// A statistic of `n` things with its interval by bootstrap over them.
    pub(crate) fn add_resampled(
        &mut self,
        name: String,
        n: usize,
        mut statistic: impl FnMut(&[usize]) -> f64,
    ) {
        let all: Vec<usize> = (0..n).collect();
        let value = statistic(&all);
        if !value.is_finite() {
            return;
        }
        let options = EvaluationOptions::default();
        if let Some(interval) = bootstrap_interval(n, &options, statistic) {
            self.intervals.insert(name.clone(), interval);
        }
        self.values.insert(name, value);
    }

    /// A value that was added.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied()
    }
}
