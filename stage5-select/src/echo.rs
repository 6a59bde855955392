//! The echo server's half of a conversation.

use std::io::Write;
use std::time::Duration;

use crate::exception::Exception;
use crate::lines::{LineTooLong, Lines};
use crate::net::{Conn, drain, write};
use crate::time::timeout;

/// How long a connection that we have ended may stay to read what we sent last.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Reads a line, sends it back with `echo: ` in front, and so on until a line says `bye`, or the input
/// ends; then closes (T28). Prints each line that it receives.
///
/// # Errors
///
/// The connection's, and [`LineTooLong`], which the client is told too.
pub async fn echo_server(conn: Conn) -> Result<(), Exception> {
    echo(conn, |line| {
        // Not `println!`, which panics where nobody reads what we print any more.
        let _ = writeln!(std::io::stdout(), "Received: b\"{}\"", line.escape_ascii());
    })
    .await
}

/// The same, but shows each line that it receives to `received`, and prints nothing.
///
/// # Errors
///
/// As [`echo_server`].
pub async fn echo(conn: Conn, mut received: impl FnMut(&[u8])) -> Result<(), Exception> {
    let mut lines = Lines::new(&conn);
    let mut reply = Vec::new();
    let ended = loop {
        let line = match lines.next().await {
            Ok(Some(line)) if line.trim_ascii() != b"bye" => line,
            Ok(Some(_)) => break Ok(()),
            Ok(None) => return Ok(()),
            Err(exception) if exception.is::<LineTooLong>() => {
                write(&conn, format!("error: {exception}\n").as_bytes()).await?;
                break Err(exception);
            }
            Err(exception) => return Err(exception),
        };
        received(line);
        reply.clear();
        reply.extend_from_slice(b"echo: ");
        reply.extend_from_slice(line);
        write(&conn, &reply).await?;
    };
    // The client may still be sending; what we said last is to reach it all the same.
    let _ = timeout(LAST_WORDS, drain(&conn)).await;
    ended
}
