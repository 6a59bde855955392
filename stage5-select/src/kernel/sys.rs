//! The calls to the kernel: all of this workspace's `unsafe`, one operation to a block.
//!
//! The standard library opens listeners, accepts, reads, writes and closes, so that is not here. It has no
//! `select`, no pipe that does not block, no way to start a connection without waiting for it, and no signals.

#![allow(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "C's types differ from system to system, and each value that is cast is a small constant"
)]

use std::io;
use std::mem;
use std::net::{SocketAddr, SocketAddrV6, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::AtomicI32;
use std::thread;
use std::time::Duration;

// What wakes a loop from another thread is named here, so that a model checker has one file to replace.
pub(crate) use std::io::{PipeReader, PipeWriter};
pub(crate) use std::sync::atomic::{AtomicBool, Ordering};

/// The unit of a set of descriptors. Its size matters on a big-endian machine.
#[cfg(any(target_os = "netbsd", target_os = "openbsd", target_vendor = "apple"))]
pub(crate) type Word = u32;
#[cfg(not(any(target_os = "netbsd", target_os = "openbsd", target_vendor = "apple")))]
pub(crate) type Word = usize;

/// How long to wait if the kernel has no memory.
const REST: Duration = Duration::from_millis(10);

pub(crate) fn rest() {
    thread::sleep(REST);
}

/// Waits until a descriptor in `reads` can be read, one in `writes` can be written, or `timeout` is
/// over. When it returns, the sets contain only the descriptors that are ready, and it returns how many. Both
/// sets must have the same length.
///
/// If the kernel has no memory for large sets, this waits a little and says that none is ready: an error would
/// close all connections for what may be over in a moment.
///
/// # Errors
///
/// `EINTR` if a signal came first, `EBADF` if a descriptor is not open. The sets are unchanged then.
pub(crate) fn select(
    reads: &mut [Word],
    writes: &mut [Word],
    timeout: Option<Duration>,
) -> io::Result<usize> {
    let bits = reads.len() * Word::BITS as usize;
    assert!(reads.len() == writes.len());
    let count = libc::c_int::try_from(bits).expect("descriptors are numbers of this type");
    let mut time = timeout.map(timeval);
    let time = time.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the kernel reads and writes `count` bits of each set, in whole words, and both slices have that
    // many. `time` is null, or points at a timeval that outlives the call.
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
        // `EAGAIN` is the BSDs' word for it.
        error if matches!(error.raw_os_error(), Some(libc::ENOMEM | libc::EAGAIN)) => {
            thread::sleep(timeout.map_or(REST, |timeout| timeout.min(REST)));
            Ok(0)
        }
        error => Err(error),
    })
}

/// The time to wait, rounded up, because a loop that woke too early would ask again. It is a day at most: some
/// systems refuse more.
fn timeval(timeout: Duration) -> libc::timeval {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let micros = timeout.min(DAY).as_nanos().div_ceil(1000);
    libc::timeval {
        tv_sec: (micros / 1_000_000) as libc::time_t,
        tv_usec: (micros % 1_000_000) as _, // its type has more than one name
    }
}

/// Where `byte` is first. (The C library looks at more bytes at a time than the standard library.)
pub(crate) fn position(bytes: &[u8], byte: u8) -> Option<usize> {
    // SAFETY: it reads from `bytes`, and no more than there are.
    let found = unsafe { libc::memchr(bytes.as_ptr().cast(), byte.into(), bytes.len()) };
    (!found.is_null()).then(|| found.addr() - bytes.as_ptr().addr())
}

/// A pipe of which neither end blocks, and that no child process inherits.
pub(crate) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    for fd in [reader.as_fd(), writer.as_fd()] {
        // SAFETY: takes no pointer, and the descriptor is open as long as it is borrowed.
        check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
    }
    Ok((reader, writer))
}

/// Lets `backlog` connections wait to be accepted. (The standard library asks for 128.)
pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> io::Result<()> {
    // SAFETY: takes no pointer, and the descriptor is open as long as it is borrowed.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) })?;
    Ok(())
}

/// With this flag, no child process inherits the new socket. A later call would set it too late if another thread
/// starts a child process in between.
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
    #[cfg(target_vendor = "apple")]
    no_sigpipe(&fd)?;
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
        SocketAddr::V6(addr) => connect(&stream, &raw_v6(addr)),
    };
    match started {
        // After `EINTR`, too, the kernel goes on connecting.
        Err(error) if !matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EINTR)) => {
            Err(error)
        }
        _ => Ok(stream),
    }
}

