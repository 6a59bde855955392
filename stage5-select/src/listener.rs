//! A listener: a socket that connections come in at.

use std::fmt;
use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use crate::conn::Conn;
use crate::exception::Exception;
use crate::incoming::Incoming;
use crate::reactor::{forget, readability};
use crate::refusal::{is_passing, no_address};
use crate::share::Share;
use crate::sys;

/// How many connections may wait to be accepted.
pub(crate) const BACKLOG: i32 = 4096;

/// A socket that connections come in at. See [`accept`].
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    /// What is left until the kernel is asked again.
    share: Share,
    /// It stays on its thread, as all that has to do with the loop does: dropped on another one, it would
    /// find no reactor to tell, and who waits for it would wait for ever.
    stays: PhantomData<Rc<()>>,
}

impl Listener {
    /// Listens on the first of the addresses that can be had.
    ///
    /// # Errors
    ///
    /// The kernel's; that the port is in use, for one. It names the address.
    ///
    /// ```
    /// use stage5_select::Listener;
    ///
    /// let listener = Listener::bind("127.0.0.1:0")?;
    /// let error = Listener::bind(listener.local_addr()?).unwrap_err();
    /// assert!(error.to_string().starts_with("can't listen on 127.0.0.1:"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn bind(addr: impl ToSocketAddrs + fmt::Debug) -> io::Result<Self> {
        let bound = TcpListener::bind(&addr).and_then(|socket| {
            socket.set_nonblocking(true)?;
            sys::listen(socket.as_fd(), BACKLOG)?;
            Ok(Listener {
                socket,
                share: Share::used_up(),
                stays: PhantomData,
            })
        });
        bound.map_err(|error| {
            let what_to_do = match error.kind() {
                ErrorKind::AddrInUse => " (end the program that listens there, or take port 0, which is any that is free)",
                ErrorKind::InvalidInput => no_address(&error),
                // Known, and another machine's; or not known: the resolver's errors have no number.
                kind if kind == ErrorKind::AddrNotAvailable || error.raw_os_error().is_none() => {
                    " (an address of this machine goes in front of the port, as 127.0.0.1:4321; 0.0.0.0:4321 is all of them)"
                }
                _ => "",
            };
            let text = format!("can't listen on {addr:?}: {error}{what_to_do}");
            io::Error::new(error.kind(), text)
        })
    }

    /// Where it listens: the port, if it was bound to port 0.
    ///
    /// # Errors
    ///
    /// The kernel's.
    ///
    /// ```
    /// # use stage5_select::Listener;
    /// assert_ne!(Listener::bind("127.0.0.1:0")?.local_addr()?.port(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The connections, one after the other, as a stream that does not end.
    ///
    /// ```
    /// use futures_core::Stream;
    /// use stage5_select::{Listener, connect, run};
    /// use std::future::poll_fn;
    /// use std::pin::pin;
    ///
    /// run(async {
    ///     let listener = Listener::bind("127.0.0.1:0")?;
    ///     let there = connect(listener.local_addr()?).await?;
    ///     let mut incoming = pin!(listener.incoming());
    ///     let next = poll_fn(|cx| incoming.as_mut().poll_next(cx)).await;
    ///     let here = next.expect("it does not end")?;
    ///     assert_eq!(here.peer_addr(), there.stream().local_addr()?);
    ///     Ok(())
    /// }).unwrap();
    /// ```
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming::of(self)
    }

    /// Whether to wait before the next try.
    pub(crate) fn must_wait(&self) -> bool {
        self.share.must_wait()
    }

    pub(crate) fn try_accept(&self) -> io::Result<Conn> {
        let accepted = self.socket.accept();
        let (stream, peer) = accepted.inspect_err(|_| self.share.give_up())?;
        // What fails from here on is about this connection alone: it is gone already.
        Conn::with_peer(stream, peer).map_err(|_| ErrorKind::ConnectionAborted.into())
    }

    /// The same, but passes over what is about nobody who waits. `asked`: the kernel has said that
    /// somebody does.
    pub(crate) fn try_next(&self, asked: bool) -> Option<io::Result<Conn>> {
        match self.try_accept() {
            // Why pass over what nobody was said to be there for? Out of descriptors, the kernel says so
            // before it looks whether anybody waits. Next time it is asked first.
            Err(_) if !asked => None,
            Err(error) if is_passing(&error) => None,
            result => Some(result),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        forget(&self.socket);
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Waits for the next connection, and accepts it (T34).
///
/// # Errors
///
/// The kernel's. One whose client is gone already is no error, and passed over.
///
/// ```
/// use stage5_select::{Listener, accept, connect, run};
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     let here = accept(&listener).await?;
///     assert_eq!(here.peer_addr(), there.stream().local_addr()?);
///     Ok(())
/// }).unwrap();
/// ```
pub async fn accept(listener: &Listener) -> Result<Conn, Exception> {
    loop {
        let asked = listener.must_wait();
        if asked {
            readability(listener).await?;
        }
        if let Some(result) = listener.try_next(asked) {
            return Ok(result?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    /// Or it would go on asking until its share is used up, for each that comes.
    #[test]
    fn who_has_found_nobody_waits_first() -> io::Result<()> {
        let listener = Listener::bind("127.0.0.1:0")?;
        let _there = TcpStream::connect(listener.local_addr()?)?;
        assert!(listener.must_wait());
        listener.try_accept()?;
        assert!(!listener.must_wait());
        let nobody = listener.try_accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
        assert!(listener.must_wait());
        Ok(())
    }
}
