//! Stage 5's server, as the last example of the book has it.

use std::io;
use std::net::TcpListener;

use stage5_select::{Listener, Server, echo, run};

pub(super) fn serve(listener: TcpListener) -> io::Result<()> {
    let served = run(async move {
        Server::new(Listener::from_std(listener)?)
            .on_report(|_| ())
            .serve(|conn| echo(conn, |_| ()))
            .await
    });
    served.map_err(|exception| io::Error::other(exception.to_string()))
}
