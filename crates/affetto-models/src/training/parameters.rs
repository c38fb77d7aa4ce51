//! The parameters of a module as named arrays, and back.
//!
//! A name is the path of the parameter in the module, e.g. `"blocks.0.norm.gamma"`. Running
//! statistics of batch normalization are among them.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use crate::{Array, Error, WeightsFile};

/// All parameters of a module by their path.
pub(crate) fn arrays_of<M: Module>(module: &M) -> BTreeMap<String, Array> {
    let mut reader = Reader::default();
    module.visit(&mut reader);
    reader.arrays
}

/// The identities of the parameters by their path; an optimizer keeps its state under them.
pub(super) fn ids_of<M: Module>(module: &M) -> BTreeMap<String, u64> {
    let mut reader = IdReader::default();
    module.visit(&mut reader);
    reader.ids
}

/// A module with its parameters replaced by those of a weights file, under `prefix` and a dot
/// where `prefix` is not empty.
///
/// # Errors
/// [`Error::Weights`] when an array is missing or of another shape.
pub(crate) fn with_arrays<M: Module>(
    module: M,
    weights: &WeightsFile,
    prefix: &str,
) -> Result<M, Error> {
    let read = |name: &str, shape: &[usize]| {
        let name = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        };
        weights.values(&name, shape).map(<[f32]>::to_vec)
    };
    write_into(module, &read, None)
}

/// Where [`write_into`] gets values from: by path and shape.
pub(super) type Source<'a> = dyn Fn(&str, &[usize]) -> Result<Vec<f32>, Error> + 'a;

/// A module with its parameters replaced, and their identities too where they are given.
pub(super) fn write_into<M: Module>(
    module: M,
    source: &Source<'_>,
    ids: Option<&BTreeMap<String, u64>>,
) -> Result<M, Error> {
    let mut writer = Writer {
        path: Vec::new(),
        source,
        ids,
        error: None,
    };
    let module = module.map(&mut writer);
    match writer.error {
        None => Ok(module),
        Some(error) => Err(error),
    }
}

/// The tensors of a module by identity, in a container that any rank fits into.
pub(super) fn tensors_of<M: Module>(module: &M) -> GradientsParams {
    struct Collector(GradientsParams);
    impl ModuleVisitor for Collector {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.register(param.id, param.val());
        }
    }
    let mut collector = Collector(GradientsParams::new());
    module.visit(&mut collector);
    collector.0
}

#[derive(Default)]
struct Reader {
    path: Vec<String>,
    arrays: BTreeMap<String, Array>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.transform_for_save().val();
        let array = Array {
            shape: tensor.dims().to_vec(),
            values: tensor.into_data().iter::<f32>().collect(),
        };
        self.arrays.insert(self.path.join("."), array);
    }
}

#[derive(Default)]
struct IdReader {
    path: Vec<String>,
    ids: BTreeMap<String, u64>,
}

impl ModuleVisitor for IdReader {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.ids.insert(self.path.join("."), param.id.val());
    }
}

struct Writer<'a> {
    path: Vec<String>,
    source: &'a Source<'a>,
    ids: Option<&'a BTreeMap<String, u64>>,
    error: Option<Error>,
}

impl ModuleMapper for Writer<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        // Asked for without making the random weights that are about to be replaced.
        let (shape, device) = (param.lazy_shape(), param.lazy_device());
        let dimensions: Vec<usize> = shape.iter().copied().collect();
        match (self.source)(&name, &dimensions) {
            Ok(values) => {
                let tensor = Tensor::from_data(TensorData::new(values, shape), &device);
                let id = self.ids.and_then(|ids| ids.get(&name));
                let id = id.map_or(param.id, |&id| ParamId::from(id));
                param.transform_for_load(tensor, id)
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}
