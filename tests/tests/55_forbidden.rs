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
#[path = "../../stage5-select/tests/limit/mod.rs"]
mod limit;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::cell::RefCell;
use std::fs::File;
use std::future::poll_fn;
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use forbidden::{refuse, refuse_without};
use signal_hook::consts::SIGTERM;
use signal_hook::low_level::raise;
use stage5_select::{
    Conn, Exception, Listener, Promise, Reactor, Server, accept, add_coro, connect, echo,
    interrupted, reactor, read, readability, run, sleep, time, write,
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
        "Can't accept: Operation not permitted (os error 1) (a rule of this system forbids it, a firewall's for example; new connections wait)"
    );
}

/// Held by a test as long as the numbers of descriptors matter to it.
static ALONE: Mutex<()> = Mutex::new(());

/// A socket whose number is higher than that.
fn higher_than(number: usize) -> TcpStream {
    assert!(
        limit::descriptors() > number + 10,
        "too few descriptors for this test"
    );
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

/// The filter is for the call that sleeps, and not for those that ask about one descriptor.
#[test]
fn a_closed_descriptor_that_nobody_has_is_an_error_and_no_endless_search() {
    let (_alone, _watchdog) = (ALONE.lock(), Watchdog::new());
    let told = thread::spawn(|| {
        refuse_without(SELECTS, libc::EBADF, 4);
        let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
        let told = run(async move { readability(&here).await });
        told.unwrap_err().to_string()
    });
    assert_eq!(
        told.join().unwrap(),
        "select failed for 1 descriptors and the loop's own: Bad file descriptor (os error 9)"
    );
}

/// All that may write a byte to the loop.
const WRITES: &[libc::c_long] = &[
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
];

/// A task that waits for another thread, its flag and its waker.
async fn waits_for_a_thread() -> Result<(Promise<()>, Arc<AtomicBool>, Waker), Exception> {
    let (flag, given) = (Arc::new(AtomicBool::new(false)), Promise::new());
    let (seen, give) = (Arc::clone(&flag), given.clone());
    let waiting = add_coro(async move {
        poll_fn(|cx| {
            let _ = give.set_success(cx.waker().clone());
            if seen.load(Ordering::Acquire) {
                return Poll::Ready(Ok(()));
            }
            Poll::Pending
        })
        .await
    });
    Ok((waiting, flag, given.await?))
}

/// One thread may not write, and its wake does not get through. The next one comes from another thread.
#[test]
fn a_wake_that_the_kernel_refuses_is_not_the_last_one_that_is_heard() {
    let _watchdog = Watchdog::new();
    run(async move {
        let (one, one_flag, one_waker) = waits_for_a_thread().await?;
        let (two, two_flag, two_waker) = waits_for_a_thread().await?;
        let (refused, heard) = mpsc::channel();
        thread::spawn(move || {
            heard.recv().expect("the other thread says so");
            two_flag.store(true, Ordering::Release);
            two_waker.wake();
        });
        thread::spawn(move || {
            refuse(WRITES, libc::EPERM, None);
            one_flag.store(true, Ordering::Release);
            one_waker.wake();
            refused.send(()).expect("the other thread waits for it");
        });
        one.await?;
        two.await
    })
    .unwrap();
}

/// The first thread tries again and again. What it has to say is heard when another thread gets through.
#[test]
fn a_wake_that_finds_no_memory_does_not_keep_the_wakes_of_other_threads_out() {
    let _watchdog = Watchdog::new();
    for error in [libc::ENOBUFS, libc::ENOMEM, libc::EAGAIN] {
        let reactor = Reactor::new().unwrap();
        let (waker, done) = (reactor.waker(), Arc::new(AtomicBool::new(false)));
        let refused = waker.clone();
        thread::spawn(move || {
            refuse(WRITES, error, None);
            refused.wake(); // which may never return
        });
        let is_done = Arc::clone(&done);
        let other = thread::spawn(move || {
            while !is_done.load(Ordering::Acquire) {
                waker.wake_by_ref();
                thread::yield_now();
            }
        });
        for _ in 0..100 {
            reactor.check_socks(None).unwrap();
        }
        done.store(true, Ordering::Release);
        other.join().expect("it only wakes");
    }
}

/// Both ends of a connection.
async fn pair() -> Result<(Conn, Conn), Exception> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let there = connect(listener.local_addr()?).await?;
    Ok((accept(&listener).await?, there))
}

/// Whether it is done when the loop has looked at its sockets ten times; and how long that took.
async fn ten_looks(
    coro: impl Future<Output = Result<(), Exception>> + 'static,
) -> (Option<Result<(), Exception>>, Duration) {
    let (task, start) = (add_coro(coro), Instant::now());
    let end = reactor::selects() + 10;
    while reactor::selects() < end {
        give_way().await;
    }
    (task.result(), start.elapsed())
}

#[test]
fn where_the_kernel_has_no_memory_to_read_or_write_it_is_tried_again_and_not_at_once() {
    let _watchdog = Watchdog::new();
    for error in [libc::ENOBUFS, libc::ENOMEM] {
        let apart = thread::spawn(move || {
            run(async move {
                let (here, there) = pair().await?;
                write(&there, b"!").await?;
                readability(&here).await?;
                refuse(&[libc::SYS_recvfrom, libc::SYS_sendto], error, None);
                let reading = async move { read(&here, &mut [0]).await.map(drop) };
                let (result, took) = ten_looks(reading).await;
                assert!(result.is_none(), "read: {result:?}");
                assert!(took >= Duration::from_millis(50), "read: it spins");
                let writing = async move { write(&there, b"!").await };
                let (result, took) = ten_looks(writing).await;
                assert!(result.is_none(), "write: {result:?}");
                assert!(took >= Duration::from_millis(50), "write: it spins");
                Ok(())
            })
            .unwrap();
        });
        apart.join().unwrap();
    }
}

#[test]
fn a_signal_whose_byte_the_kernel_refuses_leaves_the_next_one_to_be_heard() {
    let _watchdog = Watchdog::new();
    run(async {
        let told = add_coro(interrupted());
        sleep(Duration::ZERO).await?;
        let refused = thread::spawn(|| {
            refuse(&[libc::SYS_sendto], libc::ENOBUFS, None);
            raise(SIGTERM).unwrap();
        });
        refused.join().unwrap();
        sleep(Duration::ZERO).await?;
        assert!(!told.is_settled());
        raise(SIGTERM).unwrap(); // it would end this process if the first one had been the last to be caught
        told.await
    })
    .unwrap();
}

/// The kernel goes on connecting after a signal. (Here it never began, and that is the error.)
#[test]
fn a_signal_that_interrupts_connect_is_no_error() {
    let _watchdog = Watchdog::new();
    let told = thread::spawn(|| {
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        refuse(&[libc::SYS_connect], libc::EINTR, None);
        let addr = listener.local_addr().unwrap();
        run(connect(addr)).unwrap_err().to_string()
    });
    let told = told.join().unwrap();
    assert!(told.ends_with("not connected (os error 107)"), "{told}");
}
