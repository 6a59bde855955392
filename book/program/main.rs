//! Builds the book, and serves it on the loop that the book is about.
//!
//! ```text
//! $ cargo run -p book
//! The book is at http://127.0.0.1:4320 (Ctrl-C ends it)
//! ```
//!
//! `--port N` serves it on another port, 0 on any that is free; `--build-only` writes the pages to
//! `book/html` and ends.

use std::env;
use std::process::ExitCode;

use book::{Footer, Site, address, build, serve};
use stage5_select::{Exception, Listener, interrupted, run};

const PORT: u16 = 4320;

const USAGE: &str = "usage: book [--port N] [--build-only]

Builds the book, and serves it on http://127.0.0.1:4320.

  --port N      serves it on port N; 0 is any that is free
  --build-only  builds it into book/html, and ends";

fn main() -> ExitCode {
    let done = match parse(env::args().skip(1)) {
        Ok(Wish::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Ok(Wish::Build) => build_only(),
        Ok(Wish::Serve { port }) => run(build_and_serve(port)),
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

enum Wish {
    Help,
    Build,
    Serve { port: u16 },
}

fn parse(args: impl Iterator<Item = String>) -> Result<Wish, String> {
    let (mut args, mut wish) = (args, Wish::Serve { port: PORT });
    while let Some(arg) = args.next() {
        wish = match arg.as_str() {
            "--help" | "-h" => return Ok(Wish::Help),
            "--build-only" => Wish::Build,
            "--port" => {
                let port = args.next().unwrap_or_default();
                let port = port
                    .parse()
                    .map_err(|_| format!("--port {port:?}: not a port"))?;
                Wish::Serve { port }
            }
            _ => return Err(format!("{arg:?}: no such option")),
        };
    }
    Ok(wish)
}

fn build_only() -> Result<(), Exception> {
    let html = build(None, Footer::Built)?;
    println!("The book is in {}", html.display());
    Ok(())
}

async fn build_and_serve(port: u16) -> Result<(), Exception> {
    // Why listen before building? If somebody else has the port, you want to know it at once.
    let listener = Listener::bind(("127.0.0.1", port)).map_err(|error| {
        let hint = "is the book running already? (`--port 0` takes any port that is free)";
        Exception::msg(format!("{error}; {hint}"))
    })?;
    let html = build(None, Footer::Served)?;
    println!("The book is at {} (Ctrl-C ends it)", address(&listener)?);
    serve(Site::open(&html)?, listener, interrupted()).await
}
