//! A conversation: each line comes back, until one says `bye` (T28).
//!
//! How to go about it: one coroutine for each connection, which reads from top to bottom. Then look at
//! how a conversation may end: `bye`, the end of input, a client that is gone, a line without an end.

mod common;
mod watchdog;

use std::cell::RefCell;
use std::rc::Rc;

use common::{pair, read_all, read_exact};
use stage5_select::{
    Conn, LineTooLong, MAX_LINE, Promise, add_coro, echo, echo_server, read, write,
};
use watchdog::run;

/// The echo server's half, as a task.
fn served(conn: Conn) -> Promise<()> {
    add_coro(echo(conn, |_| ()))
}

#[test]
fn hello_comes_back_and_bye_closes() {
    run(async {
        let (here, there) = pair().await?;
        let served = add_coro(echo_server(here));
        write(&there, b"hello\n").await?;
        assert_eq!(read_exact(&there, 12).await?, b"echo: hello\n");
        write(&there, b"bye\n").await?;
        assert_eq!(read(&there, &mut [0]).await?, 0);
        drop(there);
        served.await
    })
    .unwrap();
}

#[test]
fn bye_may_have_any_end_of_line_and_what_follows_is_not_echoed() {
    for bye in ["bye\n", "bye\r\n", "bye", " bye \nmore\n"] {
        run(async move {
            let (here, there) = pair().await?;
            let served = served(here);
            write(&there, format!("hello\n{bye}").as_bytes()).await?;
            there.stream().shutdown(std::net::Shutdown::Write)?;
            assert_eq!(read_all(&there).await?, b"echo: hello\n");
            served.await
        })
        .unwrap();
    }
}

#[test]
fn end_of_input_ends_the_conversation_and_what_was_said_is_answered() {
    run(async {
        let (here, there) = pair().await?;
        let served = served(here);
        write(&there, b"one\ntwo").await?;
        there.stream().shutdown(std::net::Shutdown::Write)?;
        assert_eq!(read_all(&there).await?, b"echo: one\necho: two");
        served.await
    })
    .unwrap();
}

#[test]
fn a_second_client_is_served_while_the_first_one_is_silent() {
    run(async {
        let (first, first_there) = pair().await?;
        let (second, second_there) = pair().await?;
        let (first, second) = (served(first), served(second));
        write(&second_there, b"hello\nbye\n").await?;
        assert_eq!(read_all(&second_there).await?, b"echo: hello\n");
        drop(second_there);
        second.await?;
        assert!(!first.is_settled());
        drop(first_there);
        first.await
    })
    .unwrap();
}

/// To close a socket with unread input is to reset the connection.
#[test]
fn a_client_that_vanishes_ends_its_own_conversation_and_no_other() {
    run(async {
        let (here, there) = pair().await?;
        let (other, other_there) = pair().await?;
        let (vanished, other) = (served(here), served(other));
        write(&there, b"hello\n").await?;
        common::let_others_run().await;
        drop(there); // with the answer unread
        let exception = vanished.await.unwrap_err();
        assert!(exception.is::<std::io::Error>());

        write(&other_there, b"still here\nbye\n").await?;
        assert_eq!(read_all(&other_there).await?, b"echo: still here\n");
        drop(other_there);
        other.await
    })
    .unwrap();
}

#[test]
fn a_line_without_an_end_is_told_so_and_closed() {
    run(async {
        let (here, there) = pair().await?;
        let served = served(here);
        let endless = vec![b'x'; 10 * MAX_LINE];
        write(&there, &endless).await?;
        there.stream().shutdown(std::net::Shutdown::Write)?;
        let answer = String::from_utf8(read_all(&there).await?)?;
        assert_eq!(answer, format!("error: {LineTooLong}\n"));
        assert!(served.await.unwrap_err().is::<LineTooLong>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn each_line_is_shown_once_as_it_came() {
    let shown = Rc::new(RefCell::new(Vec::new()));
    let show = Rc::clone(&shown);
    run(async move {
        let (here, there) = pair().await?;
        let served = add_coro(echo(here, move |line| {
            show.borrow_mut().push(line.to_vec());
        }));
        write(&there, b"one\r\ntwo\nbye\n").await?;
        drop(there);
        let _ = served.await; // it may find that nobody reads its answers
        Ok(())
    })
    .unwrap();
    assert_eq!(*shown.borrow(), [&b"one\r\n"[..], b"two\n"]);
}
