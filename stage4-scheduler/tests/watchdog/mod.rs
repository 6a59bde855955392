//! A limit for what does not end, so that it fails, and has a name.
//!
//! A wake that is lost, or a loop that looks at no socket any more, is a test that runs for ever, and
//! `cargo test` would not say which. This says it, and ends the program: no test can be stopped from outside.
//!
//! It is there for code that is broken, and says nothing of how fast code is that is not: the limit is many
//! times what the slowest test takes.

#![allow(dead_code, reason = "each lesson takes what it needs")]

use std::io::{self, Write};
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use stage4_scheduler::Exception;

/// So many seconds, and ten times as many where a test was asked for its full size.
const LIMIT: u32 = 60;

/// `run`, within the limit.
#[track_caller]
pub(crate) fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let _watchdog = Watchdog::new();
    stage4_scheduler::run(coro)
}

/// As long as this lives, the limit holds for the test that made it.
pub(crate) struct Watchdog {
    /// Nothing is ever sent: the other end is told when this one is gone.
    _alive: Sender<()>,
}

impl Watchdog {
    pub(crate) fn new() -> Self {
        Watchdog::before(|| ())
    }

    /// The same, and does that before it ends the program: a process that the test has started would live
    /// on.
    pub(crate) fn before(the_end: impl FnOnce() + Send + 'static) -> Self {
        let test = thread::current().name().unwrap_or("unknown").to_owned();
        let full = std::env::var_os("FULL").is_some();
        let limit = if full { 10 * LIMIT } else { LIMIT };
        let (alive, gone) = mpsc::channel::<()>();
        thread::spawn(move || {
            // Why a second at a time? Whoever stands in a debugger for an hour has used up one of them.
            let second = || gone.recv_timeout(Duration::from_secs(1));
            if (0..limit).all(|_| second() == Err(RecvTimeoutError::Timeout)) {
                // Not `eprintln!`: what that prints is the test's, and is shown when it has ended.
                let _ = writeln!(
                    io::stderr(),
                    "\ntest {test} has not ended within {limit} s (somebody is not woken, or never pauses: run it alone, in a debugger, and interrupt it there)"
                );
                the_end();
                process::abort();
            }
        });
        Watchdog { _alive: alive }
    }
}
