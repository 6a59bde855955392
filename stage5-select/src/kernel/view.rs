//! What a reactor waits for, and how often it has asked: for tests, and for the curious.

use std::fmt;
use std::os::fd::RawFd;
use std::time::Duration;

use crate::kernel::sources::with_current;
use crate::reactor::Reactor;

impl Reactor {
    /// What it waits for: the descriptors to read from, those to write to, and the time until the next deadline.
    pub fn waits(&self) -> (Vec<RawFd>, Vec<RawFd>, Option<Duration>) {
        let (reads, writes) = (self.sources.reads.fds(), self.sources.writes.fds());
        (reads, writes, self.sources.timers.until_next())
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reads, writes) = (self.sources.reads.len(), self.sources.writes.len());
        let timers = self.sources.timers.len();
        write!(
            f,
            "Reactor(reads: {reads}, writes: {writes}, timers: {timers})"
        )
    }
}

/// How often the loop of this thread has asked the kernel: a loop that goes round for nothing shows here.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn selects() -> u64 {
    let Some(count) = with_current(|sources| sources.looks.count()) else {
        panic!("no loop to ask for its calls of select (ask in a coroutine that `run` runs)");
    };
    count
}
