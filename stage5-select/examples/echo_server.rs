//! The talk's last program: an echo server on our own loop.
//!
//! ```text
//! $ cargo run -p stage5-select --example echo_server
//! Listening on port 4321
//! ```
//!
//! Talk to it from another terminal, `nc 127.0.0.1 4321`: each line comes back with `echo: ` in front,
//! and `bye` ends the conversation. Meanwhile it prints who connects and what they say. Ctrl-C stops it:
//! open conversations have three seconds to end. Another address goes behind two dashes:
//! `cargo run -p stage5-select --example echo_server -- 127.0.0.1:0` takes any port that is free.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use stage5_select::{Exception, Listener, Server, echo_server, interrupted, run};

fn main() -> ExitCode {
    let addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:4321".to_owned());
    let served = run(async move {
        Server::new(Listener::bind(addr.as_str())?)
            .stop_when(interrupted(), Duration::from_secs(3))
            .serve(echo_server)
            .await
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(exception) => fail(&exception),
    }
}

fn fail(exception: &Exception) -> ExitCode {
    eprintln!("echo_server: {exception:#}");
    ExitCode::FAILURE
}
