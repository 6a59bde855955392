//! The rules of the workspace: what depends on what, where `unsafe` may stand, what is copied from stage
//! to stage and what is not, and how a file opens.
//!
//! How to go about it: a rule that is only written down is broken by the third person who edits, and
//! nobody notices. Each of these tests lists every place that breaks its rule, with file and line, and
//! says what to do there. Rust is read as tokens, so that a word in a comment or a string is not taken
//! for code.

#![cfg(not(loom))]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use proc_macro2::{TokenStream, TokenTree};
use tests::{STAGES, head, root, sources, text};

/// The example that the book has its reader write: it opens as its reader likes.
const THE_READERS: &str = "mine";

/// What breaks a rule: where, and what to do.
#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn at(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    #[track_caller]
    fn assert_none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

/// All of Rust in the workspace.
fn all_sources() -> Vec<PathBuf> {
    let members = STAGES.into_iter().chain(["book", "tests"]);
    members.flat_map(sources).collect()
}

/// The same, of the stages alone.
fn stage_sources() -> Vec<PathBuf> {
    STAGES.into_iter().flat_map(sources).collect()
}

fn tokens(path: &Path) -> TokenStream {
    let parsed = text(path).parse();
    parsed.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Shows every token to `see`, those in brackets too.
fn each_token(tokens: TokenStream, see: &mut impl FnMut(&TokenTree)) {
    for token in tokens {
        see(&token);
        if let TokenTree::Group(group) = token {
            each_token(group.stream(), see);
        }
    }
}

// Dependencies.

/// Of this platform, so that nothing is downloaded that only another one needs.
fn metadata() -> Metadata {
    let version = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8(version.stdout).expect("it speaks UTF-8");
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("a host");
    let options = ["--locked", "--filter-platform", host].map(str::to_owned);
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(options)
        .exec();
    metadata.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_stage_depends_on_the_one_before_it_and_no_further_back() {
    let metadata = metadata();
    let mut broken = Broken::default();
    for (index, stage) in STAGES.into_iter().enumerate() {
        let place = format!("{stage}/Cargo.toml");
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name == stage);
        let package = package.expect("each stage is a member of the workspace");
        let before = index.checked_sub(1).map(|before| STAGES[before]);
        let mut found = false;
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let normal = dependency.kind == DependencyKind::Normal;
            found |= normal && Some(name) == before;
            if name.starts_with("stage") && Some(name) != before {
                broken.at(&place, format_args!(
                    "depends on {name} (have {} re-export what is missing, and take it from there)",
                    before.unwrap_or("nobody")
                ));
            } else if normal && !name.starts_with("stage") {
                let allowed = name == "futures-core" || (name == "libc" && stage == STAGES[4]);
                if !allowed {
                    broken.at(&place, format_args!(
                        "needs {name} at run time (a stage needs `futures-core`, stage 5 `libc`, and none anything else: is it a dev-dependency?)"
                    ));
                }
            } else if dependency.kind == DependencyKind::Build {
                broken.at(
                    &place,
                    format_args!("needs {name} to build (a stage has no build script)"),
                );
            }
            let target = dependency.target.as_ref().map(ToString::to_string);
            if target.is_some_and(|target| target.contains("loom")) {
                broken.at(&place, format_args!(
                    "needs {name} for `cfg(loom)` (the models are in tests/, which compiles the stage's file once more)"
                ));
            }
        }
        if let Some(before) = before.filter(|_| !found) {
            broken.at(
                &place,
                format_args!("does not depend on {before} (the stages are a chain)"),
            );
        }
    }
    broken.assert_none();
}

#[test]
fn the_stages_need_libc_and_futures_core_and_nothing_else_at_run_time() {
    let metadata = metadata();
    let name_of: BTreeMap<_, _> = (metadata.packages.iter())
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let resolve = metadata.resolve.as_ref().expect("it was asked for");
    let mut seen = BTreeSet::new();
    let mut open: Vec<_> = (metadata.packages.iter())
        .filter(|package| STAGES.contains(&package.name.as_str()))
        .map(|package| &package.id)
        .collect();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = resolve
            .nodes
            .iter()
            .find(|node| node.id == *id)
            .expect("it was resolved");
        let needed = node.deps.iter().filter(|dep| {
            let mut kinds = dep.dep_kinds.iter();
            kinds.any(|kind| kind.kind != DependencyKind::Development)
        });
        open.extend(needed.map(|dep| &dep.pkg));
    }
    let names: BTreeSet<&str> = seen.into_iter().map(|id| name_of[id]).collect();
    let foreign: Vec<&str> = names
        .into_iter()
        .filter(|name| !STAGES.contains(name))
        .collect();
    assert_eq!(
        foreign,
        ["futures-core", "libc"],
        "this is what the stages need at run time, and what that needs in turn (ask `cargo tree -p stage5-select -e normal` how it came there)"
    );
}