fn raw_v6(addr: SocketAddrV6) -> libc::sockaddr_in6 {
    // SAFETY: all zeros is an address of this type.
    let mut raw: libc::sockaddr_in6 = unsafe { mem::zeroed() };
    raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
    raw.sin6_port = addr.port().to_be();
    raw.sin6_flowinfo = addr.flowinfo();
    raw.sin6_addr.s6_addr = addr.ip().octets();
    raw.sin6_scope_id = addr.scope_id();
    raw
}

fn connect<A>(stream: &TcpStream, addr: &A) -> io::Result<()> {
    let length = mem::size_of::<A>() as libc::socklen_t;
    // SAFETY: `addr` points at `length` bytes that make an address, for both callers.
    check(unsafe { libc::connect(stream.as_raw_fd(), ptr::from_ref(addr).cast(), length) })?;
    Ok(())
}

/// Makes a write to a closed connection fail instead of raising `SIGPIPE`, as the standard library does for its
/// sockets. (On other systems it passes a flag with each write.)
#[cfg(target_vendor = "apple")]
fn no_sigpipe(fd: &OwnedFd) -> io::Result<()> {
    let (yes, length) = (1 as libc::c_int, mem::size_of::<libc::c_int>());
    let (level, option) = (libc::SOL_SOCKET, libc::SO_NOSIGPIPE);
    let value = ptr::from_ref(&yes).cast();
    // SAFETY: `value` points at `length` bytes, which outlive the call.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), level, option, value, length as _) })?;
    Ok(())
}

/// Where `errno` is: each system's C library has its own name for that. (If yours is missing, add it here.)
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

/// From now on, the first Ctrl-C (`SIGINT`) or `SIGTERM` writes a byte to `fd`, and the second of either ends the
/// process, as by default. (If one comes between the two `sigaction`, it takes a third.)
///
/// The descriptor is a socket's, and never closed: a signal handler may run at any time.
pub(crate) fn write_on_interrupt(fd: OwnedFd) -> io::Result<()> {
    INTERRUPT.store(fd.as_raw_fd(), Ordering::Release);
    mem::forget(fd);
    handle(on_interrupt as *const () as libc::sighandler_t)
}

/// Sets the handler of both signals: a function, or the default. A signal that is ignored stays ignored: a shell
/// asks for that, so that Ctrl-C does not end what runs in its background.
fn handle(handler: libc::sighandler_t) -> io::Result<()> {
    // SAFETY: all zeros is a set of flags, a mask and no handler.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_RESTART;
    // While the handler runs for one signal the other one waits.
    // SAFETY: the mask is ours.
    check(unsafe { libc::sigfillset(&raw mut action.sa_mask) })?;
    for signal in INTERRUPTS {
        if present_action(signal)?.sa_sigaction != libc::SIG_IGN {
            // SAFETY: `action` outlives the call, and its handler does only what a handler may: see there.
            check(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) })?;
        }
    }
    Ok(())
}

fn present_action(signal: libc::c_int) -> io::Result<libc::sigaction> {
    // SAFETY: all zeros is a set of flags, a mask and no handler.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: no action is given, and `action` is one to write the present one to.
    check(unsafe { libc::sigaction(signal, ptr::null(), &raw mut action) })?;
    Ok(action)
}

/// The handler. It may interrupt anything, even a `malloc`, so it does nothing but write a byte and have the
/// next signal handled by default. The code that it interrupted finds its own `errno` again.
///
/// If the kernel has no memory for the byte, it tries again, but a handler must not spin for ever. Then it stays
/// the handler, and the next Ctrl-C is another try.
extern "C" fn on_interrupt(_: libc::c_int) {
    // SAFETY: takes nothing, and gives a pointer to this thread's own.
    let errno = unsafe { c::errno() };
    // SAFETY: nobody else uses it as long as the handler runs.
    let before = unsafe { errno.read() };
    let fd = INTERRUPT.load(Ordering::Acquire);
    let byte = 0_u8;
    for _ in 0..1000 {
        // SAFETY: `send` is safe in a signal handler, reads one byte, and the descriptor stays open. With this
        // flag it raises no `SIGPIPE`.
        let sent = unsafe { libc::send(fd, (&raw const byte).cast(), 1, libc::MSG_NOSIGNAL) };
        // SAFETY: as above.
        let error = unsafe { errno.read() };
        let is_passing = [libc::ENOBUFS, libc::ENOMEM, libc::EAGAIN, libc::EINTR].contains(&error);
        if sent == 1 || !is_passing {
            let _ = handle(libc::SIG_DFL); // `sigaction` and `sigfillset` are safe in a signal handler
            break;
        }
    }
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
#[path = "../../tests/unit/sys.rs"]
mod tests;
