//! The preprocessor, as plain mdBook runs it: a command that takes the book and gives it back.

use std::process::{Command, Stdio};

use book::pages::workspace;
use book::sources::Sources;
use mdbook_driver::MDBook;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

#[test]
fn the_command_does_what_the_program_does_itself() {
    let plain = MDBook::load(workspace().join("book")).unwrap();
    let context = PreprocessorContext::new(plain.root.clone(), plain.config.clone(), "html".into());
    let command = || Command::new(env!("CARGO_BIN_EXE_book"));
    let supported = command().args(["preprocess", "supports", "html"]).status();
    assert!(supported.unwrap().success());

    let mut child = command();
    let child = child
        .arg("preprocess")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), &(&context, &plain.book)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let by_command: Book = serde_json::from_slice(&output.stdout).unwrap();

    let footer = "Built by <code>mdbook</code>.";
    let by_itself = Sources { footer }.run(&context, plain.book).unwrap();
    assert_eq!(by_command, by_itself);
}
