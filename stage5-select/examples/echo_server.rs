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
//! Ctrl-C ends the server: open conversations have three seconds to end first, and a second Ctrl-C does not
//! wait for them. (To print is to wait, and no other task runs meanwhile. If its output is a pipe that nobody
//! reads, it stands still.) Another address goes after `--`:
//! `cargo run -p stage5-select --example echo_server -- 127.0.0.1:0` takes any port that is free.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use stage5_select::{Listener, Server, echo_server, interrupted, run};

const USAGE: &str = "usage: echo_server [ADDRESS]   (127.0.0.1:4321 if it is left out)";

fn main() -> ExitCode {
    let args: Vec<String> = env::args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let addr = match &args[..] {
        [] => "127.0.0.1:4321".to_owned(),
        [arg] if arg == "--help" || arg == "-h" => {
            let _ = writeln!(io::stdout(), "{USAGE}");
            return ExitCode::SUCCESS;
        }
        [addr] if !addr.starts_with('-') => addr.clone(),
        _ => {
            eprintln!("echo_server: it takes one address, and no options\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let served = run(async move {
        Server::new(Listener::bind(addr.as_str())?)
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
