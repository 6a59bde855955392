//! What the kernel's errors mean for a loop, and what to do about them.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::time::Duration;

use crate::exception::Exception;
use crate::kernel::sys;

/// Whether to try the operation again when the kernel says it is time: it would have blocked, a signal
/// interrupted it, or the kernel had no memory for it.
///
/// Without memory the socket stays ready, and the loop would spin. So the whole loop rests for a moment. (A
/// production runtime would set a timer.)
pub(crate) fn try_again(error: &io::Error) -> bool {
    if is_out_of_memory(error) {
        sys::rest();
        return true;
    }
    is_not_yet(error)
}

fn is_out_of_memory(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOBUFS | libc::ENOMEM))
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

pub(crate) fn is_not_open(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EBADF)
}

/// What to do if no descriptor could be made.
pub(crate) fn no_descriptors(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::EMFILE) => {
            " (close some descriptors, or raise the limit of this process: see `ulimit -n`)"
        }
        Some(libc::ENFILE) => " (the whole system has no descriptors left: end other programs)",
        _ if is_out_of_memory(error) => " (the system has no memory left: end other programs)",
        _ => "",
    }
}

/// What to do about a text that is not an address. The standard library found that: errors of the kernel and the
/// resolver have another cause.
pub(crate) fn no_address(error: &io::Error) -> &'static str {
    if error.kind() == ErrorKind::InvalidInput && error.raw_os_error().is_none() {
        " (an address has a host and a port, as 127.0.0.1:4321)"
    } else {
        ""
    }
}

/// Errors of `accept` that concern one connection, which is gone: the next one may be fine.
///
/// Linux reports through `accept` what has happened to the connection while it waited. Other systems hand out a
/// connection without an address, which the standard library calls invalid.
pub(crate) fn is_per_connection(error: &io::Error) -> bool {
    match error.raw_os_error() {
        #[cfg(target_os = "linux")]
        Some(libc::ENONET) => true, // the machine is not on the network
        Some(libc::EPROTO | libc::ENOPROTOOPT | libc::EOPNOTSUPP | libc::EHOSTDOWN) => true,
        None if error.kind() == ErrorKind::InvalidInput => true,
        _ => is_not_yet(error) || is_of_the_network(error.kind()),
    }
}

fn is_of_the_network(kind: ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::ConnectionAborted | K::ConnectionReset | K::TimedOut
    ) || matches!(
        kind,
        K::HostUnreachable | K::NetworkDown | K::NetworkUnreachable
    )
}

/// Errors of `accept` that concern the system: no descriptors or memory left, or a rule forbids it. The
/// connection stays in the listener's queue, so to try again at once would be to spin.
pub(crate) fn is_out_of_resources(exception: &Exception) -> bool {
    let error: Option<&io::Error> = exception.downcast_ref();
    error.is_some_and(|error| {
        let none_left = matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE));
        none_left || is_out_of_memory(error) || is_forbidden(error)
    })
}

/// What becomes of new connections then, and what to do.
pub(crate) fn when_out_of_resources(exception: &Exception) -> &'static str {
    let error: Option<&io::Error> = exception.downcast_ref();
    if error.is_some_and(is_forbidden) {
        "a rule of this system forbids it, a firewall's for example; new connections wait"
    } else if error.and_then(io::Error::raw_os_error) == Some(libc::EMFILE) {
        "new connections wait until others are closed; `ulimit -n` raises the limit"
    } else {
        "new connections wait until other programs leave enough; the whole system has no more"
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied
}

/// A descriptor was closed while a task waited for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its number.
    pub fd: RawFd,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fd = self.fd;
        write!(
            f,
            "descriptor {fd} was closed while it was awaited (close it when no task awaits it any more)"
        )
    }
}

/// A [`timeout`](crate::timeout) was over first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    /// How long it waited.
    pub limit: Duration,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.limit;
        write!(f, "timed out after {limit:?} (what was awaited is dropped)")
    }
}

/// A connection was accepted, but its socket cannot be used by a loop, and is closed again.
#[derive(Debug)]
pub(crate) struct Unusable {
    pub(crate) peer: SocketAddr,
    pub(crate) error: io::Error,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "can't make its socket non-blocking: {}", self.error)
    }
}

impl Error for Closed {}
impl Error for TimedOut {}
impl Error for Unusable {}

#[cfg(test)]
#[path = "../../tests/unit/errors.rs"]
mod tests;
