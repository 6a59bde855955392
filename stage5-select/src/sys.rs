//! The calls to the kernel: all of this workspace's `unsafe`, one operation to a block.
//!
//! What the standard library can do is not here: it opens listeners, accepts, reads, writes and closes.
//! It has no `select`, no way to start a connection without waiting for it, and no signals.

#![allow(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "C's types differ from system to system, and what is cast is a small constant"
)]

use std::io;
use std::mem;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

/// What the bell is made of. It stands here with the other calls to the kernel, so that a model checker
/// has one file to replace.
pub(crate) use std::os::unix::net::UnixStream;

/// How long to wait where the kernel has no memory for `select`.
const REST: Duration = Duration::from_millis(10);

/// Waits until a descriptor in `reads` can be read, one in `writes` can be written, or `timeout` is
/// over. Leaves those that can be in the sets, and gives their number.
///
/// Large sets take memory in the kernel. Where it has none it waits a little, and says that none is ready:
/// so the loop comes back. (To fail would be to close all connections, for what may be over in a moment.)
///
/// # Errors
///
/// The kernel's: `EINTR`, where a signal came first; `EBADF`, where a descriptor is not open. The sets
/// are as they were then.
///
/// # Panics
///
/// If the sets differ in length.
pub(crate) fn select(
    reads: &mut [usize],
    writes: &mut [usize],
    timeout: Option<Duration>,
) -> io::Result<usize> {
    let bits = reads.len() * usize::BITS as usize;
    assert!(reads.len() == writes.len());
    let count = libc::c_int::try_from(bits).expect("descriptors are numbers of this type");
    let mut time = timeout.map(timeval);
    let time = time.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the kernel reads and writes `count` bits of each set, in whole words, and both slices
    // have that many; how long an `fd_set` would be, it does not know. No set of exceptions is asked
    // for. `time` is null, or points at a timeval that outlives the call.
    let count = unsafe {
        libc::select(
            count,
            reads.as_mut_ptr().cast(),
            writes.as_mut_ptr().cast(),
            ptr::null_mut(),
            time,
        )
    };
    usize::try_from(count).or_else(|_| match io::Error::last_os_error() {
        // The second one is what the BSDs say.
        error if matches!(error.raw_os_error(), Some(libc::ENOMEM | libc::EAGAIN)) => {
            thread::sleep(timeout.map_or(REST, |timeout| timeout.min(REST)));
            Ok(0)
        }
        error => Err(error),
    })
}

/// The time to wait, in whole microseconds, rounded up: a loop that wakes a little too early finds
/// nothing due and goes round again, for nothing. And a day at most: some systems refuse more.
fn timeval(timeout: Duration) -> libc::timeval {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let micros = timeout.min(DAY).as_nanos().div_ceil(1000);
    libc::timeval {
        tv_sec: (micros / 1_000_000) as libc::time_t,
        tv_usec: (micros % 1_000_000) as _, // its type has more than one name
    }
}

/// Lets `backlog` connections wait to be accepted. (The standard library asks for 128.)
pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> io::Result<()> {
    // SAFETY: takes no pointer, and the descriptor is open as long as it is borrowed.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) })?;
    Ok(())
}

/// Where the system can do it, the socket is born so that no child process gets it: another thread may
/// start one before the next line. (The standard library's sockets are, too.)
#[cfg(not(target_vendor = "apple"))]
const CLOEXEC: libc::c_int = libc::SOCK_CLOEXEC;
#[cfg(target_vendor = "apple")]
const CLOEXEC: libc::c_int = 0;

/// Starts to connect, without waiting. The stream becomes writable when it is connected, or when that
/// has failed: then the error is its [`take_error`](TcpStream::take_error).
pub(crate) fn start_connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let family = if addr.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    };
    // SAFETY: takes no pointer.
    let fd = check(unsafe { libc::socket(family, libc::SOCK_STREAM | CLOEXEC, 0) })?;
    // SAFETY: the descriptor is new, so nobody else owns it.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: takes no pointer; the descriptor is ours.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) })?;
    let stream = TcpStream::from(fd);
    stream.set_nonblocking(true)?;
    let started = match addr {
        SocketAddr::V4(addr) => {
            // SAFETY: all zeros is an address of this type.
            let mut raw: libc::sockaddr_in = unsafe { mem::zeroed() };
            raw.sin_family = libc::AF_INET as libc::sa_family_t;
            raw.sin_port = addr.port().to_be();
            raw.sin_addr.s_addr = u32::from_ne_bytes(addr.ip().octets());
            connect(&stream, &raw)
        }
        SocketAddr::V6(addr) => {
            // SAFETY: all zeros is an address of this type.
            let mut raw: libc::sockaddr_in6 = unsafe { mem::zeroed() };
            raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            raw.sin6_port = addr.port().to_be();
            raw.sin6_flowinfo = addr.flowinfo();
            raw.sin6_addr.s6_addr = addr.ip().octets();
            raw.sin6_scope_id = addr.scope_id();
            connect(&stream, &raw)
        }
    };
    match started {
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(stream),
        // A signal came in between; the kernel goes on connecting.
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(stream),
        Err(error) => Err(error),
        Ok(()) => Ok(stream),
    }
}

