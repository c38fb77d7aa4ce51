//! The use cases as plain functions over plain data.