// Unsafe.

#[test]
fn unsafe_code_stands_in_one_file() {
    let home = Path::new("stage5-select/src/sys.rs");
    let mut broken = Broken::default();
    let mut at_home = false;
    for path in all_sources() {
        each_token(tokens(&path), &mut |token| {
            if !matches!(token, TokenTree::Ident(word) if word == "unsafe") {
                return;
            }
            if path == home {
                at_home = true;
            } else {
                broken.at(
                    format_args!("{}:{}", path.display(), token.span().start().line),
                    format_args!(
                        "`unsafe` (only {} may: give it a safe function for this)",
                        home.display()
                    ),
                );
            }
        });
    }
    assert!(
        at_home,
        "{}: has no `unsafe` any more (has the file moved? then this test must know)",
        home.display()
    );
    broken.assert_none();
}

#[test]
fn the_stages_before_the_last_forbid_unsafe_code() {
    let mut broken = Broken::default();
    for stage in &STAGES[..4] {
        let lib = format!("{stage}/src/lib.rs");
        let code = tokens(Path::new(&lib)).to_string().replace(' ', "");
        if !code.contains("#![forbid(unsafe_code)]") {
            broken.at(
                lib,
                "does not forbid it (add `#![forbid(unsafe_code)]` below the documentation)",
            );
        }
    }
    broken.assert_none();
}

// Copies.

/// What a file says to the compiler: no comments, no documentation, no layout; and a stage's own name is
/// the same in all stages.
fn meaning(path: &Path) -> String {
    fn add(tokens: TokenStream, meaning: &mut String) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let inner = tokens.next_if(
                        |next| matches!(next, TokenTree::Punct(bang) if bang.as_char() == '!'),
                    );
                    let is_doc = |next: &TokenTree| {
                        let TokenTree::Group(group) = next else {
                            return false;
                        };
                        let first = group.stream().into_iter().next();
                        matches!(first, Some(TokenTree::Ident(word)) if word == "doc")
                    };
                    if tokens.next_if(is_doc).is_none() {
                        meaning.push_str(if inner.is_some() { "# ! " } else { "# " });
                    }
                }
                TokenTree::Group(group) => {
                    meaning.push_str("( ");
                    add(group.stream(), meaning);
                    meaning.push_str(") ");
                }
                TokenTree::Ident(word)
                    if STAGES.iter().any(|stage| *word == stage.replace('-', "_")) =>
                {
                    meaning.push_str("stage ");
                }
                other => {
                    meaning.push_str(&other.to_string());
                    meaning.push(' ');
                }
            }
        }
    }

    let mut meaning = String::new();
    add(tokens(path), &mut meaning);
    meaning
}

#[test]
fn no_two_stages_hold_the_same_file() {
    let mut broken = Broken::default();
    let mut holders: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in stage_sources() {
        holders.entry(meaning(&path)).or_default().push(path);
    }
    for (_, paths) in holders.into_iter().filter(|(_, paths)| paths.len() > 1) {
        for path in &paths[1..] {
            broken.at(path.display(), format_args!(
                "says the same as {}, but for comments and layout (delete it, and re-export the other: `pub use <the stage before>::<module>;`)",
                paths[0].display()
            ));
        }
    }
    broken.assert_none();
}

#[test]
fn comments_and_layout_do_not_make_a_file_another() {
    let directory = tempfile::tempdir().expect("a place for two files");
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).expect("it can be written");
        meaning(&path)
    };
    let one = file(
        "one.rs",
        "//! One.\nuse stage3_promise::run;\n/// It adds.\nfn f() -> u8 { 1 + 1 }",
    );
    let two = file(
        "two.rs",
        "use stage4_scheduler::run; // why\nfn f()\n-> u8 { 1 + 1 }",
    );
    let three = file(
        "three.rs",
        "use stage4_scheduler::run;\nfn f() -> u8 { 1 + 2 }",
    );
    assert_eq!(one, two);
    assert_ne!(two, three);
}

