//! Imports in a crate form no circle: one reads its files in an order in which each uses only those before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use support::{STAGES, sources};

use crate::Broken;
use crate::rules::text::tokens;

/// The path of a module or an item, `crate::kernel::sys`, in words.
type Words = Vec<String>;

#[test]
fn imports_in_a_crate_form_no_circle() {
    let mut broken = Broken::default();
    let stages = STAGES.map(|stage| format!("{stage}/src"));
    let others = ["book/program", "tests/support/src"].map(str::to_owned);
    for src in stages.iter().chain(&others) {
        let files = sources(src).into_iter().map(|path| {
            let imports = paths(tokens(&path));
            let module = module(path.strip_prefix(src).unwrap_or(&path));
            (module, (path, imports))
        });
        if let Some(circle) = circle(&files.collect()) {
            broken.at(
                src,
                format_args!(
                    "{} (move what they share to a file of its own, or below both)",
                    circle.join(" imports ")
                ),
            );
        }
    }
    broken.assert_none();
}

/// The module that a file is: of `kernel/sys.rs` it is `kernel::sys`, and of `lib.rs` it is the root.
fn module(path: &Path) -> Words {
    let mut words: Words = path
        .with_extension("")
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    words.pop_if(|last| ["lib", "main", "mod"].contains(&last.as_str()));
    words
}

/// A circle of files, the first one named again at its end; if there is one.
fn circle(files: &BTreeMap<Words, (PathBuf, Vec<Words>)>) -> Option<Vec<String>> {
    let root = files
        .get(&Vec::new())
        .map_or(&[][..], |(_, imports)| imports);
    let imports = |module: &Words| -> BTreeSet<&Words> {
        let resolved = files[module].1.iter().filter_map(|path| {
            let mut path = absolute(path, module);
            // What the root re-exports is where it re-exports it from.
            if let [name] = &*path
                && !files.contains_key(&vec![name.clone()])
                && let Some(from) = root.iter().find(|from| from.last() == Some(name))
            {
                path = from.clone();
            }
            while !path.is_empty() && !files.contains_key(&path) {
                path.pop();
            }
            let (module_there, _) = files.get_key_value(&path)?;
            (!path.is_empty() && module_there != module).then_some(module_there)
        });
        resolved.collect()
    };
    // The root imports all modules, and counts for none.
    let mut left: BTreeMap<&Words, BTreeSet<&Words>> = files
        .keys()
        .filter(|module| !module.is_empty())
        .map(|module| (module, imports(module)))
        .collect();
    // A file that imports none of those that are left is in no circle with them.
    loop {
        let before = left.len();
        let names: BTreeSet<&Words> = left.keys().copied().collect();
        left.retain(|_, imports| !imports.is_disjoint(&names));
        if left.len() == before {
            break;
        }
    }
    let mut walk = vec![*left.keys().next()?];
    loop {
        let last = walk[walk.len() - 1];
        let next = *left[last].iter().find(|next| left.contains_key(*next))?;
        let seen = walk.iter().position(|module| *module == next);
        walk.push(next);
        if let Some(start) = seen {
            let files = walk[start..]
                .iter()
                .map(|module| files[*module].0.display().to_string());
            return Some(files.collect());
        }
    }
}

/// A path as seen from the root of the crate.
fn absolute(path: &[String], module: &[String]) -> Words {
    let supers = path.iter().take_while(|word| *word == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path[1..].to_vec(),
        Some("super") => [
            &module[..module.len().saturating_sub(supers)],
            &path[supers..],
        ]
        .concat(),
        Some("self") => [module, &path[1..]].concat(),
        _ => [module, path].concat(), // a module of this one, or another crate
    }
}

/// The paths in a `use`, and those that begin with `crate` or `super` elsewhere.
fn paths(tokens: TokenStream) -> Vec<Words> {
    let mut found = Vec::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "use" => {
                let end = tokens[at..].iter().position(|token| is_punct(token, ';'));
                let end = at + end.unwrap_or(tokens.len() - at);
                tree(&tokens[at + 1..end], &[], &mut found);
                at = end;
            }
            TokenTree::Ident(word) if word == "crate" || word == "super" => {
                let is_path = |token: &&TokenTree| {
                    matches!(token, TokenTree::Ident(_)) || is_punct(token, ':')
                };
                let length = tokens[at..].iter().take_while(is_path).count();
                if length > 1 {
                    tree(&tokens[at..at + length], &[], &mut found);
                }
                at += length - 1;
            }
            // Unit tests stand at the end of what they test.
            TokenTree::Ident(word) if word == "tests" => at += 1,
            TokenTree::Group(group) => found.extend(paths(group.stream())),
            _ => {}
        }
        at += 1;
    }
    found
}

/// All paths of a tree: `a::{b, c::d}` has `a::b` and `a::c::d`.
fn tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<Words>) {
    for part in tokens.split(|token| is_punct(token, ',')) {
        let mut path = before.to_vec();
        for token in part {
            match token {
                TokenTree::Ident(word) if word == "as" => break,
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    tree(&inner, &path, found);
                    path.clear();
                }
                _ => {}
            }
        }
        found.push(path);
    }
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let circle_of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, code)| {
            let imports = paths(code.parse().expect("it is Rust"));
            (module(Path::new(path)), (PathBuf::from(path), imports))
        });
        circle(&files.collect()).unwrap_or_default().join(" ")
    };
    let lib = (
        "lib.rs",
        "mod a; mod b; mod c; pub use a::A; pub use b::{B, other::C};",
    );
    let a = ("a.rs", "use crate::b::{self, B}; // use crate::c::C;");
    assert_eq!(
        circle_of(&[
            lib,
            a,
            ("b.rs", "use std::fmt;"),
            ("c.rs", "use crate::a::A;")
        ]),
        ""
    );
    for b in [
        "use crate::a::A;",
        "use super::a;",
        "use crate::{c::D, a::A};",
        "use crate::A;",
        "fn f() { g(crate::a::A) }",
    ] {
        assert_eq!(circle_of(&[lib, a, ("b.rs", b)]), "a.rs b.rs a.rs", "{b}");
    }
    let parent = ("a/mod.rs", "pub use b::B;");
    assert_eq!(
        circle_of(&[lib, parent, ("a/b.rs", "use super::A;")]),
        "a/mod.rs a/b.rs a/mod.rs"
    );
    assert_eq!(
        circle_of(&[lib, parent, ("a/b.rs", "use super::c::C;"), ("a/c.rs", "")]),
        ""
    );
}
