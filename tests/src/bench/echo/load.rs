//! Clients of an echo server: each sends a line, waits for the reply, checks it, and sends the next.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

/// What a client sends: 64 bytes with the end of the line.
pub const LINE: &[u8; 64] = b"sixty-four bytes, the last of them the end of the line, no less\n";

/// What it gets for that.
pub const REPLY: &[u8; 70] =
    b"echo: sixty-four bytes, the last of them the end of the line, no less\n";

/// Connections to one server: those that are busy, all driven by this thread, and those that are idle.
#[derive(Debug)]
pub struct Load {
    poll: Poll,
    events: Events,
    busy: Vec<Busy>,
    _idle: Vec<TcpStream>,
}

#[derive(Debug)]
struct Busy {
    stream: mio::net::TcpStream,
    received: usize,
}

impl Load {
    /// Connects: the idle ones first, so that the busy ones have the high descriptors.
    ///
    /// # Errors
    ///
    /// If a connection cannot be made.
    pub fn connect(addr: SocketAddr, busy: usize, idle: usize) -> io::Result<Load> {
        let idle: Vec<_> = (0..idle).map(|_| greeted(addr)).collect::<Result<_, _>>()?;
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(busy);
        for index in 0..busy {
            let stream = greeted(addr)?;
            stream.set_nonblocking(true)?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            poll.registry()
                .register(&mut stream, Token(index), Interest::READABLE)?;
            let received = 0;
            connections.push(Busy { stream, received });
        }
        Ok(Load {
            poll,
            events: Events::with_capacity(1024),
            busy: connections,
            _idle: idle,
        })
    }

    /// Sends that many lines in all, one at a time on each busy connection, and takes the replies.
    ///
    /// # Errors
    ///
    /// If a connection fails, or a reply is not the right one.
    pub fn requests(&mut self, count: usize) -> io::Result<Duration> {
        let start = Instant::now();
        let (mut sent, mut replied) = (0, 0);
        for conn in self.busy.iter_mut().take(count) {
            conn.stream.write_all(LINE)?;
            sent += 1;
        }
        while replied < count {
            self.poll
                .poll(&mut self.events, Some(Duration::from_secs(60)))?;
            if self.events.is_empty() {
                return Err(ErrorKind::TimedOut.into());
            }
            for event in &self.events {
                let conn = &mut self.busy[event.token().0];
                if !conn.has_reply()? {
                    continue;
                }
                replied += 1;
                if sent < count {
                    conn.stream.write_all(LINE)?;
                    sent += 1;
                }
            }
        }
        Ok(start.elapsed())
    }
}

impl Busy {
    /// Reads what is there, and says whether that completes a reply.
    fn has_reply(&mut self) -> io::Result<bool> {
        let mut buffer = [0; REPLY.len() + 1];
        let count = match self.stream.read(&mut buffer[self.received..]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            result => result?,
        };
        let total = self.received + count;
        let right = REPLY.get(self.received..total) == Some(&buffer[self.received..total]);
        if !right || count == 0 {
            return Err(io::Error::other("that is not the reply"));
        }
        self.received = total % REPLY.len();
        Ok(self.received == 0)
    }
}

/// A connection that the server has answered on: it is accepted, and has its task.
fn greeted(addr: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.write_all(LINE)?;
    let mut reply = [0; REPLY.len()];
    stream.read_exact(&mut reply)?;
    if reply != *REPLY {
        return Err(io::Error::other("that is not the reply"));
    }
    Ok(stream)
}
