//! What the kernel refuses by a rule, or for want of memory: neither ends the loop, and neither makes it
//! spin.
//!
//! How to go about it: Linux lets a thread give itself a filter, which has chosen calls fail with a chosen
//! error. It can't be taken off again, so each test has a thread of its own; and it can be made to depend
//! on an argument, so that a call that fails now may go through later.
#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(loom)
))]

mod forbidden;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::cell::RefCell;
use std::fs::File;
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use forbidden::refuse;
use stage5_select::{
    Conn, Exception, Listener, Server, add_coro, connect, echo, reactor, read, readability, run,
    sleep, time, write,
};
use tests::bench::programs::give_way;
use watchdog::Watchdog;

/// All that may be the C library's `select`.
const SELECTS: &[libc::c_long] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
    libc::SYS_pselect6,
];

/// (That it does not try again at once is shown with a limit of descriptors, in `52_refusals.rs`.)
#[test]
fn where_it_is_forbidden_to_accept_that_is_told_once_and_the_server_lives_on() {
    let (_alone, _watchdog) = (ALONE.lock(), Watchdog::new());
    let told = thread::spawn(|| {
        refuse(&[libc::SYS_accept, libc::SYS_accept4], libc::EPERM, None);
        run(async {
            time::pause();
            let listener = Listener::bind("127.0.0.1:0")?;
            let addr = listener.local_addr()?;
            let told = Rc::new(RefCell::new(Vec::new()));
            let tell = Rc::clone(&told);
            let server = Server::new(listener)
                .on_report(move |report| tell.borrow_mut().push(report.to_string()));
            let done = add_coro(server.serve(|_| async { Ok(()) }));
            let _waiting = TcpStream::connect(addr)?;
            for _ in 0..10 {
                for _ in 0..10 {
                    sleep(Duration::ZERO).await?;
                }
                time::advance(Duration::from_millis(100));
            }
            assert!(!done.is_settled());
            Ok(told.take())
        })
        .unwrap()
    });
    let told = told.join().unwrap();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(
        told[1],
        "Can't accept: Operation not permitted (os error 1) (a rule of this system forbids it, a firewall's for one; new connections wait)"
    );
}

/// Held by a test as long as the numbers of descriptors matter to it.
static ALONE: Mutex<()> = Mutex::new(());

/// A socket whose number is higher than that.
fn higher_than(number: usize) -> TcpStream {
    let low: Vec<_> = (0..=number)
        .map(|_| File::open("/dev/null").unwrap())
        .collect();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let high = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    drop(low);
    high
}

/// Echoes a line while a descriptor is awaited that is too much for `select`, and once more afterwards.
fn echo_beside(high: TcpStream) -> Result<u64, Exception> {
    run(async move {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        let server = Server::new(listener).on_report(|_| ());
        drop(add_coro(server.serve(|conn| echo(conn, |_| ()))));
        let hello = async |there: &Conn| {
            write(there, b"hello\n").await?;
            let mut answer = [0; 64];
            let count = read(there, &mut answer).await?;
            assert_eq!(&answer[..count], b"echo: hello\n");
            Ok::<_, Exception>(())
        };
        hello(&there).await?;
        let before = reactor::selects();
        let too_much = readability(&high);
        // While there is something to run, and while there is nothing.
        for _ in 0..300 {
            give_way().await;
        }
        sleep(Duration::from_millis(25)).await?;
        drop(too_much);
        let tried = reactor::selects() - before;
        hello(&there).await?;
        Ok(tried)
    })
}

#[test]
fn where_the_kernel_has_no_memory_for_select_the_loop_goes_on_and_tries_again() {
    let (_alone, _watchdog) = (ALONE.lock(), Watchdog::new());
    let tried = thread::spawn(|| {
        let high = higher_than(400);
        refuse(SELECTS, libc::ENOMEM, Some(400));
        echo_beside(high).unwrap()
    });
    let tried = tried.join().unwrap();
    // A look every 64 steps, and then one every 10 ms. (That it rests shows only while time passes. What is
    // counted is the calls, and not the time: a slow computer makes fewer of them.)
    assert!((1..=10).contains(&tried), "{tried} selects");
}

#[test]
fn an_error_that_is_nobodys_says_that_it_was_select() {
    let (_alone, _watchdog) = (ALONE.lock(), Watchdog::new());
    let told = thread::spawn(|| {
        let high = higher_than(400);
        refuse(SELECTS, libc::EINVAL, Some(400));
        echo_beside(high).unwrap_err().to_string()
    });
    assert_eq!(
        told.join().unwrap(),
        "select failed for 3 descriptors and the loop's own: Invalid argument (os error 22)"
    );
}
