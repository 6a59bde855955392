//! A server can be told to stop, and then it does.
//!
//! How to go about it: stop accepting; let those who are talking finish, for a stated time; drop what is
//! left, and return when it is gone. The time is the loop's own, stopped here and moved on by hand, so
//! that nobody has to wait for it.

mod common;
mod limit;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use common::{let_others_run, read_all, read_exact};
use stage5_select::{
    Conn, Exception, Listener, Promise, Report, Server, add_coro, connect, echo, read, sleep, time,
    write,
};

const GRACE: Duration = Duration::from_secs(3);

/// These tests run side by side, and some of them take many descriptors.
#[track_caller]
fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    limit::descriptors();
    watchdog::run(coro)
}

struct Served {
    addr: SocketAddr,
    stop: Promise<()>,
    done: Promise<()>,
    told: Rc<RefCell<Vec<String>>>,
}

impl Served {
    fn with<F>(func: impl Fn(Conn) -> F + 'static) -> Result<Self, Exception>
    where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let (stop, told) = (Promise::new(), Rc::new(RefCell::new(Vec::new())));
        let tell = Rc::clone(&told);
        let server = Server::new(listener)
            .on_report(move |report| tell.borrow_mut().push(report.to_string()))
            .stop_when(stop.clone(), GRACE);
        Ok(Served {
            addr,
            stop,
            done: add_coro(server.serve(func)),
            told,
        })
    }

    fn echo() -> Result<Self, Exception> {
        Served::with(|conn| echo(conn, |_| ()))
    }

    /// What it has told since it was told to stop.
    fn ending(&self) -> Vec<String> {
        let told = self.told.borrow();
        let from = told.iter().position(|text| text.starts_with("Stopping"));
        told[from.unwrap_or(told.len())..].to_vec()
    }
}

