//! What is copied from stage to stage: no file without a change, and nothing in a copy that is about one
//! stage alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{STAGES, sources, text};

use crate::Broken;
use crate::rules::budgets::code;

#[test]
fn no_two_stages_hold_the_same_file() {
    let mut broken = Broken::default();
    let mut holders: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in STAGES.into_iter().flat_map(sources) {
        let mut meaning = code(&text(&path)).replace(char::is_whitespace, "");
        for stage in STAGES {
            meaning = meaning.replace(&stage.replace('-', "_"), "stage");
        }
        if meaning.is_empty() {
            continue; // it only re-exports
        }
        if let Some(other) = holders.insert(meaning, path.clone()) {
            broken.at(path.display(), format_args!(
                "says the same as {}, but for comments and layout (delete one, and re-export the other: `pub use <the stage before>::<module>;`)",
                other.display()
            ));
        }
    }
    broken.assert_none();
}

/// The files that are rewritten from stage to stage and keep their name. `lib.rs` is no such file: it is
/// where the difference is told.
fn twins() -> Vec<PathBuf> {
    let mut twins: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in STAGES
        .into_iter()
        .flat_map(|stage| sources(format!("{stage}/src")))
    {
        let name: PathBuf = path.iter().skip(1).collect();
        twins.entry(name).or_default().push(path);
    }
    twins.remove(Path::new("src/lib.rs"));
    let twins = twins.into_values().filter(|paths| paths.len() > 1);
    twins.flatten().collect()
}

/// Whether a line names a stage by its number: `stage 3`, `stage3-promise`, `Stages 1 to 3`.
fn names_a_stage(line: &str) -> bool {
    line.match_indices("stage").any(|(at, stage)| {
        let rest = line[at + stage.len()..].trim_start_matches('s');
        let rest = rest.trim_start_matches([' ', '-', '_']);
        rest.starts_with(|next: char| next.is_ascii_digit())
    })
}

#[test]
fn a_diff_between_two_stages_shows_the_lesson_and_nothing_else() {
    assert!(names_a_stage("as in stage 3") && names_a_stage("use stage3_promise::run;"));
    assert!(!names_a_stage("what this stage's loop does in 3 steps"));
    let mut broken = Broken::default();
    let twins = twins();
    assert!(
        twins.contains(&PathBuf::from("stage4-scheduler/src/promise.rs")),
        "{twins:?}"
    );
    for path in twins {
        for (number, line) in (1..).zip(text(&path).to_lowercase().lines()) {
            for (found, what) in [
                (names_a_stage(line), "names a stage"),
                (line.contains("chapter"), "names a chapter"),
                (
                    line.contains("http://") || line.contains("https://"),
                    "has a link",
                ),
            ] {
                if found {
                    broken.at(
                        format_args!("{}:{number}", path.display()),
                        format_args!("{what}, and has a twin in another stage (tell it in `lib.rs`; an example says `env!(\"CARGO_CRATE_NAME\")`)"),
                    );
                }
            }
        }
    }
    broken.assert_none();
}
