//! The calls to the kernel, and the signal handler.

use super::*;

/// A timeout of nothing is no wait: for the rest of a microsecond the loop would ask again and again.
#[test]
fn what_is_left_of_a_microsecond_is_a_whole_one_and_a_day_is_the_most() {
    for (left, expected) in [
        (Duration::ZERO, (0, 0)),
        (Duration::from_nanos(1), (0, 1)),
        (Duration::from_micros(1), (0, 1)),
        (Duration::from_nanos(1_001), (0, 2)),
        (Duration::from_nanos(999_999_001), (1, 0)),
        (Duration::MAX, (24 * 60 * 60, 0)),
    ] {
        let time = timeval(left);
        assert_eq!((time.tv_sec, time.tv_usec), expected, "{left:?}");
    }
}

#[test]
fn an_address_of_ipv6_keeps_its_network() {
    let raw = raw_v6("[fe80::1%7]:80".parse().unwrap());
    assert_eq!((raw.sin6_scope_id, raw.sin6_port), (7, 80_u16.to_be()));
    assert_eq!(raw.sin6_addr.s6_addr[..2], [0xfe, 0x80]);
}

#[test]
fn a_pipe_that_is_empty_would_block() {
    use std::io::Read;
    let (mut reader, _writer) = pipe().unwrap();
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
}

/// Without `SA_RESTART`, Ctrl-C would be an error of whichever call blocks, on any thread of the program.
#[test]
fn the_signal_handler_lets_the_interrupted_call_go_on_and_leaves_errno_as_it_was_even_if_it_fails()
{
    handle(on_interrupt as *const () as libc::sighandler_t).unwrap();
    let caught = present_action(libc::SIGINT).unwrap();
    assert_ne!(caught.sa_flags & libc::SA_RESTART, 0);

    // To ask a file whether it is a terminal sets errno.
    let file = std::fs::File::open("/dev/null").unwrap();
    assert!(!std::io::IsTerminal::is_terminal(&file));
    assert_eq!(INTERRUPT.load(Ordering::Acquire), -1, "to write fails");
    on_interrupt(libc::SIGINT);
    let after = io::Error::last_os_error();
    assert_eq!(after.raw_os_error(), Some(libc::ENOTTY), "{after}");
}
