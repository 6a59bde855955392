//! The notifier: how another thread interrupts a `select`.
//!
//! `select` waits for nothing but descriptors. So the loop has a pipe, and a thread that wakes it writes a byte.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::kernel::errors::{no_descriptors, try_again};
use crate::kernel::sys::{AtomicBool, Ordering, PipeReader, PipeWriter, pipe};

pub(crate) struct Notifier {
    shared: Arc<Shared>,
    waker: Waker,
}

/// What the loop and the wakers share. The last of them closes both ends together: to write to a pipe that
/// nobody can read would raise `SIGPIPE`.
struct Shared {
    reader: PipeReader,
    writer: PipeWriter,
    /// Whether a byte is in the pipe, or about to be. Then no other one is needed.
    notified: AtomicBool,
}

impl Notifier {
    pub(crate) fn new() -> io::Result<Self> {
        let (reader, writer) = pipe().map_err(|error| {
            let what_to_do = no_descriptors(&error);
            let text = format!("can't start the loop: no pipe for its wakers: {error}{what_to_do}");
            io::Error::new(error.kind(), text)
        })?;
        let shared = Arc::new(Shared {
            reader,
            writer,
            notified: AtomicBool::new(false),
        });
        let waker = Waker::from(Arc::clone(&shared));
        Ok(Notifier { shared, waker })
    }

    /// The waker that interrupts `select`, from any thread.
    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// The descriptor that can be read after a wake.
    pub(crate) fn fd(&self) -> RawFd {
        self.shared.reader.as_raw_fd()
    }

    /// Makes the descriptor one that cannot be read, until the next wake.
    ///
    /// The byte goes first. If the flag did, the byte of a wake in between would be taken out, its flag would
    /// stay set, and all later wakes would be lost. The loop must look at its queue after this: a wake that
    /// still finds the flag set writes nothing.
    pub(crate) fn clear(&self) {
        let _ = (&self.shared.reader).read(&mut [0; 8]);
        self.shared.notified.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// If the kernel refuses the byte, the flag is cleared, and the next wake tries. If it had no memory, this
    /// one tries again: there may be no next wake.
    fn wake_by_ref(self: &Arc<Self>) {
        while !self.notified.swap(true, Ordering::AcqRel) {
            let Err(error) = (&self.writer).write(&[0]) else {
                return;
            };
            self.notified.swap(false, Ordering::AcqRel);
            if !try_again(&error) {
                return;
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
#[path = "../../tests/unit/notifier.rs"]
mod tests;
