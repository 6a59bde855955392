//! The talk's last program: an echo server on our own loop.
//!
//! ```console,session=echo
//! $ cargo run -q -p stage5-select --example echo_server
//! Listening on port 4321
//! Connected to 127.0.0.1:[..]
//! Received: b"hello\n"
//! ```
//!
//! Talk to it from another terminal: each line comes back with `echo: ` in front, and `bye` ends the
//! conversation.
//!
//! ```console,session=echo
//! $ nc 127.0.0.1 4321
//! hello
//! echo: hello
//! bye
//! ```
//!
//! Ctrl-C ends the server: open conversations have three seconds to end
//! first, and a second Ctrl-C does not wait for them. (To print is to wait, and nobody else runs meanwhile:
//! with its output in a pipe that nobody reads, it stands still.) Another address goes behind two dashes:
//! `cargo run -p stage5-select --example echo_server -- 127.0.0.1:0` takes any port that is free.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use stage5_select::{Listener, Server, echo_server, interrupted, run};

fn main() -> ExitCode {
    let addr = env::args_os().nth(1);
    let addr = addr.unwrap_or_else(|| "127.0.0.1:4321".into());
    let served = run(async move {
        Server::new(Listener::bind(&*addr.to_string_lossy())?)
            .stop_when(interrupted(), Duration::from_secs(3))
            .serve(echo_server)
            .await
    });
    if let Err(exception) = served {
        eprintln!("echo_server: {exception:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
