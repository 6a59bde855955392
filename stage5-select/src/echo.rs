//! The echo server: a conversation, and the loop that accepts.

use std::io::{self, Write};
use std::net::Shutdown;
use std::time::Duration;

use crate::combine::timeout;
use crate::exception::Exception;
use crate::net::connection::Conn;
use crate::net::lines::{LineTooLong, Lines, PIECE};
use crate::net::listener::{Listener, accept};
use crate::net::{read, write};
use crate::scheduler::add_coro;

/// How long a connection stays open after its last line, so that the client can read that.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Listens on a port of 127.0.0.1, prints which one, and runs `func` for each connection, as a task (T34).
///
/// An error of `accept` ends it, and an error of `func` is lost: nobody awaits that task. A
/// [`Server`](crate::Server) reports both, and can be told to stop.
///
/// # Errors
///
/// If it cannot listen there, and those of [`accept`].
///
/// ```no_run
/// use stage5_select::{echo_server, launch_server, run};
///
/// run(launch_server(echo_server, 4321))?;
/// # Ok::<(), stage5_select::Exception>(())
/// ```
pub async fn launch_server<F>(func: impl Fn(Conn) -> F, port: u16) -> Result<(), Exception>
where
    F: Future<Output = Result<(), Exception>> + 'static,
{
    let listener = Listener::bind(("127.0.0.1", port))?;
    print(format_args!(
        "Listening on port {}",
        listener.local_addr()?.port()
    ));
    loop {
        let conn = accept(&listener).await?;
        drop(add_coro(func(conn))); // the task runs on, and nobody awaits it
    }
}

/// Reads a line, sends it back with `echo: ` in front, and so on until a line says `bye`, or the input
/// ends (T28). Prints each line: if nobody reads that, the loop waits.
///
/// # Errors
///
/// Those of [`read`] and [`write`](crate::write()), and [`LineTooLong`], which the client is told too.
pub async fn echo_server(conn: Conn) -> Result<(), Exception> {
    echo(conn, |line| {
        print(format_args!("Received: b\"{}\"", line.escape_ascii()));
    })
    .await
}

/// Not `println!`, which panics if nobody reads the output any more.
fn print(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// An [`echo_server`] that shows each line to `received`, and prints nothing.
///
/// A client that does not read is not read from either. So it takes no more memory than one line.
///
/// # Errors
///
/// Those of [`echo_server`].
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
                reply.clear();
                reply.shrink_to(PIECE); // a long line's memory is not kept
            }
            Err(exception) if exception.is::<LineTooLong>() => break Err(exception),
            Err(exception) => return Err(exception),
        }
    };
    // The client may still be sending, and shall read what we say last. (In a box, because it would be a part of
    // this future as long as the client talks.)
    let last_words = Box::pin(async {
        if let Err(exception) = &ended {
            write(&conn, format!("error: {exception}\n").as_bytes()).await?;
        }
        drain(&conn).await
    });
    let _ = timeout(LAST_WORDS, last_words).await;
    ended
}

/// Says that no more will be written, and reads until the other side ends, too; then the connection may be dropped.
///
/// A kernel that closes a socket with unread input resets the connection, and what was written last may be lost.
/// Put it in a [`timeout`], because the other side may never end.
///
/// # Errors
///
/// Those of [`read`].
pub async fn drain(conn: &Conn) -> Result<(), Exception> {
    conn.stream().shutdown(Shutdown::Write)?;
    // An array would be a part of this future, and so of every task that may come here.
    let mut buffer = vec![0; 4096];
    while read(conn, &mut buffer).await? > 0 {}
    Ok(())
}
