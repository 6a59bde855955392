//! `measure`: our loops beside those of the field, on this machine.
//!
//! A comparison is fair when both sides do the same work. So a program here is generic over what it runs on,
//! gives a result that is checked, and asks for nothing that one side alone is good at. An echo server cannot
//! be shared: it is written for each side as that side's own guide does it.

mod alone;
mod counts;
mod data;
mod echo;
mod first_build;
mod looks;
mod machine;
mod messages;
mod plots;
pub mod programs;
mod runtimes;
mod tables;
mod waits;

use std::env;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
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
    ("threads", waits::wakes),
    ("echo", echo::rate),
    ("echo-line", echo::line),
    ("echo-idle", echo::idle),
    ("select-call", looks::select_call),
    ("timers", waits::one_more),
    ("compile-stages", first_build::stages),
];

/// Each thing once and small, to see that it works.
static QUICK: AtomicBool = AtomicBool::new(false);

fn is_quick() -> bool {
    QUICK.load(Ordering::Relaxed)
}

/// The number of steps, if a good measurement takes `full`.
fn count(full: u64) -> u64 {
    if is_quick() {
        (full / 100).clamp(1, 1000)
    } else {
        full
    }
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
    QUICK.store(args.contains("--quick"), Ordering::Relaxed);
    let draw_only = args.contains("--draw");
    let only: Vec<String> = args.values_from_str("--only").map_err(io::Error::other)?;
    let into: Option<PathBuf> = args
        .opt_value_from_str("--into")
        .map_err(io::Error::other)?;
    let mut wrong: Vec<_> = only.iter().map(Into::into).chain(args.finish()).collect();
    wrong.retain(|arg| !names.iter().any(|name| arg == name));
    if let Some(arg) = wrong.first() {
        let text = format!("{} is not known: --help lists what is", arg.display());
        return Err(io::Error::other(text));
    }
    let is_kept = !is_quick() || into.is_some();
    let into = into.unwrap_or_else(|| crate::root().join("book/src/measured"));
    let file = into.join("data.json");
    let mut data = Vec::new();
    if draw_only || (is_kept && !only.is_empty()) {
        match data::load(&file) {
            Ok(old) => data = old,
            Err(error) if !draw_only && error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if !draw_only {
        fs::create_dir_all(&into)?;
        tempfile::tempfile_in(&into)?; // fails now, not after the last measurement
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
        say(&format!(
            "[{}/{}] {name}, after {after} s",
            index + 1,
            todo.len()
        ));
        // A thread of its own: a measurement may keep it on one core.
        let measured = thread::scope(|scope| scope.spawn(|| measure(name)).join());
        let wrong = |_| Err(io::Error::other("a wrong answer, see above"));
        let measured = measured.unwrap_or_else(wrong);
        machine::check_stopped()?;
        let mut comparison = match measured {
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
