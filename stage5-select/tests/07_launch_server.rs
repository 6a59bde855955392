//! A server is a listener, a loop, and a task for each connection (T34, T35).
//!
//! How to go about it: `accept`, `add_coro(func(conn))`, and again. What a handler does, fails at, or
//! panics over is its own affair: the loop goes on accepting, and says what went wrong, once.

mod common;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::num::ParseIntError;
use std::panic::panic_any;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use common::{read_all, read_exact};
use stage5_select::{
    Conn, Exception, Listener, Promise, Server, add_coro, connect, echo, echo_server, gather,
    launch_server, read, write,
};
use watchdog::run;

type Told = Rc<RefCell<Vec<String>>>;

/// Starts a server with this handler. Gives the address where it listens, and what it has told so far.
fn serve<F>(func: impl Fn(Conn) -> F + 'static) -> Result<(SocketAddr, Told), Exception>
where
    F: Future<Output = Result<(), Exception>> + 'static,
{
    let listener = Listener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let told = Rc::new(RefCell::new(Vec::new()));
    let tell = Rc::clone(&told);
    let server =
        Server::new(listener).on_report(move |report| tell.borrow_mut().push(report.to_string()));
    drop(add_coro(server.serve(func)));
    Ok((addr, told))
}

#[test]
fn each_connection_has_a_task_of_its_own() {
    run(async {
        let (addr, _) = serve(|conn| echo(conn, |_| ()))?;
        let clients = (0..100).map(|number| async move {
            let conn = connect(addr).await?;
            write(&conn, format!("I am {number}\nbye\n").as_bytes()).await?;
            let answer = String::from_utf8(read_all(&conn).await?)?;
            assert_eq!(answer, format!("echo: I am {number}\n"));
            Ok(())
        });
        for served in gather(clients).await {
            served?;
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn it_says_where_it_listens_and_who_connects() {
    run(async {
        let (addr, told) = serve(|conn| echo(conn, |_| ()))?;
        let conn = connect(addr).await?;
        write(&conn, b"hello\n").await?;
        read_exact(&conn, 12).await?;
        let here = conn.stream().local_addr()?;
        let port = addr.port();
        assert_eq!(
            *told.borrow(),
            [
                format!("Listening on port {port}"),
                format!("Connected to {here}")
            ]
        );
        Ok(())
    })
    .unwrap();
}

/// An error that another one has caused.
#[derive(Debug)]
struct Brewing(ParseIntError);

impl fmt::Display for Brewing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("how many cups?")
    }
}

impl Error for Brewing {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// What a handler raises, with its causes; and what it panics with.
#[test]
fn a_handler_that_fails_is_reported_once_and_closed_and_the_others_are_served() {
    run(async {
        let (addr, told) = serve(|conn| async move {
            let mut byte = [0];
            read(&conn, &mut byte).await?;
            match byte[0] {
                b'e' => Err(Exception::msg("out of tea")),
                b'c' => Err(Brewing("three".parse::<i32>().unwrap_err()).into()),
                b'p' => panic!("out of order"),
                _ => write(&conn, &byte).await,
            }
        })?;
        let good = connect(addr).await?;
        let mut failing = Vec::new();
        for byte in [b"e", b"p", b"c"] {
            let conn = connect(addr).await?;
            write(&conn, byte).await?;
            assert!(read_all(&conn).await?.is_empty()); // it is closed
            failing.push(conn.stream().local_addr()?);
        }
        write(&good, b"!").await?;
        assert_eq!(read_all(&good).await?, b"!");

        let failed = |text: &&String| text.contains("failed");
        let told: Vec<String> = told.borrow().iter().filter(failed).cloned().collect();
        let [e, p, c] = &failing[..] else {
            unreachable!()
        };
        assert_eq!(
            told,
            [
                format!("The connection from {e} failed: out of tea"),
                format!("The connection from {p} failed: the coroutine panicked: out of order"),
                format!(
                    "The connection from {c} failed: how many cups?: invalid digit found in string"
                ),
            ]
        );
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_handler_that_panics_before_its_first_await_is_no_worse() {
    run(async {
        let (addr, told) = serve(|conn| {
            assert!(conn.peer_addr().port() == 0, "not even a coroutine");
            async { Ok(()) }
        })?;
        for _ in 0..3 {
            assert!(read_all(&connect(addr).await?).await?.is_empty());
        }
        let told = told.borrow();
        let failed = told.iter().filter(|text| text.contains("not even"));
        assert_eq!(failed.count(), 3);
        Ok(())
    })
    .unwrap();
}

/// Of the server, of a connection that comes, or of one that has failed: it is all the same.
/// A panic may come with anything: here with what panics once more when it is dropped.
#[test]
fn who_is_told_and_panics_ends_nothing() {
    struct OnceMore;

    impl Drop for OnceMore {
        fn drop(&mut self) {
            panic!("and no ink");
        }
    }

    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let (addr, stop) = (listener.local_addr()?, Promise::new());
        let told = Rc::new(Cell::new(0));
        let count = Rc::clone(&told);
        let server = Server::new(listener)
            .stop_when(stop.clone(), Duration::ZERO)
            .on_report(move |_| {
                count.set(count.get() + 1);
                panic_any(OnceMore);
            });
        let done = add_coro(server.serve(|conn| async move {
            write(&conn, b"welcome").await?;
            Err(Exception::msg("out of tea"))
        }));
        for _ in 0..3 {
            assert_eq!(read_all(&connect(addr).await?).await?, b"welcome");
        }
        stop.set_success(())?;
        done.await?;
        assert_eq!(told.get(), 1 + 3 + 3 + 1); // it listens, three come and fail, and it stops
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = Listener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let exception = run(launch_server(echo_server, port)).unwrap_err();
    let text = exception.to_string();
    assert!(
        text.starts_with(&format!("can't listen on (\"127.0.0.1\", {port}): ")),
        "{text}"
    );
}

/// The talk's last line, `run(launch_server(echo_server, 4321))`, in a process of its own: it never
/// ends. (But on any port that is free: it prints which one.)
#[test]
fn the_talks_last_line() -> std::io::Result<()> {
    let mut server = Command::new(std::env::current_exe()?)
        .args(["--exact", "the_server_process", "--ignored", "--nocapture"])
        .env("THE_TALKS_LAST_LINE", "")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut printed = BufReader::new(server.stdout.take().expect("it is piped")).lines();
    let port = printed.by_ref().find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("Listening on port ")?;
        port.parse::<u16>().ok()
    });
    let answer = run(async move {
        let conn = connect(("127.0.0.1", port.expect("it prints its port"))).await?;
        write(&conn, b"hello\nbye\n").await?;
        read_all(&conn).await
    });
    let printed = printed.next().transpose()?;
    server.kill()?;
    server.wait()?;
    assert_eq!(answer.unwrap(), b"echo: hello\n");
    assert_eq!(printed.as_deref(), Some("Received: b\"hello\\n\""));
    Ok(())
}

#[test]
#[ignore = "a process that `the_talks_last_line` starts"]
fn the_server_process() {
    if std::env::var_os("THE_TALKS_LAST_LINE").is_some() {
        run(launch_server(echo_server, 0)).unwrap();
    }
}

#[test]
fn a_server_is_a_task_among_others() {
    run(async {
        let (addr, _) = serve(|conn| async move { write(&conn, b"welcome").await })?;
        let other = Promise::new();
        let waiting = other.clone();
        let task = add_coro(async move { waiting.await });
        assert_eq!(read_all(&connect(addr).await?).await?, b"welcome");
        other.set_success(3)?;
        assert_eq!(task.await?, 3);
        Ok(())
    })
    .unwrap();
}
