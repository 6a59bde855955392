//! The notifier: how another thread interrupts a `select`.
//!
//! `select` waits for descriptors and for nothing else. So the loop has a pipe of its own and waits for that
//! too. A thread that wants the loop awake writes a byte.

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

/// What the loop and the wakers share. The last of them closes both ends together, so that no waker writes
/// to a pipe that nobody can read, which would be a `SIGPIPE`.
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
    /// The byte goes first and the flag second. In the other order, the byte of a wake in between would be
    /// taken out, its flag would stay set, and every wake from then on would be lost. The loop must look at
    /// its queue after this, and not before: a wake that still finds the flag set writes nothing.
    pub(crate) fn clear(&self) {
        let _ = (&self.shared.reader).read(&mut [0; 8]);
        self.shared.notified.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// The pipe is never full, because the flag lets no second byte in. If the kernel refuses the byte all the
    /// same, the flag says so again, and the next wake tries. If that was for want of memory this one tries, too:
    /// there may be no next wake, and without a byte the loop sleeps on.
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
