//! hyper on our sockets: the two traits through which it reads and writes.
//!
//! hyper brings no loop and no sockets. It asks for something it can poll: `poll_read`, `poll_write`.
//! Each of them here is the same three lines: try; if that would block, hold on to the wait for
//! [`readability`] or [`writability`], and poll it. The wait leaves the task's waker in a promise of the
//! reactor, `select` settles the promise, and the task is polled again. That is the whole adapter.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read as _, Write as _};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use stage5_select::{Conn, Exception, Interest, Sleep, readability, sleep, writability};

/// A connection, as hyper wants it.
pub struct Wire {
    conn: Conn,
    reading: Option<Interest>,
    writing: Option<Interest>,
    /// How long it may be silent, and the sleep that ends when it has been.
    patience: Duration,
    silence: Option<Sleep>,
}

impl Wire {
    /// A wire that gives up when the other side neither sends nor takes anything for `patience`.
    #[must_use]
    pub fn new(conn: Conn, patience: Duration) -> Self {
        Wire {
            conn,
            reading: None,
            writing: None,
            patience,
            silence: None,
        }
    }

    /// Does `operation`, or waits until it can be done.
    fn poll_io<T>(
        &mut self,
        cx: &mut Context<'_>,
        interest: impl Fn(&mut Self) -> &mut Option<Interest>,
        wait: fn(&Conn) -> Interest,
        mut operation: impl FnMut(&Conn) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            if let Some(waiting) = interest(self) {
                let Poll::Ready(ready) = Pin::new(waiting).poll(cx) else {
                    return self.poll_silence(cx);
                };
                *interest(self) = None;
                ready.map_err(|exception| into_io_error(&exception))?;
            }
            match operation(&self.conn) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    *interest(self) = Some(wait(&self.conn));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => {
                    self.silence = None;
                    return Poll::Ready(result);
                }
            }
        }
    }

    fn poll_silence<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let patience = self.patience;
        let silence = self.silence.get_or_insert_with(|| sleep(patience));
        ready!(Pin::new(silence).poll(cx)).map_err(|exception| into_io_error(&exception))?;
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl Read for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // Why not read into hyper's own buffer? Its memory may not be initialized yet, and to hand that
        // to the kernel takes `unsafe`. So the bytes are copied once.
        let mut bytes = [0; 8192];
        let room = buf.remaining().min(bytes.len());
        let bytes = &mut bytes[..room];
        let wire = self.get_mut();
        let count = ready!(wire.poll_io(
            cx,
            |wire| &mut wire.reading,
            readability,
            |mut conn| conn.read(bytes)
        ))?;
        buf.put_slice(&bytes[..count]);
        Poll::Ready(Ok(()))
    }
}

impl Write for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_io(
            cx,
            |wire| &mut wire.writing,
            writability,
            |conn| conn.stream().write_vectored(bytes),
        )
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // there is no buffer on our side
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.conn.stream().shutdown(Shutdown::Write))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wire").field(&self.conn).finish()
    }
}

/// Our exceptions stay on their thread; hyper's errors may travel. So the text goes alone.
fn into_io_error(exception: &Exception) -> io::Error {
    io::Error::other(exception.to_string())
}
