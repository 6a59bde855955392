//! The tables: one file for each comparison, for the pages of the book to include.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use fs_err as fs;
use thousands::Separable;

use super::data::Comparison;

pub(crate) fn write(data: &[Comparison], into: &Path) -> io::Result<()> {
    for comparison in data {
        let file = into.join(format!("{}.md", comparison.name));
        fs::write(file, titled(comparison))?;
    }
    let taken: BTreeSet<_> = data.iter().map(|it| it.taken.as_str()).collect();
    let taken = taken.into_iter().collect::<Vec<_>>().join("; ");
    let minutes = data.iter().map(|it| it.seconds).sum::<u64>().div_ceil(60);
    let text = format!("Measured in {minutes} minutes on {taken}.\n");
    fs::write(into.join("machine.md"), text)
}

/// The title, and the table if it was measured.
pub(crate) fn titled(comparison: &Comparison) -> String {
    let names = comparison.names();
    let table = match (names.first(), &comparison.along) {
        (None, _) => String::new(),
        (Some(first), None) => sides(comparison, first),
        (Some(_), Some(along)) => points(comparison, along, &names),
    };
    format!("**{}**\n\n{table}", comparison.title)
}

/// One point: a line for each side.
fn sides(comparison: &Comparison, first: &str) -> String {
    let sides = || comparison.points.iter().flat_map(|(_, sides)| sides);
    let is_counted = sides().any(|side| side.counts.is_some());
    let by = format!("{first} divided by this");
    let mut head = vec!["", &comparison.unit, "the middle half", &by];
    if is_counted {
        head.extend(["instructions", "of them locked"]);
    }
    let lines = sides().map(|side| {
        let mut line = vec![
            side.name.clone(),
            number(side.median),
            side.middle_half.map(number).join(" to "),
            number(side.ratio),
        ];
        if is_counted {
            line.extend(match side.counts {
                Some(it) => [number(it.instructions), format!("{:.1}", it.locked)],
                None => Default::default(),
            });
        }
        line
    });
    markdown(&head, "---", lines)
}

/// Several points: a line for each, a column for each side.
fn points(comparison: &Comparison, along: &str, names: &[&str]) -> String {
    let lines = comparison.points.iter().map(|(at, sides)| {
        let side = |name: &str| sides.iter().find(|side| side.name == name);
        let cell = |(index, name): (usize, &&str)| match side(name) {
            None => String::new(),
            Some(side) if index == 0 => number(side.median),
            Some(side) => format!("{} ({})", number(side.median), number(side.ratio)),
        };
        let at = at.separate_with_commas();
        [at].into_iter()
            .chain(names.iter().enumerate().map(cell))
            .collect()
    });
    let head = [&[along], names].concat();
    let table = markdown(&head, "---:", lines);
    let ratios = match names {
        [first, _, ..] => format!(" In brackets: “{first}” divided by this."),
        _ => String::new(),
    };
    format!("{table}\nIn {}.{ratios}\n", comparison.unit)
}

fn markdown(head: &[&str], first: &str, lines: impl Iterator<Item = Vec<String>>) -> String {
    let rule = [&[first], &vec!["---:"; head.len() - 1][..]].concat();
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let lines = lines.map(|cells| format!("| {} |\n", cells.join(" | ")));
    line(head) + &line(&rule) + &lines.collect::<String>()
}

/// At least three digits.
pub(crate) fn number(number: f64) -> String {
    match number {
        _ if (number - number.round()).abs() < 1e-9 => number.round().separate_with_commas(),
        0.0..1.0 => format!("{number:.3}"),
        1.0..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}").separate_with_commas(),
    }
}
