//! What a reactor tells `run`, and those who ask what it waits for.

use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use crate::kernel::sources::{EnterGuard, enter};
use crate::reactor::Reactor;

impl Reactor {
    /// A reactor that is this thread's until the guard is dropped.
    pub(crate) fn entered() -> io::Result<(Self, EnterGuard)> {
        let reactor = Reactor::new()?;
        let guard = enter(&reactor.sources);
        Ok((reactor, guard))
    }

    /// Asks only if nobody waits for the kernel: then it may be a deadlock.
    pub(crate) fn if_idle<T>(&self, ask: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.is_idle() { ask() } else { None }
    }

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
