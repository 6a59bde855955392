//! What the command line asks for, step by step.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::data::{Comparison, Data, LeftOut, Machine, named};
use crate::tables::{number, ratio};
use crate::{compile, echoes, kernel, plots, tables, tasks};

/// Tells how far it is. Not `println!`, which panics where nobody reads any more: the run would be lost.
macro_rules! say {
    ($($what:tt)*) => {
        let _ = writeln!(io::stdout(), $($what)*);
    };
}

/// How much to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Each thing once and small: to see that it works.
    pub(crate) quick: bool,
}

impl Size {
    /// How many rounds, where a good measurement takes `full`.
    pub(crate) fn rounds(self, full: usize) -> usize {
        if self.quick { 1 } else { full }
    }

    /// How many of something, where a good measurement takes `full`.
    pub(crate) fn count(self, full: u64) -> u64 {
        if self.quick {
            (full / 100).clamp(1, 1000)
        } else {
            full
        }
    }
}

type Measure = fn(Size) -> io::Result<Comparison>;

/// Everything there is to measure, by name.
const ALL: [(&str, Measure); 15] = [
    ("messages", tasks::messages),
    ("scan-and-wakers", tasks::scan_and_wakers),
    ("fib", tasks::fib),
    ("million", tasks::million),
    ("deep", tasks::deep),
    ("memory", tasks::memory),
    ("threads", tasks::threads),
    ("echo", echoes::rate),
    ("echo-time", echoes::time),
    ("echo-idle", echoes::idle),
    ("echo-instructions", echoes::instructions),
    ("select-call", kernel::select_call),
    ("timers", kernel::timers),
    ("compile-stages", compile::stages),
    ("compile-echo", compile::echo),
];

/// What the command line says.
struct Asked {
    size: Size,
    draw_only: bool,
    /// Empty if all are to be measured.
    only: Vec<String>,
    into: Option<PathBuf>,
}

pub(crate) fn work(args: impl Iterator<Item = String>) -> io::Result<()> {
    let Some(asked) = asked(args)? else {
        say!("{}", usage());
        return Ok(());
    };
    let of_the_book = tests::root().join("book/src/measured");
    let into = match asked.into {
        Some(into) => into,
        // Numbers that were measured once are none that anybody should read.
        None if asked.size.quick && !asked.draw_only => tempfile::tempdir()?.keep(),
        None => of_the_book.clone(),
    };
    let file = into.join("data.json");
    if !asked.draw_only {
        named(&into, fs::create_dir_all(&into))?;
        measure(asked.size, &asked.only, &file)?;
    }
    let data = Data::load(&file)?;
    named(&into, tables::write(&data, &into))?;
    named(&into, plots::draw(&data, &into))?;
    if into.canonicalize()? == of_the_book.canonicalize()? {
        tables::write_into_readme(&data, &tests::root().join("README.md"))?;
    }
    say!("Drawn: {}", into.display());
    Ok(())
}

/// `None` if it asks for help.
fn asked(mut args: impl Iterator<Item = String>) -> io::Result<Option<Asked>> {
    let mut asked = Asked {
        size: Size { quick: false },
        draw_only: false,
        only: Vec::new(),
        into: None,
    };
    while let Some(arg) = args.next() {
        let mut value = || {
            let value = args.next().filter(|value| !value.starts_with("--"));
            value.ok_or_else(|| wrong(&format!("{arg} is to be followed by one more word")))
        };
        match arg.as_str() {
            "--help" | "-h" => return Ok(None),
            "--quick" => asked.size.quick = true,
            "--draw" => asked.draw_only = true,
            "--into" => asked.into = Some(value()?.into()),
            "--only" => {
                let name = value()?;
                if !ALL.iter().any(|(it, _)| *it == name) {
                    return Err(wrong(&format!("there is nothing named {name:?}")));
                }
                asked.only.push(name);
            }
            _ => return Err(wrong(&format!("what is {arg:?}?"))),
        }
    }
    Ok(Some(asked))
}

fn measure(size: Size, only: &[String], file: &Path) -> io::Result<()> {
    if size.quick && file.exists() {
        return Err(io::Error::other(format!(
            "{} is there already (numbers of a --quick run are not put in their place: name a new directory)",
            file.display()
        )));
    }
    let machine = Machine::this();
    let mut data = Data::default();
    if !only.is_empty() {
        match Data::load(file) {
            Ok(old) if old.machine != machine => {
                return Err(io::Error::other(format!(
                    "{} is of another machine or compiler (measure everything, or this --into another directory)",
                    file.display()
                )));
            }
            Ok(old) => data = old,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    data.machine = machine;
    // Into a file beside it, which takes its place at the end: whoever stops this halfway has what was
    // there before, and not half of two runs. Why now, too? The end is late to be told that nothing can be
    // written there.
    let unfinished = file.with_extension("json.unfinished");
    data.save(&unfinished)?;
    tests::bench::machine::raise_descriptor_limit();
    let asked_for = |name: &str| only.is_empty() || only.iter().any(|it| it == name);
    let todo: Vec<_> = ALL.iter().filter(|(name, _)| asked_for(name)).collect();
    for (index, (name, measure)) in todo.iter().enumerate() {
        say!("[{}/{}] {name}", index + 1, todo.len());
        let start = Instant::now();
        let measured = measure(size).and_then(|it| match it.points.as_slice() {
            [] => Err(io::Error::other(
                "there are not descriptors enough (ulimit -n raises the limit)",
            )),
            _ => Ok(it),
        });
        match measured {
            Ok(comparison) => {
                show(&comparison);
                data.put(comparison);
            }
            // Whoever asks for one thing wants to know, and keep what is there.
            Err(error) if !only.is_empty() => {
                let _ = fs::remove_file(&unfinished);
                return Err(io::Error::other(format!("{name}: {error}")));
            }
            // What this machine cannot do is left out, and the rest is measured.
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default().to_owned();
                say!("    left out: {why}");
                let name = (*name).to_owned();
                data.leave_out(LeftOut { name, why });
            }
        }
        say!("    ({} s)", start.elapsed().as_secs());
        data.save(&unfinished)?;
    }
    named(file, fs::rename(&unfinished, file))
}

fn show(comparison: &Comparison) {
    for point in &comparison.points {
        let along = comparison.along.as_deref().unwrap_or_default();
        say!("    {} {along}", number(point.at as f64));
        for side in &point.sides {
            say!(
                "    {:>28}: {:>9} {}, ours / this {}",
                side.name,
                number(side.value.median),
                comparison.unit,
                ratio(side.ratio.median)
            );
        }
    }
}

fn usage() -> String {
    let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
    format!(
        "usage: measure [--quick] [--only NAME]... [--draw] [--into DIRECTORY]

Without anything: measures all, and writes the book's tables and plots, in about seven minutes.

  --only NAME       measures this, and keeps the others as they are
  --into DIRECTORY  writes there, and leaves the book alone
  --quick           measures each thing once, to see that it works; the numbers are none to be read, and
                    go to a new directory
  --draw            measures nothing, and makes tables and plots of the data that is there

NAME is one of {}.",
        names.join(", ")
    )
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidInput,
        format!("{what} (--help lists what there is)"),
    )
}
