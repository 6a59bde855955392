//! The limit that stage 4's tests have, for the loop of this stage.

#![allow(dead_code, unused_imports, reason = "each lesson takes what it needs")]

use stage5_select::Exception;

pub(crate) use limit::Watchdog;

#[path = "../../../stage4-scheduler/tests/watchdog/mod.rs"]
mod limit;

/// `run`, within the limit.
#[track_caller]
pub(crate) fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let _watchdog = Watchdog::new();
    stage5_select::run(coro)
}
