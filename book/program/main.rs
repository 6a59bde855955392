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
use std::net::Ipv4Addr;
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
const PREPROCESSED: &str = "Built by <code>mdbook</code>.";

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let done = match Options::parse(&args) {
        Ok(options) => run_with(options),
        Err(text) => {
            eprintln!("book: {text}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exception) => {
            eprintln!("book: {exception:#}");
            ExitCode::FAILURE
        }
    }
}

enum Options {
    Help,
    /// The command of plain mdBook. Asked whether it supports a renderer, it says yes with its status.
    Preprocess {
        asked: bool,
    },
    Build {
        out: Option<PathBuf>,
    },
    Serve {
        out: Option<PathBuf>,
        port: u16,
    },
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        if let Some((first, rest)) = args.split_first()
            && first == "preprocess"
        {
            let asked = rest.first().is_some_and(|arg| arg == "supports");
            return Ok(Options::Preprocess { asked });
        }
        let (mut port, mut out, mut build_only) = (4320, None, false);
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => return Ok(Options::Help),
                "--build-only" => build_only = true,
                "--port" => {
                    let number = args.next().map_or("", String::as_str);
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
        Ok(if build_only {
            Options::Build { out }
        } else {
            Options::Serve { out, port }
        })
    }
}

fn run_with(options: Options) -> Result<(), Exception> {
    match options {
        Options::Help => say(USAGE),
        Options::Preprocess { asked: true } => {}
        Options::Preprocess { asked: false } => preprocess()?,
        Options::Build { out } => {
            let html = build(out.as_deref(), BUILT)?;
            say(&format!("The book is in {}", html.display()));
        }
        Options::Serve { out, port } => run(build_and_serve(out, port))?,
    }
    Ok(())
}

async fn build_and_serve(out: Option<PathBuf>, port: u16) -> Result<(), Exception> {
    // It listens before it builds: if another program has the port, you want to know it at once.
    let listener = Listener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Exception::msg(format!(
            "another program has port {port} of 127.0.0.1: end it, or take any port that is free with `--port 0`"
        )),
        _ => error.into(),
    })?;
    let html = build(out.as_deref(), SERVED)?;
    let site = Site::open(&html)?;
    let addr = listener.local_addr()?;
    say(&format!("The book is at http://{addr} (Ctrl-C ends it)"));
    serve(site, listener, Limits::default(), interrupted()).await
}

fn preprocess() -> Result<(), Exception> {
    let failed = |error: mdbook_preprocessor::errors::Error| Exception::msg(format!("{error:#}"));
    let (context, book) = parse_input(io::stdin()).map_err(failed)?;
    let book = Sources {
        footer: PREPROCESSED,
    }
    .run(&context, book)
    .map_err(failed)?;
    serde_json::to_writer(io::stdout(), &book)?;
    Ok(())
}

/// Not `println!`, which panics if nobody reads what it prints.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
