//! The book's own program, serving the book from a directory of its own on a free port.

use std::process::{Command, Stdio};

use support::Child;
use tempfile::TempDir;

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_book"))
}

/// The program, while it serves. It is killed when this is dropped.
#[allow(dead_code, reason = "each test takes what it needs")]
pub(crate) struct Program {
    pub(crate) child: Child,
    /// `127.0.0.1:45678`.
    pub(crate) addr: String,
    pub(crate) dir: TempDir,
}

impl Program {
    pub(crate) fn start() -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let mut start = program();
        start.args(["--port", "0", "--out"]).arg(dir.path());
        let mut child = Child::start(start.stderr(Stdio::piped()));
        let Some(rest) = child.after("The book is at http://") else {
            return Err(child.ended().errors);
        };
        let addr = rest.split(' ').next().unwrap_or_default().to_owned();
        Ok(Program { child, addr, dir })
    }
}
