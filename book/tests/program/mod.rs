//! The book's own program, serving the book from a directory of its own on a free port.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_book"))
}

/// The program, while it serves. It is killed when this is dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    /// `127.0.0.1:45678`.
    pub(crate) addr: String,
    #[allow(dead_code, reason = "one of the tests builds into it once more")]
    pub(crate) dir: TempDir,
}

impl Program {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut start = program();
        start.args(["--port", "0", "--out"]).arg(dir.path());
        let mut child = start.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let addr = line.strip_prefix("The book is at http://");
        let addr = addr.and_then(|rest| rest.split(' ').next());
        let addr = addr.expect("it says its address").to_owned();
        Program { child, addr, dir }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
