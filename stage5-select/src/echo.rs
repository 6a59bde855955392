//! The echo server's half of a conversation.

use std::io::{self, Write};
use std::time::Duration;

use crate::conn::Conn;
use crate::exception::Exception;
use crate::lines::{LineTooLong, Lines, PIECE};
use crate::net::{drain, write};
use crate::time::timeout;

/// How long a connection that we have ended may stay, to read what we say last.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Reads a line, sends it back with `echo: ` in front, and so on until a line says `bye`, or the input
/// ends; then closes (T28). Prints each line that it receives; where somebody is slow to read that, the
/// loop waits, as for a [`Report`](crate::Report::print).
///
/// # Errors
///
/// The connection's, and [`LineTooLong`], which the client is told too.
///
/// ```
/// use stage5_select::{Listener, accept, add_coro, connect, echo_server, read, run, write};
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     let served = add_coro(echo_server(accept(&listener).await?));
///     write(&there, b"bye\n").await?;
///     assert_eq!(read(&there, &mut [0; 64]).await?, 0); // the end of input
///     drop(there);
///     served.await
/// }).unwrap();
/// ```
pub async fn echo_server(conn: Conn) -> Result<(), Exception> {
    echo(conn, |line| {
        // Not `println!`, which panics where nobody reads what we print any more.
        let _ = writeln!(io::stdout(), "Received: b\"{}\"", line.escape_ascii());
    })
    .await
}

/// The same, but shows each line that it receives to `received`, and prints nothing. See
/// [`Server`](crate::Server).
///
/// A client that does not read what it is sent is not read from either: so its memory is bounded by one
/// line, and what the kernel holds.
///
/// # Errors
///
/// As [`echo_server`].
pub async fn echo(conn: Conn, mut received: impl FnMut(&[u8])) -> Result<(), Exception> {
    let (mut lines, mut reply) = (Lines::new(&conn), Vec::new());
    let ended = loop {
        match lines.next().await {
            Ok(None) => return Ok(()),
            Ok(Some(line)) if line.trim_ascii() == b"bye" => break Ok(()),
            Ok(Some(line)) => {
                received(line);
                reply.extend_from_slice(b"echo: ");
                reply.extend_from_slice(line);
                write(&conn, &reply).await?;
                // As in `lines`: one long line is no reason to keep the memory for it for good.
                reply.clear();
                reply.shrink_to(PIECE);
            }
            Err(exception) if exception.is::<LineTooLong>() => break Err(exception),
            Err(exception) => return Err(exception),
        }
    };
    // We end it, and the client may still be sending: what we say last is to reach it all the same. (Why
    // in a box? Room for what is awaited here is part of this future, for as long as the client talks.)
    let last_words = Box::pin(async {
        if let Err(exception) = &ended {
            write(&conn, format!("error: {exception}\n").as_bytes()).await?;
        }
        drain(&conn).await
    });
    let _ = timeout(LAST_WORDS, last_words).await;
    ended
}
