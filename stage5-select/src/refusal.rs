//! Refusals: errors of the kernel that are not about what was asked, and what each of them means.

use std::io::{self, ErrorKind};

use crate::exception::Exception;

/// Would block, or was interrupted by a signal: to be tried again.
pub(crate) fn is_temporary(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// What to do about what can't be read as an address, or nothing. (It is the standard library that can't;
/// the kernel and the resolver have their own reasons, and an address of a good form may be none of theirs.)
pub(crate) fn no_address(error: &io::Error) -> &'static str {
    if error.kind() == ErrorKind::InvalidInput && error.raw_os_error().is_none() {
        " (an address has a host and a port, as 127.0.0.1:4321)"
    } else {
        ""
    }
}

/// "The machine is not on the network", which Linux knows beside "the network is down".
#[cfg(target_os = "linux")]
const NO_NETWORK: i32 = libc::ENONET;
#[cfg(not(target_os = "linux"))]
const NO_NETWORK: i32 = libc::ENETDOWN;

/// Errors of `accept` that are about one connection, which is gone: the next one may be fine.
///
/// Linux hands on by `accept` what has happened to the connection while it waited: that its network is
/// down, say. Others hand out a connection without an address, and the standard library says that it is
/// invalid.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    let of_the_network = matches!(
        code,
        Some(
            libc::EPROTO
                | libc::ENOPROTOOPT
                | libc::EOPNOTSUPP
                | libc::EHOSTDOWN
                | libc::ETIMEDOUT
                | NO_NETWORK
        )
    );
    let of_the_connection = matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::NetworkUnreachable
    );
    let without_an_address = code.is_none() && error.kind() == ErrorKind::InvalidInput;
    is_temporary(error) || of_the_network || of_the_connection || without_an_address
}

/// Out of descriptors, this process or the whole system; or out of memory for a socket; or not allowed to
/// accept. The connection stays in the listener's queue, and the listener stays ready, so to try again at
/// once would be to spin.
pub(crate) fn is_full(exception: &Exception) -> bool {
    matches!(
        code(exception),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    ) || is_forbidden(exception)
}

/// What becomes of new connections then, and what to do.
pub(crate) fn when_full(exception: &Exception) -> &'static str {
    if is_forbidden(exception) {
        "a rule of this system forbids it, a firewall's for one; new connections wait"
    } else if code(exception) == Some(libc::EMFILE) {
        "new connections wait until others are closed; `ulimit -n` raises the limit"
    } else {
        "new connections wait until other programs leave enough; it is the whole system that has no more"
    }
}

fn code(exception: &Exception) -> Option<i32> {
    exception.downcast_ref::<io::Error>()?.raw_os_error()
}

/// Not allowed to accept, by a rule of the system.
fn is_forbidden(exception: &Exception) -> bool {
    let error: Option<&io::Error> = exception.downcast_ref();
    error.is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    //! Most of these can't be had on demand, so they are made by hand. That `EMFILE`, a reset and an
    //! interruption are treated as they should be is shown with real ones elsewhere.

    use super::*;

    #[test]
    fn who_gave_a_good_address_is_not_told_what_one_is() {
        let hint = no_address(&ErrorKind::InvalidInput.into());
        assert_eq!(
            hint,
            " (an address has a host and a port, as 127.0.0.1:4321)"
        );
        assert_eq!(no_address(&io::Error::from_raw_os_error(libc::EINVAL)), "");
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
            NO_NETWORK,
        ] {
            assert!(is_passing(&io::Error::from_raw_os_error(code)), "{code}");
        }
    }

    /// The standard library's own words, which have no number: some systems' `accept` gives a connection
    /// that is gone no address.
    #[test]
    fn a_connection_without_an_address_is_gone() {
        assert!(is_passing(&ErrorKind::InvalidInput.into()));
        assert!(!is_passing(&io::Error::from_raw_os_error(libc::EINVAL)));
    }

    #[test]
    fn an_accept_that_would_fail_for_ever_is_not_tried_for_ever() {
        for code in [
            libc::EBADF,
            libc::EINVAL,
            libc::ENOTSOCK,
            libc::EMFILE,
            libc::EPERM,
        ] {
            assert!(!is_passing(&io::Error::from_raw_os_error(code)), "{code}");
        }
    }

    #[test]
    fn full_is_full_in_this_process_in_the_system_and_in_memory_and_where_a_rule_says_so() {
        for code in [
            libc::EMFILE,
            libc::ENFILE,
            libc::ENOBUFS,
            libc::ENOMEM,
            libc::EPERM,  // Linux: a firewall, or seccomp
            libc::EACCES, // Linux: SELinux
        ] {
            let error = io::Error::from_raw_os_error(code);
            assert!(is_full(&Exception::from(error)), "{code}");
        }
        assert!(!is_full(&Exception::msg("the handler's own error")));
    }
}
