//! Three kinds of error that `accept` gives. About one connection: the next one may be fine. About the room
//! for it: there may be some later. About the listener: it stays so, and whoever asks is told.
//!
//! How to go about it: as in `55_forbidden.rs`, a filter has the kernel give the error. It does so for good,
//! so what passes over an error asks again for ever, and here for as long as the loop looks at its sockets
//! ten times. Somebody is at the listener from the start, and seen to be.
#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(loom)
))]

mod forbidden;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::cell::RefCell;
use std::io::Read;
use std::net::TcpStream;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use forbidden::refuse;
use futures_util::StreamExt;
use stage5_select::{
    Conn, Exception, Incoming, Listener, Promise, Reactor, Scheduler, Server, accept, add_coro,
    reactor, readability, run, time, write,
};
use tests::bench::programs::give_way;
use watchdog::Watchdog;

const ACCEPTS: &[libc::c_long] = &[libc::SYS_accept, libc::SYS_accept4];

/// Runs that on a thread of its own, where it may leave a filter.
#[track_caller]
fn apart(test: impl FnOnce() -> Result<(), Exception> + Send + 'static) {
    let _watchdog = Watchdog::new();
    thread::spawn(|| test().unwrap()).join().unwrap();
}

/// A listener, and some who have connected, and are not accepted.
async fn with_clients(count: usize) -> Result<(Listener, Vec<TcpStream>), Exception> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let clients: Result<_, _> = (0..count).map(|_| TcpStream::connect(addr)).collect();
    readability(&listener).await?;
    Ok((listener, clients?))
}

/// What it gives, if it has given something when the loop has looked at its sockets ten times.
///
/// It is a task of its own, so that it is polled when it is woken, and not at each step of ours.
async fn within_ten_looks<T: Clone + 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Option<Result<T, Exception>> {
    let task = add_coro(coro);
    let end = reactor::selects() + 10;
    while reactor::selects() < end {
        give_way().await;
    }
    task.result()
}

async fn next(incoming: &mut Incoming<'_>) -> Result<Conn, Exception> {
    incoming.next().await.expect("it does not end")
}

/// A server, and its reports.
fn server_at(listener: Listener) -> (Server, Rc<RefCell<Vec<String>>>) {
    let told = Rc::new(RefCell::new(Vec::new()));
    let tell = Rc::clone(&told);
    let server =
        Server::new(listener).on_report(move |report| tell.borrow_mut().push(report.to_string()));
    (server, told)
}

#[test]
fn a_connection_that_is_gone_is_passed_over_by_all_who_accept() {
    apart(|| {
        refuse(ACCEPTS, libc::ECONNABORTED, None);
        run(async {
            let (listener, _clients) = with_clients(1).await?;
            let accepted = within_ten_looks(async move { accept(&listener).await }).await;
            assert!(accepted.is_none(), "accept: {accepted:?}");

            let (listener, _clients) = with_clients(1).await?;
            let accepted = within_ten_looks(async move { next(&mut listener.incoming()).await });
            let accepted = accepted.await;
            assert!(accepted.is_none(), "incoming: {accepted:?}");

            let (listener, _clients) = with_clients(1).await?;
            let (server, told) = server_at(listener);
            let ended = within_ten_looks(server.serve(|_| async { Ok(()) })).await;
            assert!(ended.is_none(), "serve: {ended:?}");
            assert_eq!(told.borrow().len(), 1, "{told:#?}"); // that it listens
            Ok(())
        })
    });
}

/// Small messages are slower then, and that is all.
#[test]
fn a_client_whose_socket_takes_no_options_is_served() {
    apart(|| {
        run(async {
            let (listener, clients) = with_clients(3).await?;
            refuse(&[libc::SYS_setsockopt], libc::EINVAL, None);
            let (server, _) = server_at(listener);
            let server = server.stop_when(async { Ok(()) }, Duration::from_secs(3600));
            server.serve(async |conn| write(&conn, b"!").await).await?;
            for mut client in clients {
                assert_eq!(client.read(&mut [0; 2])?, 1);
            }
            Ok(())
        })
    });
}

