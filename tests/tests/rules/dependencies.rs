//! What a stage depends on: the stage before it, and at run time `libc` and `futures-core` beside that.

use std::collections::BTreeSet;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use support::{STAGES, root};

use crate::Broken;

/// Of this platform, so that nothing is downloaded that only another one needs.
fn metadata() -> Metadata {
    let version = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8(version.stdout).expect("it speaks UTF-8");
    let mut lines = version.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    let options = ["--locked", "--filter-platform", host.expect("a host")].map(str::to_owned);
    let mut metadata = MetadataCommand::new();
    metadata.manifest_path(root().join("Cargo.toml"));
    let metadata = metadata.other_options(options).exec();
    metadata.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_stage_depends_on_the_one_before_it_and_no_further_back() {
    let metadata = metadata();
    let mut broken = Broken::default();
    for (index, stage) in STAGES.into_iter().enumerate() {
        let place = format!("{stage}/Cargo.toml");
        let mut packages = metadata.packages.iter();
        let package = packages.find(|package| package.name == stage);
        let package = package.expect("each stage is a member of the workspace");
        let before = index.checked_sub(1).map(|before| STAGES[before]);
        let mut found = before.is_none();
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if name.starts_with("stage") && Some(name) != before {
                let what = format!(
                    "depends on {name} (the stage before this one re-exports it: take it from there)"
                );
                broken.at(&place, what);
            }
            found |= dependency.kind == DependencyKind::Normal && Some(name) == before;
            let target = dependency.target.as_ref().map(ToString::to_string);
            if target.is_some_and(|target| target.contains("loom")) {
                let what = format!(
                    "needs {name} for `cfg(loom)` (the models are in tests/, which compiles the stage's file once more)"
                );
                broken.at(&place, what);
            }
        }
        if !found {
            broken.at(
                &place,
                "does not depend on the stage before it (the stages are a chain)",
            );
        }
    }
    broken.assert_none();
}

#[test]
fn the_stages_need_libc_and_futures_core_and_nothing_else_at_run_time() {
    let metadata = metadata();
    let nodes = &metadata.resolve.as_ref().expect("it was asked for").nodes;
    let name = |id| metadata[id].name.as_str();
    let mut needed = BTreeSet::new();
    let mut open: Vec<_> = nodes
        .iter()
        .filter(|node| STAGES.contains(&name(&node.id)))
        .collect();
    while let Some(node) = open.pop() {
        let deps = node.deps.iter().filter(|dep| {
            let mut kinds = dep.dep_kinds.iter();
            kinds.any(|kind| kind.kind != DependencyKind::Development)
        });
        for dep in deps.filter(|dep| !STAGES.contains(&name(&dep.pkg))) {
            if needed.insert(name(&dep.pkg)) {
                open.extend(nodes.iter().find(|node| node.id == dep.pkg));
            }
        }
    }
    assert!(
        needed.iter().eq(["futures-core", "libc"].iter()),
        "at run time, and to build, the stages need {needed:?} (ask `cargo tree -p stage5-select -e normal,build` how it came there)"
    );
}
