//! What no single stage owns: the tests of this crate look at the workspace as a whole, and measure it.

#[cfg(not(loom))]
pub mod bench;

#[cfg(not(loom))]
pub use support::{STAGES, root};
