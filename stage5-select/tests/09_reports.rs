//! What a server tells: what happened and, in parentheses, what to do.
//!
//! How to go about it: one list of all there is to tell, and one place that puts it into words. So a
//! caller may count them, log them, or leave them to be printed.

use std::io;
use std::net::SocketAddr;

use stage5_select::{Exception, Report};

fn peer() -> SocketAddr {
    "127.0.0.1:50262".parse().unwrap()
}

#[test]
fn news_are_told_in_the_talks_words() {
    let listening = Report::Listening("127.0.0.1:4321".parse().unwrap());
    assert_eq!(listening.to_string(), "Listening on port 4321");
    let connected = Report::Connected(peer());
    assert_eq!(connected.to_string(), "Connected to 127.0.0.1:50262");
}

#[test]
fn a_failure_is_told_with_its_peer_and_all_its_causes() {
    #[derive(Debug)]
    struct Brewing(io::Error);

    impl std::fmt::Display for Brewing {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("can't make tea")
        }
    }

    impl std::error::Error for Brewing {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let exception = Exception::from(Brewing(io::Error::other("the kettle is cold")));
    assert_eq!(
        Report::Failed(peer(), &exception).to_string(),
        "The connection from 127.0.0.1:50262 failed: can't make tea: the kettle is cold"
    );
}

#[test]
fn being_out_of_resources_is_told_with_what_to_do() {
    let exception = Exception::from(io::Error::from_raw_os_error(libc::EMFILE));
    let text = Report::OutOfResources(&exception).to_string();
    assert!(text.starts_with("Can't accept: "), "{text}");
    assert!(
        text.ends_with(
            "(new connections wait until others are closed; `ulimit -n` raises the limit)"
        ),
        "{text}"
    );
    let exception = Exception::from(io::Error::from_raw_os_error(libc::ENFILE));
    let text = Report::OutOfResources(&exception).to_string();
    assert!(text.ends_with("the whole system has no more)"), "{text}");
    let exception = Exception::from(io::Error::from_raw_os_error(libc::EPERM));
    let text = Report::OutOfResources(&exception).to_string();
    assert!(
        text.ends_with(
            "(a rule of this system forbids it, a firewall's for example; new connections wait)"
        ),
        "{text}"
    );
    assert_eq!(Report::AcceptingAgain.to_string(), "Accepting again");
}

#[test]
fn one_is_one_and_two_are_two() {
    let stopping = |open| Report::Stopping { open }.to_string();
    assert_eq!(stopping(0), "Stopping: 0 connections are open");
    assert_eq!(stopping(1), "Stopping: 1 connection is open");
    assert_eq!(stopping(2), "Stopping: 2 connections are open");
    let given_up = |open| Report::GivenUp { open }.to_string();
    assert_eq!(given_up(1), "Closing 1 connection that did not end");
    assert_eq!(given_up(2), "Closing 2 connections that did not end");
}
