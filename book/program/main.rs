//! Builds the book, and serves it on the loop that the book is about.
//!
//! ```text
//! $ cargo run -p book
//! The book is at http://127.0.0.1:4320 (Ctrl-C ends it)
//! ```
//!
//! `--port N` serves it on another port, 0 on any that is free; `--build-only` builds the pages and
//! ends; `--out DIR` puts them elsewhere than in `book/html`.

use std::env;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{self, PathBuf};
use std::process::ExitCode;

use book::{Footer, Site, address, build, serve};
use stage5_select::{Exception, Listener, interrupted, run};

const PORT: u16 = 4320;

const USAGE: &str = "usage: book [--port N] [--build-only] [--out DIR]

Builds the book, and serves it on http://127.0.0.1:4320.

  --port N      serves it on port N; 0 is any that is free
  --build-only  builds it, and ends
  --out DIR     builds it into DIR, and not into book/html; what is in DIR is replaced, so it must be
                empty, or hold a book already";

fn main() -> ExitCode {
    let args = env::args_os().skip(1);
    let args = args.map(|arg| arg.to_string_lossy().into_owned());
    let done = match Options::parse(args) {
        Ok(Options { help: true, .. }) => {
            say(USAGE);
            Ok(())
        }
        Ok(options) if options.build_only => build_only(&options),
        Ok(options) => run(build_and_serve(options)),
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

/// Not `println!`, which panics where nobody reads what we print any more.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

struct Options {
    help: bool,
    build_only: bool,
    port: u16,
    out: Option<PathBuf>,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            help: false,
            build_only: false,
            port: PORT,
            out: None,
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => options.help = true,
                "--build-only" => options.build_only = true,
                "--port" => {
                    let port = args.next().unwrap_or_default();
                    let number = port.parse();
                    options.port = number.map_err(|_| format!("--port {port:?}: not a port"))?;
                }
                "--out" => {
                    let dir = args.next().ok_or("--out: which directory?")?;
                    options.out = Some(path::absolute(dir).map_err(|error| error.to_string())?);
                }
                _ => return Err(format!("{arg:?}: no such option")),
            }
        }
        Ok(options)
    }
}

fn build_only(options: &Options) -> Result<(), Exception> {
    let html = build(options.out.as_deref(), Footer::Built)?;
    say(&format!("The book is in {}", html.display()));
    Ok(())
}

async fn build_and_serve(options: Options) -> Result<(), Exception> {
    // Why listen before building? If somebody else has the port, you want to know it at once.
    let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))?;
    let html = build(options.out.as_deref(), Footer::Served)?;
    let address = address(&listener)?;
    say(&format!("The book is at {address} (Ctrl-C ends it)"));
    serve(Site::open(&html)?, listener, interrupted()).await
}
