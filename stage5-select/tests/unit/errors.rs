//! Most of these errors can't be had on demand, so they are made by hand. The tests with a real
//! `EMFILE`, a reset and an interruption stand beside those of the server.

use super::*;

#[test]
fn a_good_address_gets_no_advice_on_addresses() {
    let hint = no_address(&ErrorKind::InvalidInput.into());
    assert_eq!(
        hint,
        " (an address has a host and a port, as 127.0.0.1:4321)"
    );
    assert_eq!(no_address(&io::Error::from_raw_os_error(libc::EINVAL)), "");
}

#[test]
fn the_advice_to_raise_the_limit_is_for_a_limit_that_was_reached() {
    let hint = |code| no_descriptors(&io::Error::from_raw_os_error(code));
    assert!(hint(libc::EMFILE).contains("ulimit -n"));
    for code in [libc::ENFILE, libc::ENOMEM, libc::EPERM, libc::EINVAL] {
        assert!(!hint(code).contains("ulimit"), "{code}");
    }
}

#[test]
fn an_accept_that_failed_for_one_connection_goes_on_to_the_next() {
    for code in [
        libc::EAGAIN,
        libc::EINTR,
        libc::ECONNABORTED,
        libc::ECONNRESET,
        libc::EOPNOTSUPP,
        libc::EPROTO,
        libc::ENETDOWN,
        libc::ENETUNREACH,
        libc::EHOSTDOWN,
        libc::EHOSTUNREACH,
        libc::ENOPROTOOPT,
        libc::ETIMEDOUT,
        #[cfg(target_os = "linux")]
        libc::ENONET,
    ] {
        let error = io::Error::from_raw_os_error(code);
        assert!(is_per_connection(&error), "{code}");
    }
}

/// The standard library's own words, which have no number: some systems' `accept` gives no address for a
/// connection that is gone.
#[test]
fn a_connection_without_an_address_is_gone() {
    assert!(is_per_connection(&ErrorKind::InvalidInput.into()));
    let by_the_kernel = io::Error::from_raw_os_error(libc::EINVAL);
    assert!(!is_per_connection(&by_the_kernel));
}

#[test]
fn an_accept_that_would_fail_for_ever_is_not_tried_for_ever() {
    for code in [
        libc::EBADF,
        libc::EINVAL,
        libc::ENOTSOCK,
        libc::EMFILE,
        libc::ENOMEM,
        libc::EPERM,
    ] {
        let error = io::Error::from_raw_os_error(code);
        assert!(!is_per_connection(&error), "{code}");
    }
}

#[test]
fn out_of_resources_is_a_limit_the_memory_or_a_rule() {
    for code in [
        libc::EMFILE,
        libc::ENFILE,
        libc::ENOBUFS,
        libc::ENOMEM,
        libc::EPERM,  // Linux: a firewall, or seccomp
        libc::EACCES, // Linux: SELinux
    ] {
        let error = io::Error::from_raw_os_error(code);
        assert!(is_out_of_resources(&Exception::from(error)), "{code}");
    }
    let of_the_handler = Exception::msg("the handler's own error");
    assert!(!is_out_of_resources(&of_the_handler));
}
