//! Where a training computes: the processor, or a graphics processor where there is one.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a training computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The processor: always there, and the same weights every time.
    #[default]
    Cpu,
    /// A graphics processor through Vulkan; needs the cargo feature `gpu` and a driver. A program
    /// built with it uses the graphics processor for whatever names no device; where there is
    /// none, the environment variable `BURN_DEVICE=flex` keeps it on the processor.
    Gpu,
}

impl DeviceChoice {
    /// The device, without autodiff.
    pub(crate) fn open(self) -> Result<Device, Error> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Gpu => open_gpu(),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        })
    }
}

impl FromStr for DeviceChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            other => Err(Error::InvalidSetting {
                name: "device",
                actual: other.to_owned(),
                expected: "cpu or gpu",
            }),
        }
    }
}

/// The first Vulkan device, tried with a small sum: without a driver, its first use panics.
#[cfg(feature = "gpu")]
fn open_gpu() -> Result<Device, Error> {
    use burn::tensor::{DeviceKind, DeviceType, Tensor};

    let probe = std::panic::catch_unwind(|| {
        if Device::enumerate(DeviceType::Vulkan).is_empty() {
            return None;
        }
        let device = Device::vulkan(DeviceKind::DefaultDevice);
        let sum = Tensor::<1>::ones([8], &device).sum().into_scalar::<f32>();
        (sum == 8.0).then_some(device)
    });
    probe.ok().flatten().ok_or_else(|| Error::NoDevice {
        reason: "no Vulkan device answers; is a driver installed?".into(),
    })
}

#[cfg(not(feature = "gpu"))]
fn open_gpu() -> Result<Device, Error> {
    Err(Error::NoDevice {
        reason: "this program was built without the feature gpu".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for choice in [DeviceChoice::Cpu, DeviceChoice::Gpu] {
            assert_eq!(choice.to_string().parse::<DeviceChoice>().unwrap(), choice);
        }
        let error = "tpu".parse::<DeviceChoice>().unwrap_err().to_string();
        assert_eq!(error, "device must be cpu or gpu, but was tpu");
        assert!(DeviceChoice::Cpu.open().is_ok());
    }

    #[cfg(not(feature = "gpu"))]
    #[test]
    fn a_missing_feature_is_named() {
        let error = DeviceChoice::Gpu.open().unwrap_err().to_string();
        assert!(error.contains("feature gpu"), "{error}");
    }
}
