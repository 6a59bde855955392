//! Builds the book, and serves it on the loop that the book is about.
//!
//! ```text
//! $ cargo run -p book
//! The book is at http://127.0.0.1:4320 (Ctrl-C ends it)
//! ```
//!
//! With `preprocess` it is the command that plain mdBook runs; see `book.toml`.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{self, PathBuf};
use std::process::ExitCode;

use book::sources::Sources;
use book::{Limits, Site, build, serve};
use mdbook_preprocessor::{Preprocessor, parse_input};
use stage5_select::{Exception, Listener, interrupted, run};

const USAGE: &str = "usage: book [--port N] [--build-only] [--out DIR]

Builds the book, and serves it on http://127.0.0.1:4320.

  --port N      serves it on port N; 0 is any that is free
  --build-only  builds it, and ends
  --out DIR     builds it into DIR, and not into target/book; what is in DIR is
                replaced, so it must be empty, or hold this book already

As `book preprocess` it is the preprocessor that book.toml names.";

const SERVED: &str = "Sent to you by <code>stage5_select::run</code>: one thread, one \
    <code>select</code>, one task for each connection. <code>hyper</code> speaks HTTP on top.";
const BUILT: &str = "Built by <code>cargo run -p book -- --build-only</code>.";

fn main() -> ExitCode {
    let args: Vec<String> = env::args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["preprocess", "supports", ..] => Ok(()), // any renderer: the status says so
        ["preprocess"] => preprocess(),
        ["--help" | "-h"] => {
            say(USAGE);
            Ok(())
        }
        _ => match parse(&args) {
            Ok((options, true)) => build(options.out.as_deref(), BUILT)
                .map(|html| say(&format!("The book is in {}", html.display()))),
            Ok((options, false)) => run(build_and_serve(options)),
            Err(text) => {
                eprintln!("book: {text}\n\n{USAGE}");
                return ExitCode::from(2);
            }
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exception) => {
            eprintln!("book: {exception:#}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    port: u16,
    out: Option<PathBuf>,
}

/// The options, and whether the book is only to be built.
fn parse(args: &[&str]) -> Result<(Options, bool), String> {
    let (mut port, mut out, mut build_only) = (4320, None, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match *arg {
            "--build-only" => build_only = true,
            "--port" => {
                let number = args.next().unwrap_or(&"");
                port = number
                    .parse()
                    .map_err(|_| format!("--port {number:?}: not a port"))?;
            }
            "--out" => {
                let dir = args.next().ok_or("--out: which directory?")?;
                out = Some(path::absolute(dir).map_err(|error| format!("--out: {error}"))?);
            }
            _ => return Err(format!("{arg:?}: no such option")),
        }
    }
    Ok((Options { port, out }, build_only))
}

async fn build_and_serve(Options { port, out }: Options) -> Result<(), Exception> {
    // It listens before it builds: if another program has the port, you want to know it at once.
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = Listener::bind(addr).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Exception::msg(format!(
            "another program has port {port} of 127.0.0.1: end it, or use `--port 0` for any that is free"
        )),
        _ => error.into(),
    })?;
    let html = build(out.as_deref(), SERVED)?;
    let site = Site::open(&html)?;
    let addr = listener.local_addr();
    let addr =
        addr.map_err(|error| Exception::msg(format!("can't learn its own port: {error}")))?;
    say(&format!("The book is at http://{addr} (Ctrl-C ends it)"));
    serve(site, listener, Limits::default(), interrupted()).await
}

fn preprocess() -> Result<(), Exception> {
    let failed = |error: mdbook_preprocessor::errors::Error| Exception::msg(format!("{error:#}"));
    let (context, book) = parse_input(io::stdin()).map_err(failed)?;
    let footer = "Built by <code>mdbook</code>.";
    let book = Sources { footer }.run(&context, book).map_err(failed)?;
    serde_json::to_writer(io::stdout(), &book)?;
    Ok(())
}

/// Not `println!`, which panics if nobody reads what it prints.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