#[test]
fn with_nobody_there_it_returns_at_once() {
    run(async {
        time::pause();
        let served = Served::echo()?;
        served.stop.set_success(())?;
        served.done.clone().await?;
        assert_eq!(served.ending(), ["Stopping: 0 connections are open"]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn who_is_talking_may_finish_and_nobody_else_gets_in() {
    run(async {
        time::pause();
        let served = Served::echo()?;
        let conn = connect(served.addr).await?;
        write(&conn, b"hello\n").await?;
        read_exact(&conn, 12).await?;

        served.stop.set_success(())?;
        let_others_run().await;
        let refused = connect(served.addr).await.unwrap_err();
        let refused: &io::Error = refused.downcast_ref().unwrap();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);

        time::advance(GRACE / 2);
        write(&conn, b"one more\nbye\n").await?;
        assert_eq!(read_all(&conn).await?, b"echo: one more\n");
        assert!(!served.done.is_settled());
        drop(conn);
        served.done.clone().await?;
        assert_eq!(served.ending(), ["Stopping: 1 connection is open"]);
        Ok(())
    })
    .unwrap();
}

/// They are connected, as far as they know: the kernel has said so, and holds them until they are accepted.
#[test]
fn who_has_connected_before_gets_in() {
    run(async {
        time::pause();
        let served = Served::echo()?;
        let_others_run().await;
        // Nobody else runs meanwhile: so none of them is accepted when it is told to stop.
        // (No more than that: some systems let 128 wait, whatever they are asked for.)
        let early: Vec<_> = (0..100)
            .map(|_| TcpStream::connect(served.addr))
            .collect::<Result<_, _>>()?;
        served.stop.set_success(())?;
        for stream in early {
            let conn = Conn::new(stream)?;
            write(&conn, b"hello\nbye\n").await?;
            assert_eq!(read_all(&conn).await?, b"echo: hello\n");
        }
        served.done.clone().await?;
        assert_eq!(served.ending(), ["Stopping: 100 connections are open"]);
        Ok(())
    })
    .unwrap();
}

/// Each that gets in brings another one along.
#[test]
fn it_stops_even_if_others_keep_coming() {
    const MOST: usize = 4096;
    run(async {
        time::pause();
        let listener = Listener::bind("127.0.0.1:0")?;
        let (addr, stop) = (listener.local_addr()?, Promise::new());
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        // The report is called at once. A handler runs later, when nobody is accepted any more.
        let server = Server::new(listener)
            .stop_when(stop.clone(), GRACE)
            .on_report(move |report| {
                if let Report::Connected(_) = report {
                    counted.set(counted.get() + 1);
                    drop(TcpStream::connect(addr));
                }
            });
        let done = add_coro(server.serve(async |_| Ok(())));
        let_others_run().await;
        let _first = TcpStream::connect(addr)?;
        stop.set_success(())?;
        done.await?;
        // As many as may have waited when it was told, and no more. Without descriptors for all of them, as
        // many as there are descriptors for.
        let enough = limit::descriptors() > 2 * MOST;
        assert!(count.get() == MOST || !enough, "{count:?}");
        Ok(())
    })
    .unwrap();
}

#[test]
fn who_does_not_finish_in_time_is_closed() {
    run(async {
        time::pause();
        let served = Served::echo()?;
        let mut conns = Vec::new();
        for _ in 0..3 {
            let conn = connect(served.addr).await?;
            write(&conn, b"hello\n").await?;
            read_exact(&conn, 12).await?;
            conns.push(conn);
        }
        served.stop.set_success(())?;
        let_others_run().await;
        drop(conns.pop());
        let_others_run().await;
        assert!(!served.done.is_settled());

        time::advance(GRACE);
        served.done.clone().await?;
        for conn in &conns {
            assert!(read_all(conn).await?.is_empty());
        }
        assert_eq!(
            served.ending(),
            [
                "Stopping: 3 connections are open",
                "Closing 2 connections that did not end"
            ]
        );
        Ok(())
    })
    .unwrap();
}

/// It may wait for something else than its connection: then there is nothing to tell it through that.
#[test]
fn a_handler_that_would_never_end_is_dropped_and_its_destructors_run() {
    struct Guard(Rc<RefCell<u32>>);

    impl Drop for Guard {
        fn drop(&mut self) {
            *self.0.borrow_mut() += 1;
        }
    }

    run(async {
        time::pause();
        let dropped = Rc::new(RefCell::new(0));
        let count = Rc::clone(&dropped);
        let served = Served::with(move |conn| {
            let guard = Guard(Rc::clone(&count));
            async move {
                let _guard = guard;
                write(&conn, b"!").await?;
                pending().await
            }
        })?;
        let conn = connect(served.addr).await?;
        read_exact(&conn, 1).await?;
        served.stop.set_success(())?;
        let_others_run().await;
        time::advance(GRACE);
        served.done.clone().await?;
        assert_eq!(*dropped.borrow(), 1);
        assert_eq!(read(&conn, &mut [0]).await?, 0);
        assert_eq!(
            served.ending(),
            [
                "Stopping: 1 connection is open",
                "Closing 1 connection that did not end"
            ]
        );
        Ok(())
    })
    .unwrap();
}

/// One fails while it has time to finish, one in the very moment in which it is given up, one because of
/// that; and one is given up in silence.
#[test]
fn who_fails_while_it_stops_is_reported_too_and_once() {
    struct Panics;

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("not now");
        }
    }

    run(async {
        time::pause();
        let served = Served::with(|conn| async move {
            let mut which = [0];
            read(&conn, &mut which).await?;
            let _guard = (&which == b"3").then(|| Panics);
            write(&conn, &which).await?;
            sleep(match &which {
                b"1" => GRACE / 2,
                b"2" => GRACE,
                _ => Duration::MAX,
            })
            .await?;
            Err(Exception::msg("out of tea"))
        })?;
        let mut conns = Vec::new();
        for which in [b"1", b"2", b"3", b"4"] {
            let conn = connect(served.addr).await?;
            write(&conn, which).await?;
            read_exact(&conn, 1).await?;
            conns.push(conn);
        }
        let_others_run().await;
        served.stop.set_success(())?;
        let_others_run().await;
        time::advance(GRACE / 2);
        let_others_run().await;
        time::advance(GRACE / 2);
        served.done.clone().await?;
        let failed = |number: usize, how: &str| {
            let peer = conns[number].stream().local_addr().unwrap();
            format!("The connection from {peer} failed: {how}")
        };
        assert_eq!(
            served.ending(),
            [
                "Stopping: 4 connections are open",
                &failed(0, "out of tea"),
                "Closing 3 connections that did not end",
                &failed(1, "out of tea"),
                &failed(2, "the coroutine panicked: not now"),
            ]
        );
        Ok(())
    })
    .unwrap();
}

/// Nobody reads, so the kernel's buffers are full, and the handler waits for room.
#[test]
fn a_client_that_never_reads_does_not_keep_it_from_stopping() {
    run(async {
        time::pause();
        let served = Served::with(|conn| async move {
            loop {
                write(&conn, &[b'x'; 1000]).await?;
            }
        })?;
        let _conn = connect(served.addr).await?;
        let_others_run().await;
        served.stop.set_success(())?;
        let_others_run().await;
        time::advance(GRACE);
        served.done.clone().await?;
        Ok(())
    })
    .unwrap();
}

#[test]
fn what_it_is_told_to_stop_by_may_fail_and_then_it_raises_that() {
    run(async {
        let served = Served::echo()?;
        served.stop.set_exception(Exception::msg("no signals"))?;
        let exception = served.done.clone().await.unwrap_err();
        assert_eq!(exception.to_string(), "no signals");
        Ok(())
    })
    .unwrap();
}
