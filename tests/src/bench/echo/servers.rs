//! The servers: stage 5's as the book has it, tokio's as its own guide has it, and a plain loop around `select`,
//! without coroutines, tasks or wakers. Its `select` is stage 5's own, so that what is compared is all the rest.

use std::io::{self, BufRead, ErrorKind, Write};
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, RawFd};

use stage5_select::{Listener, Server, echo, run};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::kernel::fdset::FdSet;
use crate::kernel::sys;

pub(super) fn ours() -> io::Result<()> {
    let served = run(async move {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0))?;
        println!("{}", listener.local_addr()?);
        Server::new(listener)
            .on_report(|_| ())
            .serve(|conn| echo(conn, |_| ()))
            .await
    });
    served.map_err(|exception| io::Error::other(exception.to_string()))
}

/// A task for each connection, on a runtime of the current thread.
pub(super) fn tokio(listener: std::net::TcpListener) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(echo_lines(stream));
        }
    })
}

async fn echo_lines(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    while stream.read_until(b'\n', &mut line).await? > 0 {
        reply.clear();
        reply.extend_from_slice(b"echo: ");
        reply.extend_from_slice(&line);
        stream.get_mut().write_all(&reply).await?;
        line.clear();
    }
    Ok(())
}

pub(super) fn plain(listener: &std::net::TcpListener) -> io::Result<()> {
    let (mut all, none) = (FdSet::default(), FdSet::default());
    let (mut ready, mut not_asked) = (FdSet::default(), FdSet::default());
    let (mut conns, mut fds): (Vec<Option<Conn>>, Vec<_>) = Default::default();
    all.insert(listener.as_raw_fd())?;
    loop {
        let end = all.end();
        sys::select(ready.copy(&all, end), not_asked.copy(&none, end), None)?;
        fds.clear();
        ready.for_each(|fd| fds.push(fd));
        for &fd in &fds {
            if fd == listener.as_raw_fd() {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                let fd = stream.as_raw_fd();
                all.insert(fd)?;
                conns.resize_with(conns.len().max(index(fd) + 1), || None);
                let stream = io::BufReader::new(stream);
                let (line, reply) = (Vec::new(), Vec::new());
                conns[index(fd)] = Some(Conn {
                    stream,
                    line,
                    reply,
                });
            } else if let Some(conn) = &mut conns[index(fd)]
                && !conn.answer().unwrap_or(false)
            {
                all.remove(fd);
                conns[index(fd)] = None;
            }
        }
    }
}

fn index(fd: RawFd) -> usize {
    usize::try_from(fd).expect("an open descriptor is not negative")
}

/// A connection of the plain loop.
struct Conn {
    stream: io::BufReader<std::net::TcpStream>,
    /// What has come of it.
    line: Vec<u8>,
    reply: Vec<u8>,
}

impl Conn {
    /// Reads once, and answers each line that is there. `false` at the end of input.
    fn answer(&mut self) -> io::Result<bool> {
        loop {
            match self.stream.read_until(b'\n', &mut self.line) {
                Ok(0) => return Ok(false),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                result => result?,
            };
            self.reply.clear();
            self.reply.extend_from_slice(b"echo: ");
            self.reply.append(&mut self.line);
            // A client that does not read is cut off: the loop is plain.
            self.stream.get_mut().write_all(&self.reply)?;
            if self.stream.buffer().is_empty() {
                return Ok(true);
            }
        }
    }
}
