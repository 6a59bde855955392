//! Sockets that do not block. [`read`] waits until the kernel says that there is something to read, and then tries.
//! [`write()`] and [`accept`](crate::accept) try first, and wait if that would block. (A new listener waits first. So
//! do both after many tries in a row, so that other tasks have their turn.) The futures here are written by hand: an
//! `async fn` would be one more call each time.

use std::io::{self, ErrorKind, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::exception::Exception;
use crate::kernel::errors::try_again;
use crate::kernel::fairness::Turn;
use crate::net::connection::Conn;
use crate::readiness::{Interest, readability, writability};

pub mod connection;
pub mod incoming;
pub mod lines;
pub mod listener;

/// Copies the bytes that have arrived into `buffer`, and returns how many (0: end of input) (T32).
///
/// The call itself, not its `.await`, registers the descriptor with the reactor.
///
/// # Errors
///
/// [`std::io::Error`], for example if the other side has reset the connection; and those of [`readability`].
///
/// ```
/// use stage5_select::{Listener, accept, connect, read, run, write};
///
/// let count = run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     write(&there, b"hello").await?;
///     read(&accept(&listener).await?, &mut [0; 64]).await
/// });
/// assert_eq!(count.unwrap(), 5);
/// ```
#[track_caller]
pub fn read<'a>(conn: &'a Conn, buffer: &'a mut [u8]) -> Read<'a> {
    Read {
        interest: readability(conn),
        conn,
        buffer,
    }
}

/// What [`read`] gives.
#[derive(Debug)]
#[must_use = "it reads nothing until it is awaited"]
pub struct Read<'a> {
    conn: &'a Conn,
    buffer: &'a mut [u8],
    interest: Interest,
}

impl Future for Read<'_> {
    type Output = Result<usize, Exception>;

    /// If there is nothing to read although the kernel has said so, it waits again: another task may have read it.
    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            ready!(Pin::new(&mut this.interest).poll(cx))?;
            match this.conn.stream().read(this.buffer) {
                Err(error) if try_again(&error) => this.interest = readability(this.conn),
                result => return Poll::Ready(Ok(result?)),
            }
        }
    }
}

/// Writes all of `bytes` (T32). (The talk's `send` may take a part of them, and the rest is lost.)
///
/// One task writes at a time: another `write` to the same connection waits for its turn, so that their bytes do not
/// mix. A `write` that is kept but not polled any more keeps its turn. One that is dropped early may have sent a
/// part, and nobody knows how much: then close the connection.
///
/// # Errors
///
/// [`std::io::Error`], for example if the other side has closed the connection; and those of [`writability`].
pub fn write<'a>(conn: &'a Conn, bytes: &'a [u8]) -> Write<'a> {
    Write {
        conn,
        bytes,
        turn: None,
        interest: None,
    }
}

/// What [`write()`] gives.
#[derive(Debug)]
#[must_use = "it writes nothing until it is awaited"]
pub struct Write<'a> {
    conn: &'a Conn,
    bytes: &'a [u8],
    /// Its place among those who write to the connection. It has none as long as it need not wait.
    turn: Option<Turn<'a>>,
    interest: Option<Interest>,
}

impl Future for Write<'_> {
    type Output = Result<(), Exception>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let result = ready!(this.poll_write(cx));
        this.turn = None; // the next one may write, even if this future is not dropped yet
        Poll::Ready(result)
    }
}

impl Write<'_> {
    /// 1. Wait for those who came first, if there are any, and for the kernel, if it had no room.
    /// 2. Try.
    /// 3. If bytes are left they must follow at once: take a place in the line, or the first one there.
    #[track_caller]
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Exception>> {
        while !self.bytes.is_empty() {
            if let Some(turn) = &mut self.turn {
                ready!(turn.poll(cx))?; // 1
            }
            if let Some(interest) = &mut self.interest {
                ready!(Pin::new(interest).poll(cx))?;
                self.interest = None;
            }
            if self.turn.is_some() || self.conn.writers().is_free() {
                match self.conn.try_write(self.bytes) {
                    Ok(0) => return Poll::Ready(Err(io::Error::from(ErrorKind::WriteZero).into())),
                    Ok(count) => self.bytes = &self.bytes[count..], // 2
                    Err(error) if try_again(&error) => {
                        self.interest = Some(writability(self.conn));
                    }
                    Err(error) => return Poll::Ready(Err(error.into())),
                }
            }
            if self.turn.is_none() && !self.bytes.is_empty() {
                self.turn = Some(self.conn.writers().enter()); // 3
            }
        }
        Poll::Ready(Ok(()))
    }
}
