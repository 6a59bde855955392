//! How a file opens, and where `unsafe` may stand. Rust is read as tokens, so that a word in a comment or a
//! string is not taken for code.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use support::{STAGES, sources, text};

use crate::Broken;

/// All `unsafe` of the workspace.
const UNSAFE: &str = "stage5-select/src/kernel/sys.rs";

pub(super) fn tokens(path: &Path) -> TokenStream {
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

#[test]
fn unsafe_code_stands_in_one_file() {
    let mut broken = Broken::default();
    let mut at_home = false;
    for path in sources("") {
        each_token(tokens(&path), &mut |token| {
            if !matches!(token, TokenTree::Ident(word) if word == "unsafe") {
                return;
            }
            if path == Path::new(UNSAFE) {
                at_home = true;
            } else {
                broken.at(
                    format_args!("{}:{}", path.display(), token.span().start().line),
                    format_args!("`unsafe` (only {UNSAFE} may: give it a safe function for this)"),
                );
            }
        });
    }
    broken.assert_none();
    assert!(
        at_home,
        "{UNSAFE}: has no `unsafe` any more (has the file moved?)"
    );
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

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let mut broken = Broken::default();
    for path in sources("")
        .iter()
        .filter(|path| !text(path).starts_with("//! "))
    {
        broken.at(
            format_args!("{}:1", path.display()),
            "does not open with `//! ` (say in one sentence what it is, then why)",
        );
    }
    broken.assert_none();
}
