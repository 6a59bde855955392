//! `measure`: our loops beside those of the field, on this machine.
//!
//! A comparison is fair when both sides do the same work. So a program here is generic over what it runs on,
//! gives a result that is checked, and asks for nothing that one side alone is good at. An echo server cannot
//! be shared: it is written for each side as that side's own guide does it.

mod alone;
mod costs;
mod counts;
mod data;
mod echo;
mod first_build;
mod machine;
mod messages;
mod plots;
pub mod programs;
mod runtimes;
mod tables;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use fs_err as fs;
use pico_args::Arguments;

use self::data::Comparison;

type Measure = fn(&'static str) -> io::Result<Comparison>;

/// Everything that can be measured, by name.
const ALL: [(&str, Measure); 13] = [
    ("messages", alone::one_point),
    ("scan-and-wakers", alone::scan_and_wakers),
    ("fib", alone::one_point),
    ("million", alone::one_point),
    ("deep", alone::one_point),
    ("memory", alone::one_point),
    ("threads", costs::wakes),
    ("echo", echo::rate),
    ("echo-line", echo::line),
    ("echo-idle", echo::idle),
    ("select-call", costs::select_call),
    ("timers", costs::one_more),
    ("compile-stages", first_build::stages),
];

/// The number of steps that nothing exceeds: few, if each thing is to be done once and small.
static LIMIT: AtomicU64 = AtomicU64::new(u64::MAX);

fn is_quick() -> bool {
    LIMIT.load(Ordering::Relaxed) < u64::MAX
}

/// The number of steps, if a good measurement takes `full`.
fn count(full: u64) -> u64 {
    full.min(LIMIT.load(Ordering::Relaxed))
}

/// The program. It may be one of the processes that a measurement starts.
pub fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let worked = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [echo::SERVE, name] => machine::end_with_parent().and_then(|()| echo::serve(name)),
        [how @ (alone::TIME | alone::COUNT), program, side, steps] => machine::end_with_parent()
            .map(|()| alone::work(how == alone::TIME, program, side, steps)),
        _ => work(Arguments::from_env()),
    };
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if machine::check_stopped().is_err() => {
            eprintln!("measure: stopped; everything is as it was before");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells how far the run is. `println!` would panic, and lose the run, if nobody reads any more.
fn say(what: &str) {
    let _ = writeln!(io::stdout(), "{what}");
}

fn work(mut args: Arguments) -> io::Result<()> {
    let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
    if args.contains(["-h", "--help"]) {
        say(&format!("{HELP}{}.", names.join(", ")));
        return Ok(());
    }
    if args.contains("--quick") {
        LIMIT.store(300, Ordering::Relaxed);
    }
    let draw_only = args.contains("--draw");
    let only: Vec<String> = args.values_from_str("--only").map_err(io::Error::other)?;
    let into = args.opt_value_from_str("--into");
    let into: Option<PathBuf> = into.map_err(io::Error::other)?;
    let unknown = only.iter().filter(|name| !names.contains(&name.as_str()));
    if let Some(wrong) = args
        .finish()
        .into_iter()
        .chain(unknown.map(Into::into))
        .next()
    {
        let text = format!("{} is not known: --help lists what is", wrong.display());
        return Err(io::Error::other(text));
    }
    let is_kept = !is_quick() || into.is_some();
    let into = into.unwrap_or_else(|| crate::root().join("book/src/measured"));
    let file = into.join("data.json");
    let mut data = Vec::new();
    if draw_only || (is_kept && !only.is_empty() && file.exists()) {
        data = data::load(&file)?;
    }
    if !draw_only {
        if is_kept {
            fs::create_dir_all(&into)?;
            tempfile::tempfile_in(&into)?; // fails now, not after the last measurement
        }
        machine::stop_on_signals()?;
        measure(&only, &mut data)?;
        if !is_kept {
            return Ok(());
        }
        data::save(&data, &file)?;
    }
    tables::write(&data, &into)?;
    plots::draw(&data, &into)?;
    say(&format!("Drawn: {}", into.display()));
    Ok(())
}

fn measure(only: &[String], data: &mut Vec<Comparison>) -> io::Result<()> {
    let is_asked = |name: &str| only.is_empty() || only.iter().any(|it| it == name);
    let todo: Vec<_> = ALL.into_iter().filter(|(name, _)| is_asked(name)).collect();
    let begun = Instant::now();
    for (index, (name, measure)) in todo.iter().enumerate() {
        let (start, after) = (Instant::now(), begun.elapsed().as_secs());
        let (this, all) = (index + 1, todo.len());
        say(&format!("[{this}/{all}] {name}, after {after} s"));
        // A thread of its own: a measurement may keep it on one core.
        let measured = thread::scope(|scope| scope.spawn(|| measure(name)).join());
        machine::check_stopped()?;
        let wrong = |_| Err(io::Error::other("a wrong answer, see above"));
        let mut comparison = match measured.unwrap_or_else(wrong) {
            Err(error) if !only.is_empty() => return Err(error),
            // The rest is measured even if this machine cannot do one thing.
            Err(error) => Comparison::new(&format!("Not measured here: {error}"), "", None),
            Ok(comparison) => comparison,
        };
        comparison.name = name.to_string();
        comparison.seconds = start.elapsed().as_secs();
        say(&tables::titled(&comparison));
        data.retain(|old| old.name != *name);
        data.push(comparison);
    }
    Ok(())
}

const HELP: &str = "usage: measure [--only NAME]... [--into DIRECTORY] [--quick] [--draw]

Without options: measures everything, and writes the book's tables and plots.
Stopped with Ctrl-C, it leaves everything as it was.

  --only NAME       measures this, and keeps the others as they are
  --into DIRECTORY  writes there, and not into the book
  --quick           measures each thing once and small, to see that it works; the
                    book stays as it is
  --draw            makes tables and plots of the data that is there

NAME is one of ";
