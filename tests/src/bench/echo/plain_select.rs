//! A loop around `select` and nothing else: no coroutines, no tasks, no wakers.
//!
//! The call itself is stage 5's own, the very file, so that what is compared is all the rest.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use super::bytes::Conn;
use crate::bench::descriptors::{Bits, sys};

pub(super) fn serve(listener: &TcpListener) -> io::Result<()> {
    let (mut all, mut ready, mut none) = (Bits::default(), Bits::default(), Bits::default());
    let mut conns: Vec<Option<Conn<TcpStream>>> = Vec::new();
    let listening = index(listener);
    all.insert(listening);
    loop {
        ready.copy_from(&all);
        none.empty_like(&all);
        sys::select(&mut ready.0, &mut none.0, None)?;
        for fd in ready.iter() {
            if fd == listening {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                let fd = index(&stream);
                all.insert(fd);
                if fd >= conns.len() {
                    conns.resize_with(fd + 1, || None);
                }
                conns[fd] = Some(Conn::new(stream));
            } else if let Some(conn) = &mut conns[fd]
                && !conn.turn().unwrap_or(false)
            {
                all.remove(fd);
                conns[fd] = None;
            }
        }
    }
}

fn index(socket: &impl AsRawFd) -> usize {
    usize::try_from(socket.as_raw_fd()).expect("an open descriptor is not negative")
}
