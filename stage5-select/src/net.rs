//! Sockets that do not block: every operation waits until the kernel says it is time, and then tries.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::exception::Exception;
use crate::kernel::errors::is_temporary;
use crate::kernel::fairness::Turn;
use crate::net::connection::Conn;
use crate::net::retry::Retry;
use crate::readiness::{readability, writability};

pub mod connection;
pub mod ends;
pub mod incoming;
pub mod lines;
pub mod listener;
mod retry;

/// Reads what has come into `buffer`, and gives the number of bytes: 0 at the end of input (T32). (It is 0 also
/// if `buffer` has no room, once there is something to read.)
///
/// # Errors
///
/// [`std::io::Error`], for example if the other side has reset the connection; and those of
/// [`readability`].
///
/// # Panics
///
/// Outside a loop.
///
/// ```
/// use stage5_select::{Listener, accept, connect, read, run, write};
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     let here = accept(&listener).await?;
///
///     write(&there, b"hello").await?;
///     let mut buffer = [0; 64];
///     assert_eq!(read(&here, &mut buffer).await?, 5);
///     drop(there);
///     assert_eq!(read(&here, &mut buffer).await?, 0);
///     Ok(())
/// }).unwrap();
/// ```
#[track_caller]
pub fn read<'a>(conn: &'a Conn, buffer: &'a mut [u8]) -> Read<'a> {
    let wait = Retry::When(readability(conn));
    Read { conn, buffer, wait }
}

/// What [`read`] gives. It is written by hand, as is [`Write`]: an `async fn` would do, and each of them that
/// awaits another is one more call for each byte that comes.
#[derive(Debug)]
#[must_use = "it reads nothing until it is awaited"]
pub struct Read<'a> {
    conn: &'a Conn,
    buffer: &'a mut [u8],
    wait: Retry,
}

impl Future for Read<'_> {
    type Output = Result<usize, Exception>;

    /// The kernel has said that there is something to read. It is tried again if there is not: another task
    /// may have read it, and the kernel may be wrong now and then.
    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            ready!(this.wait.poll(cx))?;
            match this.conn.stream().read(this.buffer) {
                Err(error) if is_temporary(&error) => {
                    this.wait = Retry::after(&error, readability(this.conn));
                }
                result => {
                    this.wait = Retry::Never;
                    return Poll::Ready(Ok(result?));
                }
            }
        }
    }
}

/// Writes all of `bytes` (T32). (The talk's `send` may take a part of them, and the rest is lost.)
///
/// One task writes at a time: another `write` to the same connection waits for its turn, so that the bytes of
/// the two do not mix. It tries before it waits, because nearly always the kernel has room. If it is dropped
/// early, it may have sent a part, and nobody knows how much: then close the connection.
///
/// # Errors
///
/// [`std::io::Error`], for example if the other side has closed the connection; and those of
/// [`writability`].
///
/// # Panics
///
/// Outside a loop, if it has to wait.
pub fn write<'a>(conn: &'a Conn, bytes: &'a [u8]) -> Write<'a> {
    let (turn, wait) = (None, Retry::Now);
    Write {
        conn,
        bytes,
        turn,
        wait,
    }
}

/// What [`write`] gives.
#[derive(Debug)]
#[must_use = "it writes nothing until it is awaited"]
pub struct Write<'a> {
    conn: &'a Conn,
    bytes: &'a [u8],
    /// Its place among those who write to the connection. It has none as long as it need not wait.
    turn: Option<Turn<'a>>,
    wait: Retry,
}

impl Future for Write<'_> {
    type Output = Result<(), Exception>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let result = ready!(this.poll_all(cx));
        this.turn = None; // the next one may write, even if this future is not dropped yet
        this.wait = Retry::Never;
        Poll::Ready(result)
    }
}

impl Write<'_> {
    #[track_caller]
    fn poll_all(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Exception>> {
        let conn = self.conn;
        while !self.bytes.is_empty() {
            if let Some(turn) = &mut self.turn {
                ready!(turn.poll(cx))?;
            }
            if self.turn.is_some() || conn.writers().is_free() {
                ready!(self.wait.poll(cx))?;
                if conn.must_wait() {
                    self.wait = Retry::When(writability(conn)); // the other tasks have a turn
                } else {
                    match conn.stream().write(self.bytes) {
                        Ok(0) => {
                            return Poll::Ready(Err(io::Error::from(ErrorKind::WriteZero).into()));
                        }
                        Ok(count) => self.bytes = &self.bytes[count..],
                        Err(error) if is_temporary(&error) => {
                            self.wait = Retry::after(&error, writability(conn));
                        }
                        Err(error) => return Poll::Ready(Err(error.into())),
                    }
                }
            }
            if self.turn.is_none() && !self.bytes.is_empty() {
                self.turn = Some(conn.writers().enter());
            }
        }
        Poll::Ready(Ok(()))
    }
}
