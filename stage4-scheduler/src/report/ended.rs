//! The exception of what an ended loop leaves behind.

use std::error::Error;
use std::fmt;

/// The loop ended first. The promise of every task that was left fails with this, and so does every wait for
/// a sleep or a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopEnded;

impl fmt::Display for LoopEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the loop ended first (await it before `run` returns, or before the scheduler is dropped)")
    }
}

impl Error for LoopEnded {}
