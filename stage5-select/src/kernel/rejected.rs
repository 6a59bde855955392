//! `select`, and what to do if it rejects a descriptor: it says that one is not open, but not which one.

use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use crate::interests::Interests;
use crate::kernel::errors::Closed;
use crate::kernel::sources::Sources;
use crate::kernel::sys;

/// Waits until a descriptor of these is ready, or `timeout` is over, and gives the number of those that are.
pub(crate) fn select(
    reads: &Interests,
    writes: &Interests,
    timeout: Option<Duration>,
) -> io::Result<usize> {
    let end = reads.end().max(writes.end());
    sys::select(&mut reads.copy(end), &mut writes.copy(end), timeout)
}

/// Fails those who wait for a descriptor that is not open, and says whether there was one.
///
/// If there was none, another thread may have opened a descriptor of the same number in between. So that is an
/// error only if it happens `again`, at the next `select`: the loop would go round for ever.
pub(crate) fn explain(sources: &Sources, error: &io::Error, again: bool) -> io::Result<bool> {
    let (reads, writes) = (&sources.reads, &sources.writes);
    let mut explained = false;
    if is_not_open(error) {
        for interests in [reads, writes] {
            for fd in interests.fds() {
                explained |= is_rejected(fd) && interests.fail(fd, Closed { fd });
            }
        }
    }
    if explained || (is_not_open(error) && !again) {
        return Ok(explained);
    }
    let count = reads.len() + writes.len();
    let text = format!("select failed for {count} descriptors and the loop's own: {error}");
    Err(io::Error::new(error.kind(), text))
}

fn is_not_open(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EBADF)
}

/// Whether it is this descriptor that `select` rejects. `select` itself is asked, which is slow: another call
/// might find nothing wrong with it, and the loop would go round for ever.
fn is_rejected(fd: RawFd) -> bool {
    let alone = Interests::default();
    let found = alone.always(fd);
    let found = found.and_then(|()| select(&alone, &Interests::default(), Some(Duration::ZERO)));
    found.is_err_and(|error| is_not_open(&error))
}
