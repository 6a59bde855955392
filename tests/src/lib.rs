//! What no single stage owns: the tests of this crate look at the workspace as a whole, and measure it.

#[cfg(not(loom))]
pub mod bench;

/// Stage 5's own `select` and its sets, the very files, for the plain loop that stage 5 is compared with.
#[cfg(not(loom))]
#[path = "../../stage5-select/src/kernel"]
#[allow(dead_code, unused_imports, reason = "the rest of it is not used")]
mod kernel {
    pub(crate) mod fdset;
    pub(crate) mod sys;
}

#[cfg(not(loom))]
pub use support::{STAGES, root};
