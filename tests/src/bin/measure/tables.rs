//! The tables: one file for each comparison, to be included in a page of the book.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use tests::bench::ratio::Measured;

use crate::data::{Comparison, Data, LeftOut, Point};

pub(crate) fn write(data: &Data, into: &Path) -> io::Result<()> {
    for comparison in &data.comparisons {
        let table = match comparison.along {
            None => sides(comparison),
            Some(_) => points(comparison),
        };
        let text = format!("**{}**\n\n{table}", comparison.title);
        fs::write(into.join(format!("{}.md", comparison.name)), text)?;
    }
    for LeftOut { name, why } in &data.left_out {
        let text = format!("(Not measured on this machine: `{why}`.)\n");
        fs::write(into.join(format!("{name}.md")), text)?;
    }
    let machine = &data.machine;
    let dates = || data.comparisons.iter().map(|it| it.date.as_str());
    let days = match (dates().min(), dates().max()) {
        (Some(first), Some(last)) if first != last => format!("from {first} to {last}"),
        (first, _) => format!("on {}", first.unwrap_or("no day")),
    };
    let text = format!(
        "{}, {} cores, {}, {}, measured {days}.\n",
        machine.processor, machine.cores, machine.system, machine.compiler
    );
    fs::write(into.join("machine.md"), text)
}

/// The one number that stands in `README.md`, on a line of its own.
pub(crate) fn write_into_readme(data: &Data, readme: &Path) -> io::Result<()> {
    let builds = data.comparisons.iter().find(|it| it.name == "compile-echo");
    let points = builds.iter().flat_map(|builds| &builds.points);
    let Some(tokio) = points.flat_map(|point| &point.sides).nth(1) else {
        return Ok(()); // not measured yet
    };
    let line = format!(
        "{README_LINE}{:.2} of what tokio's takes.",
        tokio.ratio.median
    );
    let text = fs::read_to_string(readme)?;
    let Some(old) = text.lines().find(|old| old.starts_with(README_LINE)) else {
        return Err(io::Error::other(format!(
            "README.md has no line {README_LINE:?}"
        )));
    };
    fs::write(readme, text.replace(old, &line))
}

/// How that line begins.
const README_LINE: &str = "The first build of its echo server takes ";

/// One point: a line for each side.
fn sides(comparison: &Comparison) -> String {
    let unit = &comparison.unit;
    let mut table = format!(
        "| | {unit} | the middle half | ours divided by this |\n| --- | ---: | ---: | ---: |\n"
    );
    for side in comparison.points.iter().flat_map(|point| &point.sides) {
        let Measured { name, value, ratio } = side;
        let (low, high) = (number(value.low), number(value.high));
        let (median, ratio) = (number(value.median), self::ratio(ratio.median));
        let _ = writeln!(table, "| {name} | {median} | {low} to {high} | {ratio} |");
    }
    table
}

/// Several points: a line for each, a column for each side.
fn points(comparison: &Comparison) -> String {
    let names = comparison.names();
    let mut table = format!("| {}", comparison.along.as_deref().unwrap_or_default());
    for name in &names {
        let _ = write!(table, " | {name}");
    }
    let _ = write!(table, " |\n| ---:{} |\n", " | ---:".repeat(names.len()));
    for point in &comparison.points {
        let _ = write!(table, "| {}", number(point.at as f64));
        for (index, name) in names.iter().enumerate() {
            let cell = match point.sides.iter().find(|side| side.name == *name) {
                None => String::new(),
                Some(side) if index == 0 => number(side.value.median),
                Some(side) => {
                    let (value, ratio) = (number(side.value.median), ratio(side.ratio.median));
                    format!("{value} ({ratio})")
                }
            };
            let _ = write!(table, " | {cell}");
        }
        table.push_str(" |\n");
    }
    let _ = write!(table, "\nIn {}.", comparison.unit);
    if names.len() > 1 {
        let _ = write!(table, " In brackets: “{}” divided by this.", names[0]);
    }
    let in_full = |point: &Point| point.sides.len() == names.len();
    if !comparison.points.iter().all(in_full) {
        table.push_str(
            " Where there is no number, it was too much for this machine, or for one's patience.",
        );
    }
    table.push('\n');
    table
}

/// Two digits behind the point, where they say something.
pub(crate) fn ratio(ratio: f64) -> String {
    match ratio {
        0.1..100.0 => format!("{ratio:.2}"),
        _ => number(ratio),
    }
}

/// Three digits at least, and a comma between thousands.
pub(crate) fn number(number: f64) -> String {
    let digits = match number.abs() {
        0.0..1.0 => 3,
        1.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    let text = format!("{number:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    let whole = text.find('.').unwrap_or(text.len());
    let mut spaced = String::new();
    for (index, digit) in text.char_indices() {
        if index > 0 && index < whole && (whole - index) % 3 == 0 {
            spaced.push(',');
        }
        spaced.push(digit);
    }
    spaced
}