/// Whoever is accepted and closed reads the end; whoever is left at a listener that is closed is reset.
#[test]
fn a_client_whose_socket_cannot_be_used_is_closed_and_reported_and_the_next_one_is_accepted() {
    for stops in [false, true] {
        apart(move || {
            run(async move {
                let (listener, clients) = with_clients(3).await?;
                let peers: Result<Vec<_>, _> = clients.iter().map(TcpStream::local_addr).collect();
                let (server, told) = server_at(listener);
                let stop = Promise::new();
                let server = server.stop_when(stop.clone(), Duration::ZERO);
                if stops {
                    stop.set_success(())?;
                }
                refuse(&[libc::SYS_ioctl], libc::EPERM, None);
                let ended = within_ten_looks(server.serve(|_| async { Ok(()) })).await;
                assert_eq!(ended.is_some(), stops);
                for (peer, told) in peers?
                    .into_iter()
                    .zip(&told.borrow()[usize::from(!stops)..])
                {
                    assert_eq!(
                        *told,
                        format!(
                            "The connection from {peer} failed: can't make its socket non-blocking: Operation not permitted (os error 1)"
                        )
                    );
                }
                for (mut client, number) in clients.into_iter().zip(1..) {
                    let count = client.read(&mut [0]);
                    assert!(matches!(count, Ok(0)), "client {number}: {count:?}");
                }
                Ok(())
            })
        });
    }
}

/// The loop, until there is nothing that it could do as long as the clock stands still.
fn turn_until_it_rests(scheduler: &Scheduler, reactor: &Reactor) -> Result<u32, Exception> {
    for turn in 0..1000 {
        if scheduler.step().is_some() {
            continue;
        }
        if reactor.is_idle() {
            return Ok(turn);
        }
        reactor.check_socks(None)?;
    }
    panic!("it spins");
}

#[test]
fn where_the_system_is_full_the_server_rests_tries_now_and_then_and_can_be_told_to_stop() {
    apart(|| {
        let reactor = Reactor::new()?;
        reactor.enter(|| {
        let scheduler = Scheduler::with_unpark(reactor.waker());
        time::pause();
        let listener = Listener::bind("127.0.0.1:0")?;
        let _client = TcpStream::connect(listener.local_addr()?)?;
        refuse(ACCEPTS, libc::ENFILE, None);

        let stop = Promise::new();
        let (server, told) = server_at(listener);
        let server = server.stop_when(stop.clone(), Duration::ZERO);
        let ended = scheduler.add_coro(server.serve(|_| async { Ok(()) }));
        turn_until_it_rests(&scheduler, &reactor)?;
        for _ in 0..10 {
            time::advance(Duration::from_millis(100));
            let turns = turn_until_it_rests(&scheduler, &reactor)?;
            assert!(turns > 0, "it does not try again");
        }
        assert_eq!(told.borrow().len(), 2, "{told:#?}");
        assert_eq!(
            told.borrow()[1],
            "Can't accept: Too many open files in system (os error 23) (new connections wait until other programs leave enough; the whole system has no more)"
        );

        stop.set_success(())?;
        turn_until_it_rests(&scheduler, &reactor)?;
        ended.result().expect("it has stopped")?;
        assert_eq!(told.borrow()[2..], ["Stopping: 0 connections are open"]);
        Ok(())
        })
    });
}

#[test]
fn an_error_of_the_listener_itself_is_given_to_whoever_accepts() {
    const TEXT: &str = "Invalid argument (os error 22)";
    fn error<T>(accepted: Option<Result<T, Exception>>) -> Option<String> {
        accepted.map(|result| result.err().expect("it is refused").to_string())
    }
    apart(|| {
        refuse(ACCEPTS, libc::EINVAL, None);
        run(async {
            let (listener, _clients) = with_clients(1).await?;
            let accepted = within_ten_looks(async move { accept(&listener).await }).await;
            assert_eq!(error(accepted).as_deref(), Some(TEXT), "accept");

            // One error for each time that it is asked.
            let (listener, _clients) = with_clients(1).await?;
            let accepted = within_ten_looks(async move {
                let mut incoming = listener.incoming();
                let first = next(&mut incoming).await.unwrap_err();
                assert_eq!(first.to_string(), TEXT, "incoming, the first time");
                next(&mut incoming).await
            });
            assert_eq!(error(accepted.await).as_deref(), Some(TEXT), "incoming");

            let (listener, _clients) = with_clients(1).await?;
            let (server, told) = server_at(listener);
            let ended = within_ten_looks(server.serve(|_| async { Ok(()) })).await;
            let text = format!("can't accept any more: {TEXT}");
            assert_eq!(error(ended), Some(text), "serve");
            assert_eq!(told.borrow().len(), 1, "{told:#?}"); // that it listens
            Ok(())
        })
    });
}
