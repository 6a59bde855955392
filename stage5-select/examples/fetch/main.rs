//! The talk's first program: several HTTP requests at once, on our own loop.
//!
//! ```console,session=book
//! $ cargo run -q -p stage5-select --example fetch -- http://127.0.0.1:4320/ http://127.0.0.1:4320/nothing
//! http://127.0.0.1:4320/: 200 OK, [..] bytes
//! http://127.0.0.1:4320/nothing: 404 Not Found, [..] bytes
//! ```
//!
//! (`cargo run -p book` is such a server, or any other.) Each URL has a line, in
//! the order given, though they are fetched side by side; one that fails does not hide the others.
//!
//! A line is all that is made of an answer: no redirect is followed. And there is no TLS, so `https://`
//! is refused.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use http::Input;
use stage5_select::{Exception, connect, gather, run, timeout, write};

mod http;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Answer {
    status: u16,
    reason: String,
    body: Vec<u8>,
}

async fn get(url: String) -> Result<Answer, Exception> {
    let (host, addr, target) = http::parse(&url)?;
    let conn = connect(addr).await?;
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    write(&conn, request.as_bytes()).await?;
    let mut input = Input::new(&conn);
    loop {
        let head = input.head().await?;
        match head.status {
            100..200 => {} // "Continue", and the like: the answer is yet to come
            status => {
                let body = input.body(&head).await?;
                let reason = head.reason;
                return Ok(Answer {
                    status,
                    reason,
                    body,
                });
            }
        }
    }
}

fn main() -> ExitCode {
    let urls = env::args_os().skip(1);
    let urls: Vec<_> = urls.map(|url| url.to_string_lossy().into_owned()).collect();
    if urls.is_empty() {
        eprintln!("fetch: what? (give it URLs: http://127.0.0.1:8000/ ...)");
        return ExitCode::FAILURE;
    }
    let requests: Vec<_> = urls.iter().cloned().map(get).collect();
    let answers = run(async {
        let requests = requests.into_iter();
        Ok(gather(requests.map(|request| timeout(PATIENCE, request))).await)
    });
    let answers = match answers {
        Ok(answers) => answers,
        Err(exception) => {
            eprintln!("fetch: {exception:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (url, answer) in urls.iter().zip(answers) {
        let told = match answer {
            Ok(answer) => {
                let (status, reason, body) = (answer.status, answer.reason, answer.body);
                format!("{status} {reason}, {} bytes", body.len())
            }
            Err(exception) => {
                code = ExitCode::FAILURE;
                format!("failed: {exception:#}")
            }
        };
        // Not `println!`, which panics where nobody reads what we print any more.
        let _ = writeln!(io::stdout(), "{url}: {told}");
    }
    code
}
