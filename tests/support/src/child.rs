//! A child process: started, read line by line, signalled, waited for; and ended when its owner is dropped.

use std::io::{BufRead, BufReader, Read};
use std::process::{self, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How long a child may live. A test that waits for one in vain fails then, and does not hang.
const LIMIT: Duration = Duration::from_secs(300);

/// A child process. It is killed when this is dropped.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    output: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    /// Nothing is sent: the thread that keeps the limit is told when this is gone.
    _limit: Sender<()>,
}

/// How a child has ended, and what it had printed that nobody had read.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The rest of its output.
    pub output: String,
    /// Its error output, if that was a pipe.
    pub errors: String,
}

impl Child {
    /// Starts a process, with its output in a pipe.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[track_caller]
    pub fn start(command: &mut Command) -> Child {
        match command.stdout(Stdio::piped()).spawn() {
            Ok(process) => process.into(),
            Err(error) => panic!("{}: {error}", command.get_program().display()),
        }
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its input, if that is a pipe.
    pub fn input(&mut self) -> Option<&mut ChildStdin> {
        self.process.stdin.as_mut()
    }

    /// The next line that it prints. `None` when it has closed its output.
    pub fn line(&mut self) -> Option<String> {
        self.output.recv().ok()
    }

    /// Skips lines up to one that has `text` in it. Gives what follows in that line.
    pub fn after(&mut self, text: &str) -> Option<String> {
        let rest = |line: String| Some(line.split_once(text)?.1.to_owned());
        self.output.iter().find_map(rest)
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        let sent = kill_process(Pid::from_child(&self.process), signal);
        sent.expect("it runs");
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    ///
    /// If it prints to a pipe what is no UTF-8.
    pub fn ended(mut self) -> Ended {
        drop(self.process.stdin.take()); // a child that reads its input to the end comes to it
        let output = self.output.iter().map(|line| line + "\n");
        let output = output.collect();
        let errors = self.errors.take().map(JoinHandle::join);
        Ended {
            status: self.process.wait().expect("it was started"),
            output,
            errors: errors.map_or_else(String::new, |read| read.expect("it was read")),
        }
    }
}

/// Takes over a process. Its pipes are read from now on: a process that prints to a pipe which nobody reads
/// stands still as soon as that is full.
impl From<process::Child> for Child {
    fn from(mut process: process::Child) -> Child {
        let (sender, output) = mpsc::channel();
        if let Some(pipe) = process.stdout.take() {
            let mut lines = BufReader::new(pipe).lines().map_while(Result::ok);
            thread::spawn(move || lines.try_for_each(|line| sender.send(line)));
        }
        let errors = process.stderr.take().map(|mut pipe| {
            thread::spawn(move || {
                let mut all = String::new();
                pipe.read_to_string(&mut all).expect("it is UTF-8");
                all
            })
        });
        let (limit, gone) = mpsc::channel::<()>();
        let pid = Pid::from_child(&process);
        let times = if std::env::var_os("FULL").is_some() {
            10
        } else {
            1
        };
        thread::spawn(move || {
            if gone.recv_timeout(LIMIT * times) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Child {
            process,
            output,
            errors,
            _limit: limit,
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
