//! The bell: how another thread ends a `select`.
//!
//! `select` waits for descriptors and for nothing else. So the loop has a pipe of its own and waits for
//! that too: who wants it awake writes a byte.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::sys::UnixStream;

pub(crate) struct Bell {
    here: UnixStream,
    ringer: Waker,
}

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        // A pair of sockets, where tradition has a pipe: the standard library can make these
        // non-blocking.
        let (here, there) = UnixStream::pair().map_err(|error| {
            let text = format!(
                "can't start the loop: {error} (it needs two descriptors for itself: `ulimit -n` says how many there are)"
            );
            io::Error::new(error.kind(), text)
        })?;
        here.set_nonblocking(true)?;
        there.set_nonblocking(true)?;
        let ringer = Waker::from(Arc::new(Ringer(there)));
        Ok(Bell { here, ringer })
    }

    /// What rings it, from any thread.
    pub(crate) fn ringer(&self) -> Waker {
        self.ringer.clone()
    }

    /// The descriptor that can be read when it was rung.
    pub(crate) fn fd(&self) -> RawFd {
        self.here.as_raw_fd()
    }

    /// Makes the descriptor one that cannot be read, until somebody rings again.
    pub(crate) fn silence(&self) {
        // Less than this is all there is; more, and the next `select` returns at once again.
        let _ = (&self.here).read(&mut [0; 64]);
    }
}

struct Ringer(UnixStream);

impl Wake for Ringer {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Full: then there is something to read already. Closed: then the loop has ended.
        let _ = (&self.0).write_all(&[0]);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Our queue rings less often. A bell that is full is not rung any more, and rings all the same.
    #[test]
    fn one_that_was_rung_a_hundred_thousand_times_is_silenced_in_a_few_looks() {
        let bell = Bell::new().unwrap();
        (0..100_000).for_each(|_| bell.ringer.wake_by_ref());
        let rings = || (&bell.here).read(&mut [0]).is_ok();
        assert!(rings());
        for _ in 0..100 {
            bell.silence();
        }
        assert!(!rings());
        bell.ringer.wake_by_ref();
        assert!(rings());
    }
}
