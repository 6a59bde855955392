//! What the command line asks for, step by step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::data::{Comparison, Data, Machine};
use crate::{compile, echoes, kernel, plots, tables, tasks};

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

pub(crate) fn work(args: impl Iterator<Item = String>) -> io::Result<()> {
    let mut size = Size { quick: false };
    let mut draw_only = false;
    let mut only = Vec::new();
    let of_the_book = tests::root().join("book/src/measured");
    let mut into = of_the_book.clone();
    let mut args = args;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--quick" => size.quick = true,
            "--draw" => draw_only = true,
            "--only" => only.extend(args.next()),
            "--into" => into = args.next().map(PathBuf::from).unwrap_or(into),
            _ => return Err(usage()),
        }
    }
    fs::create_dir_all(&into)?;
    let file = into.join("data.json");
    if !draw_only {
        measure(size, &only, &file)?;
    }
    let data = Data::load(&file)?;
    tables::write(&data, &into)?;
    plots::draw(&data, &into)?;
    if into == of_the_book {
        tables::write_into_readme(&data, &tests::root().join("README.md"))?;
    }
    println!("Drawn: {}", into.display());
    Ok(())
}

fn measure(size: Size, only: &[String], file: &Path) -> io::Result<()> {
    let empty = || Data {
        machine: Machine::this(),
        comparisons: Vec::new(),
    };
    let mut data = match Data::load(file) {
        Ok(data) if !only.is_empty() => data,
        _ => empty(),
    };
    tests::bench::machine::raise_descriptor_limit();
    for (name, measure) in ALL {
        if !only.is_empty() && !only.iter().any(|it| it == name) {
            continue;
        }
        println!("Measuring {name} ...");
        match measure(size) {
            Ok(comparison) => {
                for point in &comparison.points {
                    if let Some(along) = &comparison.along {
                        println!("  {} {along}", point.at);
                    }
                    for side in &point.sides {
                        println!("  {side}");
                    }
                }
                data.put(comparison);
            }
            // What this machine cannot do is left out, and the rest is measured.
            Err(error) => println!("  left out: {error}"),
        }
    }
    // Why not one by one? Whoever ends this halfway would have half of two runs.
    data.save(file)
}

fn usage() -> io::Error {
    let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
    io::Error::other(format!(
        "usage: measure [--quick] [--only NAME]... [--draw] [--into DIRECTORY]\n  NAME: {}",
        names.join(", ")
    ))
}
