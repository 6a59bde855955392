//! Panics and drops: whatever ends, and however it ends, its sockets close, its destructors run, and
//! nobody else is disturbed.
//!
//! How to go about it: the other end of a connection sees whether it is closed: it reads the end of
//! input. And a destructor may do anything that a coroutine may do but await.

mod by_hand;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use by_hand::{by_hand, waits};

use stage5_select::{
    Conn, Exception, Listener, LoopEnded, MAX_LINE, Panicked, Promise, accept, add_coro, echo,
    forget, race, reactor, read, readability, sleep, time, timeout, writability, write,
};
use watchdog::run;

/// Two ends of a TCP connection; the far one blocks.
fn conns() -> (Conn, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (here, _) = listener.accept().unwrap();
    (Conn::new(here).unwrap(), there)
}

/// Whether the other side has closed the connection, with what it had not read, or without.
fn is_closed(mut conn: TcpStream) -> bool {
    match conn.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

/// Calls a function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Lets the tasks that are to run do so.
async fn others() {
    for _ in 0..3 {
        sleep(Duration::ZERO).await.unwrap();
    }
}

#[test]
fn a_panic_closes_the_connection_of_its_task_and_nothing_else() {
    by_hand(|_| async {
        let ((bad, bad_there), (good, mut good_there)) = (conns(), conns());
        let panicking = add_coro::<()>(async move {
            let _conn = bad;
            sleep(Duration::ZERO).await?;
            panic!("out of tea");
        });
        let served = add_coro(echo(good, |_| ()));
        let error = panicking.await.unwrap_err();
        let panicked: &Panicked = error.downcast_ref().unwrap();
        assert_eq!(panicked.message, "out of tea");
        assert!(is_closed(bad_there));

        good_there.write_all(b"still here\nbye\n")?;
        good_there.shutdown(Shutdown::Write)?;
        served.await?;
        let mut reply = String::new();
        good_there.read_to_string(&mut reply)?;
        assert_eq!(reply, "echo: still here\n");
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_panic_in_a_destructor_leaves_the_other_destructors_and_the_loop_alone() {
    by_hand(|reactor| async move {
        let (conn, there) = conns();
        let ended = add_coro(async move {
            let _conn = conn; // dropped last
            let _panics = OnDrop(|| panic!("in a destructor"));
            sleep(Duration::ZERO).await
        });
        assert!(ended.await.unwrap_err().is::<Panicked>());
        assert!(is_closed(there));

        // One that is given up while it waits: the panic comes out where it is dropped.
        let (conn, there) = conns();
        let given_up = add_coro(async move {
            let waiting = async move {
                let _panics = OnDrop(|| panic!("in a destructor"));
                readability(&conn).await
            };
            timeout(Duration::ZERO, waiting).await
        });
        assert!(given_up.await.unwrap_err().is::<Panicked>());
        assert!(is_closed(there));
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

#[test]
fn tasks_that_are_left_when_the_loop_ends_are_dropped_and_their_sockets_close() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let (conns, far): (Vec<_>, Vec<_>) = (0..10).map(|_| conns()).unzip();
    let noted = Rc::clone(&log);
    by_hand(move |reactor| async move {
        for (number, conn) in conns.into_iter().enumerate() {
            let log = Rc::clone(&noted);
            let guard = OnDrop(move || log.borrow_mut().push(number));
            drop(add_coro(async move {
                let _guard = guard;
                match number % 3 {
                    0 => readability(&conn).await,
                    1 => sleep(Duration::from_secs(3600)).await,
                    _ => Promise::new().await,
                }
            }));
        }
        others().await;
        assert_eq!(waits(&reactor), (4, 0, 3));
        Ok(())
    })
    .unwrap();
    assert_eq!(log.borrow().len(), 10);
    assert!(far.into_iter().all(is_closed));
}

#[test]
fn a_loop_that_ends_with_an_error_or_a_panic_closes_its_sockets_too() {
    for end in [|| Err(Exception::msg("oops")), || panic!("oops")] {
        let (conn, there) = conns();
        let ended: Result<(), _> = run(async move {
            drop(add_coro(async move { readability(&conn).await }));
            sleep(Duration::ZERO).await?;
            end()
        });
        assert!(ended.is_err());
        assert!(is_closed(there));
    }
}

/// What a destructor may do: all of it, while its task ends, while it is given up, and while the loop
/// ends. It says so when it is through, since a panic in a destructor at the end is nobody's to see.
fn anything(through: &Rc<Cell<u32>>) -> OnDrop<impl FnMut() + use<>> {
    let (conn, there) = conns();
    let (through, there) = (Rc::clone(through), Some(there));
    let promise = Promise::<()>::new();
    let held = Rc::new(RefCell::new(None));
    OnDrop(move || {
        let _there = &there;
        let added = add_coro(async { Ok(()) });
        let closing = added.result().is_some_and(|result| {
            let exception = result.unwrap_err();
            exception.is::<LoopEnded>()
        });
        drop(sleep(Duration::from_secs(1)));
        let (to_read, to_write) = (readability(&conn), writability(&conn));
        forget(&conn);
        drop((to_read, to_write));
        let later = (readability(&conn), sleep(Duration::MAX));
        promise.set_success(()).unwrap();
        time::pause();
        time::advance(Duration::from_secs(1));
        time::resume();
        assert!(reactor::selects() < u64::MAX);
        drop(race(later.0, later.1));
        drop(timeout(Duration::ZERO, Promise::<()>::new()));
        // To leave something behind is allowed as well, as long as somebody owns it.
        held.replace(Some((readability(&conn), sleep(Duration::MAX))));
        // A loop inside a loop is refused, with a panic that can be caught. One that has ended is none.
        let inner = std::panic::catch_unwind(|| run(async { Ok(()) }));
        assert_eq!(inner.is_err(), !closing);
        through.set(through.get() + if closing { 100 } else { 1 });
    })
}

#[test]
fn a_destructor_may_do_anything_while_its_task_ends() {
    let through = Rc::new(Cell::new(0));
    let guard = anything(&through);
    by_hand(|_| async move {
        add_coro(async move {
            let _guard = guard;
            sleep(Duration::ZERO).await
        })
        .await
    })
    .unwrap();
    assert_eq!(through.get(), 1);
}

#[test]
fn a_destructor_may_do_anything_while_its_task_is_given_up() {
    let through = Rc::new(Cell::new(0));
    let guard = anything(&through);
    by_hand(|_| async move {
        let waiting = async move {
            let _guard = guard;
            Promise::<()>::new().await
        };
        let _ = timeout(Duration::ZERO, waiting).await;
        Ok(())
    })
    .unwrap();
    assert_eq!(through.get(), 1);
}

#[test]
fn a_destructor_may_do_anything_while_the_loop_ends() {
    let through = Rc::new(Cell::new(0));
    let guards: Vec<_> = (0..3).map(|_| anything(&through)).collect();
    by_hand(|_| async move {
        for guard in guards {
            let waiting = add_coro(async move {
                let _guard = guard;
                readability(&std::io::stdin()).await?;
                Promise::<()>::new().await
            });
            drop(waiting);
        }
        others().await;
        Ok(())
    })
    .unwrap();
    assert_eq!(through.get(), 300, "and each add_coro was refused by name");
}

/// Talks to the echo server until it waits as `until` says, then drops it.
async fn echo_dropped_at(
    name: &str,
    reactor: &stage5_select::Reactor,
    mut talk: impl FnMut(&mut TcpStream),
    until: (usize, usize, usize),
) -> Result<(), Exception> {
    let (conn, mut there) = conns();
    there.set_nonblocking(true)?; // both ends are on this thread: it must not wait for itself
    let mut server = Box::pin(echo(conn, |_| ()));
    let mut turns = 0;
    // Three turns at least: a wait for the second piece looks like that for the first.
    while turns < 3 || waits(reactor) != until {
        talk(&mut there);
        poll_fn(|cx| {
            let polled = server.as_mut().poll(cx);
            assert!(polled.is_pending(), "{name}: it has ended");
            Poll::Ready(())
        })
        .await;
        turns += 1;
        if turns < 3 || waits(reactor) != until {
            sleep(Duration::ZERO).await?;
        }
        assert!(turns < 100_000, "{name}: never there: {:?}", waits(reactor));
    }
    drop(server);
    assert_eq!(waits(reactor), (0, 0, 0), "{name}");
    there.set_nonblocking(false)?;
    assert!(is_closed(there), "{name}");
    Ok(())
}

#[test]
fn the_echo_server_may_be_dropped_at_each_of_its_awaits() {
    by_hand(|reactor| async move {
        let read = (1, 0, 0);
        echo_dropped_at("waiting for a line", &reactor, |_| (), read).await?;
        let half = |there: &mut TcpStream| drop(there.write(b"half a li"));
        echo_dropped_at("in the middle of a line", &reactor, half, read).await?;

        // A client that sends and does not read: at some time the reply does not fit.
        let flood = |there: &mut TcpStream| {
            let line = [&[b'x'; 1023][..], b"\n"].concat().repeat(64);
            while there.write(&line).is_ok() {}
        };
        echo_dropped_at("in the middle of a reply", &reactor, flood, (0, 1, 0)).await?;

        // The last words: it waits for the end of input, and for a deadline.
        let last_words = (1, 0, 1);
        let bye = |there: &mut TcpStream| drop(there.write(b"one\nbye\n"));
        echo_dropped_at("after bye", &reactor, bye, last_words).await?;
        let endless = |there: &mut TcpStream| drop(there.write(&vec![b'x'; MAX_LINE]));
        echo_dropped_at("after a line too long", &reactor, endless, last_words).await
    })
    .unwrap();
}

#[test]
fn accept_connect_read_and_write_may_be_dropped_while_they_wait() {
    by_hand(|reactor| async move {
        let listener = Listener::bind("127.0.0.1:0")?;
        let (conn, _there) = conns();
        let mut byte = [0];
        let full = vec![0; 16 << 20];
        let mut waiting: Vec<Pin<Box<dyn Future<Output = ()>>>> = vec![
            Box::pin(async { drop(accept(&listener).await) }),
            Box::pin(async { drop(read(&conn, &mut byte).await) }),
            Box::pin(async { drop(write(&conn, &full).await) }),
        ];
        for future in &mut waiting {
            let waits = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
            assert!(waits);
        }
        assert_eq!(waits(&reactor), (2, 1, 0));
        drop(waiting);
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

/// A chain of tasks, each waiting for the next, the last one for a socket: dropped one by one.
#[test]
fn a_hundred_thousand_tasks_that_wait_are_dropped_without_a_deep_stack() {
    let (conn, there) = conns();
    by_hand(|reactor| async move {
        let mut next = add_coro(async move { readability(&conn).await });
        for _ in 0..100_000 {
            next = add_coro(async move { next.await });
        }
        others().await;
        assert_eq!(waits(&reactor), (1, 0, 0));
        Ok(())
    })
    .unwrap();
    assert!(is_closed(there));
}