fn connect<A>(stream: &TcpStream, addr: &A) -> io::Result<()> {
    let length = mem::size_of::<A>() as libc::socklen_t;
    // SAFETY: `addr` points at `length` bytes that make an address, for both callers.
    check(unsafe { libc::connect(stream.as_raw_fd(), ptr::from_ref(addr).cast(), length) })?;
    Ok(())
}

/// Where `errno` is: each system's C library has its own name for that. (Is yours missing? Add it here.)
mod c {
    #[cfg(any(target_os = "illumos", target_os = "solaris"))]
    pub(super) use libc::___errno as errno;
    #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
    pub(super) use libc::__errno as errno;
    #[cfg(any(target_os = "linux", target_os = "dragonfly"))]
    pub(super) use libc::__errno_location as errno;
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    pub(super) use libc::__error as errno;
}

/// What Ctrl-C, and `kill`, send.
const INTERRUPTS: [libc::c_int; 2] = [libc::SIGINT, libc::SIGTERM];

/// The descriptor that the signal handler writes to.
static INTERRUPT: AtomicI32 = AtomicI32::new(-1);

/// From now on, the first Ctrl-C (`SIGINT`) or `SIGTERM` writes a byte to `fd`, and the second, whichever
/// of the two it is, ends the process, as both do by default. One that is ignored stays ignored.
///
/// The descriptor is a socket's, and never closed: a signal handler may run at any time.
///
/// (The two are set one after the other. A `SIGINT` that comes in between has `SIGTERM` caught all the same,
/// so that it takes one more to end the process.)
pub(crate) fn write_on_interrupt(fd: OwnedFd) -> io::Result<()> {
    INTERRUPT.store(fd.as_raw_fd(), Ordering::Release);
    mem::forget(fd);
    handle(on_interrupt as *const () as libc::sighandler_t)
}

/// Has both signals handled so from now on, by a function or by default.
///
/// Why not one that is ignored? Whoever started us has asked for that: a shell does, for what runs in its
/// background, so that the Ctrl-C that ends the script in front does not end this.
fn handle(handler: libc::sighandler_t) -> io::Result<()> {
    // SAFETY: all zeros is a set of flags, a mask and no handler.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_RESTART;
    // Why all? While the handler runs for one signal the other one waits: then it is the second.
    // SAFETY: the mask is ours.
    check(unsafe { libc::sigfillset(&raw mut action.sa_mask) })?;
    for signal in INTERRUPTS {
        let mut old = action;
        // SAFETY: no action is given, and `old` is one to write the present one to.
        check(unsafe { libc::sigaction(signal, ptr::null(), &raw mut old) })?;
        if old.sa_sigaction != libc::SIG_IGN {
            // SAFETY: `action` outlives the call, and its handler does only what a handler may: see there.
            check(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) })?;
        }
    }
    Ok(())
}

/// The handler. It may interrupt anything, a `malloc` even, so it does nothing but make itself the last
/// of its kind and write a byte; and `errno` is afterwards what it was, for the code that it interrupts.
extern "C" fn on_interrupt(_: libc::c_int) {
    // SAFETY: takes nothing, and gives a pointer to this thread's own.
    let errno = unsafe { c::errno() };
    // SAFETY: nobody else uses it as long as the handler runs.
    let before = unsafe { errno.read() };
    let _ = handle(libc::SIG_DFL); // `sigaction` and `sigfillset` are safe in a signal handler
    let fd = INTERRUPT.load(Ordering::Acquire);
    let byte = 0_u8;
    // SAFETY: `send` is safe in a signal handler, reads one byte, and the descriptor stays open. There is
    // room for the byte; if nobody waits for it any more, the call fails, and that is that: with this flag
    // it raises no `SIGPIPE`, which would end a program that does not ignore it.
    unsafe { libc::send(fd, (&raw const byte).cast(), 1, libc::MSG_NOSIGNAL) };
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A timeout of nothing is no wait: where a nanosecond is left, the loop would go round for it.
    #[test]
    fn what_is_left_of_a_microsecond_is_a_whole_one() {
        for (left, expected) in [
            (Duration::ZERO, (0, 0)),
            (Duration::from_nanos(1), (0, 1)),
            (Duration::from_micros(1), (0, 1)),
            (Duration::from_nanos(1_001), (0, 2)),
            (Duration::from_nanos(999_999_001), (1, 0)),
        ] {
            let time = timeval(left);
            assert_eq!((time.tv_sec, time.tv_usec), expected, "{left:?}");
        }
    }

    #[test]
    fn the_signal_handler_leaves_errno_as_it_was_even_where_it_fails() {
        // SAFETY: as in the handler.
        let errno = unsafe { c::errno() };
        // SAFETY: as in the handler.
        unsafe { errno.write(libc::ENOTTY) };
        assert_eq!(INTERRUPT.load(Ordering::Acquire), -1, "to write fails");
        on_interrupt(libc::SIGINT);
        let after = io::Error::last_os_error();
        assert_eq!(after.raw_os_error(), Some(libc::ENOTTY), "{after}");
    }
}
