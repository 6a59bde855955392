//! Clients of an echo server: each sends a line, waits for the reply, checks it, and sends the next.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

/// 64 bytes with the end of the line.
const LINE: &[u8; 64] = b"sixty-four bytes, the last of them the end of the line, no less\n";
const REPLY: &[u8; 70] = b"echo: sixty-four bytes, the last of them the end of the line, no less\n";

/// Connections to one server: those that are busy, all driven by this thread, and those that are idle.
pub(crate) struct Load {
    poll: Poll,
    events: Events,
    busy: Vec<mio::net::TcpStream>,
    _idle: Vec<std::net::TcpStream>,
}

impl Load {
    /// Connects: the idle ones first, so that the busy ones have the high descriptors.
    pub(crate) fn connect(addr: SocketAddr, busy: usize, idle: usize) -> io::Result<Load> {
        let idle = (0..idle).map(|_| greeted(addr));
        let idle = idle.collect::<io::Result<_>>()?;
        let poll = Poll::new()?;
        let client = |index| {
            let stream = greeted(addr)?;
            stream.set_nonblocking(true)?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            let interest = Interest::READABLE;
            poll.registry()
                .register(&mut stream, Token(index), interest)?;
            Ok(stream)
        };
        let busy = (0..busy).map(client).collect::<io::Result<_>>()?;
        Ok(Load {
            poll,
            events: Events::with_capacity(1024),
            busy,
            _idle: idle,
        })
    }

    /// Sends that many lines in all, one at a time on each busy connection, and takes the replies.
    pub(crate) fn requests(&mut self, count: u64) -> io::Result<Duration> {
        let start = Instant::now();
        let (mut sent, mut replied) = (0, 0);
        for (stream, _) in self.busy.iter_mut().zip(0..count) {
            stream.write_all(LINE)?;
            sent += 1;
        }
        while replied < count {
            let patience = Some(Duration::from_secs(60));
            self.poll.poll(&mut self.events, patience)?;
            if self.events.is_empty() {
                return Err(ErrorKind::TimedOut.into());
            }
            for event in &self.events {
                let stream = &mut self.busy[event.token().0];
                let mut reply = [0; REPLY.len() + 1];
                match stream.read(&mut reply) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                    result => check(&reply[..result?])?,
                }
                replied += 1;
                if sent < count {
                    stream.write_all(LINE)?;
                    sent += 1;
                }
            }
        }
        Ok(start.elapsed())
    }
}

/// A reply comes in one piece: it is short, and the server writes it at once.
fn check(reply: &[u8]) -> io::Result<()> {
    let wrong = || io::Error::other(format!("\"{}\" is not the reply", reply.escape_ascii()));
    (reply == REPLY).then_some(()).ok_or_else(wrong)
}

/// A connection that the server has answered on: it is accepted, and has its task.
fn greeted(addr: SocketAddr) -> io::Result<std::net::TcpStream> {
    let mut stream = std::net::TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.write_all(LINE)?;
    let mut reply = [0; REPLY.len()];
    stream.read_exact(&mut reply)?;
    check(&reply)?;
    Ok(stream)
}
