//! The kernel tells when a socket can be read, and when it can be written (T31, T33).
//!
//! How to go about it: a promise for each descriptor that somebody awaits, in `reads` or in `writes`;
//! `check_socks` hands both lists to `select`, and settles the promises of those that are ready. Here
//! the reactor is turned by hand, and nothing else runs.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use stage5_select::{Interest, Reactor, readability, writability};

const AT_ONCE: Option<Duration> = Some(Duration::ZERO);
/// (It is told at once. Were it not, the test would not end without a limit.)
const WHEN_TOLD: Option<Duration> = Some(Duration::from_secs(60));

fn is_ready(interest: &mut Interest) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(interest).poll(&mut cx) {
        Poll::Ready(result) => result.map(|()| true).unwrap(),
        Poll::Pending => false,
    }
}

#[test]
fn a_socket_can_be_read_when_there_is_input() -> io::Result<()> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (here, mut there) = UnixStream::pair()?;
        let mut readable = readability(&here);

        reactor.check_socks(AT_ONCE)?;
        assert!(!is_ready(&mut readable));

        there.write_all(b"!")?;
        assert!(!is_ready(&mut readable)); // nobody has asked the kernel since
        reactor.check_socks(WHEN_TOLD)?;
        assert!(is_ready(&mut readable));
        Ok(())
    })
}

#[test]
fn a_socket_can_be_read_when_its_input_has_ended() -> io::Result<()> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (mut here, there) = UnixStream::pair()?;
        let mut readable = readability(&here);
        drop(there);
        reactor.check_socks(WHEN_TOLD)?;
        assert!(is_ready(&mut readable));
        assert_eq!(here.read(&mut [0])?, 0);
        Ok(())
    })
}

#[test]
fn a_socket_can_be_written_while_there_is_room() -> io::Result<()> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (mut here, mut there) = UnixStream::pair()?;
        here.set_nonblocking(true)?;

        let mut writable = writability(&here);
        reactor.check_socks(WHEN_TOLD)?;
        assert!(is_ready(&mut writable));

        let mut written = 0;
        while let Ok(count) = here.write(&[0; 4096]) {
            written += count; // until it would block
        }
        let mut writable = writability(&here);
        reactor.check_socks(AT_ONCE)?;
        assert!(!is_ready(&mut writable));

        there.read_exact(&mut vec![0; written])?;
        reactor.check_socks(WHEN_TOLD)?;
        assert!(is_ready(&mut writable));
        Ok(())
    })
}

#[test]
fn to_wait_again_is_to_ask_the_kernel_again() -> io::Result<()> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (mut here, mut there) = UnixStream::pair()?;
        there.write_all(b"!")?;
        let mut readable = readability(&here);
        reactor.check_socks(WHEN_TOLD)?;
        assert!(is_ready(&mut readable));

        here.read_exact(&mut [0])?;
        let mut readable = readability(&here);
        reactor.check_socks(AT_ONCE)?;
        assert!(!is_ready(&mut readable));
        Ok(())
    })
}

#[test]
fn a_wait_that_is_given_up_leaves_nothing_to_wait_for() -> io::Result<()> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (here, _there) = UnixStream::pair()?;
        let readable = readability(&here);
        assert!(!reactor.is_idle());
        drop(readable);
        assert!(reactor.is_idle());
        Ok(())
    })
}

#[test]
#[should_panic(
    expected = "a socket awaited outside of a loop (await it in a coroutine that `run` runs)"
)]
fn a_socket_awaited_outside_of_a_loop_is_a_panic() {
    let (here, _there) = UnixStream::pair().unwrap();
    let _interest = readability(&here);
}