/// The files that are rewritten from stage to stage and keep their name. `lib.rs` is no such file: it is
/// where the difference is told.
fn twins() -> Vec<PathBuf> {
    let name = |path: &Path| path.iter().skip(1).collect::<PathBuf>();
    let mut twins: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for stage in STAGES {
        for path in sources(Path::new(stage).join("src")) {
            twins.entry(name(&path)).or_default().push(path);
        }
    }
    twins.remove(Path::new("src/lib.rs"));
    twins
        .into_values()
        .filter(|paths| paths.len() > 1)
        .flatten()
        .collect()
}

/// Whether a line names a stage by its number: `stage 3`, `stage3-promise`, `Stages 1 to 3`.
fn names_a_stage(line: &str) -> bool {
    let line = line.to_lowercase();
    line.match_indices("stage").any(|(at, stage)| {
        let rest = &line[at + stage.len()..];
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        rest.trim_start_matches([' ', '-', '_'])
            .starts_with(|next: char| next.is_ascii_digit())
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
        for (number, line) in (1..).zip(text(&path).lines()) {
            let place = format_args!("{}:{number}", path.display()).to_string();
            if names_a_stage(line) {
                broken.at(&place, "names a stage, and has a twin in another (tell it in `lib.rs`; an example says `env!(\"CARGO_CRATE_NAME\")`)");
            }
            if line.to_lowercase().contains("chapter") {
                broken.at(
                    &place,
                    "names a chapter, and has a twin in another stage (tell it in `lib.rs`)",
                );
            }
            if line.contains("http://") || line.contains("https://") {
                broken.at(
                    &place,
                    "has a link, and a twin in another stage (move the link to `lib.rs`)",
                );
            }
        }
    }
    broken.assert_none();
}

// How files open, and where they are.

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let mut broken = Broken::default();
    for path in all_sources() {
        if !text(&path).starts_with("//! ") {
            let place = format!("{}:1", path.display());
            broken.at(
                place,
                "does not open with `//! ` (say in one sentence what it is, then why)",
            );
        }
    }
    broken.assert_none();
}

#[test]
fn every_example_opens_with_its_command_and_what_it_prints() {
    let mut broken = Broken::default();
    for stage in STAGES {
        for path in sources(Path::new(stage).join("examples")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            // An example may have a directory, for what it is too long for: `name/main.rs`.
            let name = if name == "main" {
                path.iter()
                    .rev()
                    .nth(1)
                    .unwrap_or_default()
                    .to_string_lossy()
            } else if path.iter().count() > 3 {
                continue;
            } else {
                name
            };
            if name == THE_READERS {
                continue;
            }
            let head = head(&path);
            let command = head.lines().position(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let has = |pair: [&str; 2]| words.windows(2).any(|two| two == pair);
                line.starts_with("$ cargo run ") && has(["-p", stage]) && has(["--example", &*name])
            });
            let place = format_args!("{}:{}", path.display(), command.unwrap_or(0) + 1).to_string();
            let Some(command) = command else {
                broken.at(place, format_args!(
                    "its head has no line `$ cargo run -q -p {stage} --example {name}` (put it into a ```console block, with what it prints below)"
                ));
                continue;
            };
            let printed = head.lines().nth(command + 1).unwrap_or_default();
            if printed.is_empty() || printed.starts_with(['$', '`']) {
                broken.at(place, "the command in its head prints nothing (SNAPSHOTS=overwrite cargo test -p tests --test 07_transcripts writes it there)");
            }
        }
    }
    broken.assert_none();
}

#[test]
fn the_top_level_is_what_the_map_shows() {
    let files = [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
    ];
    let expected: BTreeSet<String> = (STAGES.into_iter().chain(["book", "tests"]).chain(files))
        .map(str::to_owned)
        .collect();
    let target = metadata().target_directory;
    let entries = fs::read_dir(root())
        .expect("the root can be read")
        .flatten();
    let found: BTreeSet<String> = entries
        .filter(|entry| entry.path() != target.as_std_path() && entry.file_name() != "target")
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    let extra: Vec<_> = found.difference(&expected).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(
        extra.is_empty(),
        "not on the map: {extra:?} (every file has a home in one of the members)"
    );
    assert!(missing.is_empty(), "on the map, but not there: {missing:?}");
}
