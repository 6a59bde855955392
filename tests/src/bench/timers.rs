//! Deadlines reached one at a time, while many others sleep.
//!
//! What is measured is the time that the thread spends on a core, not the time that passes: sleeping is
//! free, what it costs to fall asleep and to be woken is not.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use smol::Timer;
use stage5_select::{add_coro, run, sleep};
use tokio::task::{LocalSet, spawn_local};

use crate::bench::machine::thread_time;

/// Those who sleep longer than this takes.
const LONG: Duration = Duration::from_secs(3600);

/// How far the deadlines are apart that are reached.
pub const APART: Duration = Duration::from_micros(50);

fn nth(index: u32) -> Duration {
    APART * (index + 1)
}
