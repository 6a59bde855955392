//! How long a lesson may be, and how much of a file may change from one stage to the next: a learner reads
//! the first in one sitting, and sees one idea in the second.

use std::path::Path;

use diffy::{DiffOptions, Line};
use support::{STAGES, sources, text};

use crate::Broken;

/// A file, the file that it becomes, and how many lines of code that may change.
const DIFFS: [(&str, &str, usize); 5] = [
    ("stage1-addition/src/run.rs", "stage2-ops/src/run.rs", 7),
    ("stage2-ops/src/run.rs", "stage3-promise/src/run.rs", 14),
    (
        "stage4-scheduler/src/scan.rs",
        "stage4-scheduler/src/run.rs",
        10,
    ),
    ("stage4-scheduler/src/run.rs", "stage5-select/src/run.rs", 8),
    (
        "stage3-promise/src/promise.rs",
        "stage4-scheduler/src/promise.rs",
        30,
    ),
];

/// The most lines, with docs, of a file at the top of `src/`, and of all these files of a stage.
const FILE: usize = 150;
const STAGE: usize = 950;

/// A text without comments, docs, `use`, closing braces, and attributes that change nothing in what runs.
pub(super) fn code(text: &str) -> String {
    const ATTRIBUTES: [&str; 3] = ["#[doc", "#[must_use", "#[track_caller"];
    let mut is_open = false; // a `use` of several lines
    let is_code = |line: &&str| {
        let begins = line.trim_start();
        is_open |= begins.starts_with("use ") || begins.starts_with("pub use ");
        let is_use = is_open;
        is_open &= !line.ends_with(';');
        let is_layout = begins.is_empty() || begins.starts_with("//") || begins.starts_with('}');
        !is_use && !is_layout && !ATTRIBUTES.iter().any(|attribute| line.contains(attribute))
    };
    let lines = text.lines().filter(is_code);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// How many lines of code are gone, or new.
fn changed(old: &str, new: &str) -> usize {
    let (old, new) = (code(old), code(new));
    let patch = DiffOptions::new()
        .set_context_len(0)
        .create_patch(&old, &new);
    let lines = patch.hunks().iter().flat_map(diffy::Hunk::lines);
    lines
        .filter(|line| !matches!(line, Line::Context(_)))
        .count()
}

#[test]
fn a_diff_between_two_stages_has_a_budget() {
    let mut broken = Broken::default();
    for (old, new, budget) in DIFFS {
        let changed = changed(&text(old), &text(new));
        println!("{old} -> {new}: {changed} of {budget}");
        if changed > budget {
            broken.at(new, format_args!(
                "{changed} lines of code are not as in {old}, and {budget} are the most (same names, same order: move what is not the lesson to another file)"
            ));
        }
    }
    broken.assert_none();
}

#[test]
fn a_lesson_is_read_in_one_sitting() {
    let mut broken = Broken::default();
    for stage in STAGES {
        let src = format!("{stage}/src");
        let mut all = 0;
        for path in sources(&src) {
            if path.parent() != Some(Path::new(&src)) {
                continue; // hardening has a directory of its own
            }
            let lines = text(&path).lines().count();
            all += lines;
            if lines > FILE {
                broken.at(
                    path.display(),
                    format_args!("has {lines} lines, and {FILE} are the most"),
                );
            }
        }
        println!("{stage}: {all} of {STAGE}");
        if all > STAGE {
            broken.at(src, format_args!(
                "the files at its top have {all} lines, and {STAGE} are the most (hardening belongs in a directory that says what for)"
            ));
        }
    }
    broken.assert_none();
}

#[test]
fn what_is_no_code_does_not_count() {
    let old =
        "//! Old.\nuse a::{\n    B,\n};\n\n/// Doc.\n#[must_use]\nfn f() {\n    g(); // 1\n}\n";
    let new = "//! New.\nuse a::C;\nuse c::D;\n/// Docs.\n#[track_caller]\nfn f() {\n    // Why.\n    g(); // 1\n}\n}\n";
    assert_eq!(changed(old, new), 0);
    assert_eq!(changed(old, &new.replace("g()", "h()")), 2);
    assert_eq!(changed(old, &new.replace("}\n}", "    h();\n}")), 1);
}
