//! Stage 5's server, as the book has it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use stage5_select::{Listener, Server, echo, run};

pub(super) fn serve(listening: impl FnOnce(SocketAddr) + 'static) -> io::Result<()> {
    let served = run(async move {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listening(listener.local_addr()?);
        Server::new(listener)
            .on_report(|_| ())
            .serve(|conn| echo(conn, |_| ()))
            .await
    });
    served.map_err(|exception| io::Error::other(exception.to_string()))
}
