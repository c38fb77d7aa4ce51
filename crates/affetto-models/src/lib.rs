//! Every network: text emotion and symbolic emotion.
