//! An echo server in a process of its own, and a wire to it.
//!
//! The process is this same test program, started once more with an argument that picks
//! [`the_server_process`] and a variable that says that it is meant. It serves on a loop that is turned
//! by hand, so that steps and `select`s can be counted; says on its output where it listens and what it
//! reports; and obeys commands that come in on its input, one a line.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use stage5_select::{
    Exception, Listener, Promise, Reactor, Report, Scheduler, Server, add_coro, echo, interrupted,
    readability, sleep,
};
use support::{Child, Signal};

const MEANT: &str = "STAGE5_SERVER_PROCESS";

/// Whether the sizes are those that one waits for.
pub(crate) fn full() -> bool {
    std::env::var_os("FULL").is_some()
}

/// Raises this process's limit of descriptors as far as it goes, and says how far that is.
pub(crate) fn raise_limit() -> usize {
    let maximum = getrlimit(Resource::Nofile).maximum;
    limit_descriptors(maximum);
    usize::try_from(maximum.unwrap_or(1 << 20)).unwrap()
}

fn limit_descriptors(current: Option<u64>) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}

/// How many descriptors a process has open.
pub(crate) fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// The memory that a process holds, in KiB.
pub(crate) fn memory(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let mut words = line.unwrap().split_whitespace();
    words.nth(1).unwrap().parse().unwrap()
}

/// The server's process, seen from outside. It ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) addr: SocketAddr,
    /// What was reported so far.
    pub(crate) reports: Vec<String>,
}

/// What the server's loop has done since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) steps: u64,
    pub(crate) selects: u64,
    /// How many times it was found that signals had come.
    pub(crate) signals: u64,
}

impl Process {
    pub(crate) fn start() -> Self {
        raise_limit(); // the clients are in this process, and several tests at once
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", "server::the_server_process", "--ignored"]);
        let mut process = Process {
            child: Child::start(
                itself
                    .arg("--nocapture")
                    .env(MEANT, "")
                    .stdin(Stdio::piped()),
            ),
            addr: ([127, 0, 0, 1], 0).into(),
            reports: Vec::new(),
        };
        let port = process.until("Listening on port ");
        process.addr.set_port(port.parse().unwrap());
        process.tick(0); // now all is set up
        process
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Reads what it says until a line that begins with `start`, and gives the rest of that line.
    pub(crate) fn until(&mut self, start: &str) -> String {
        loop {
            let Some(said) = self.child.line() else {
                panic!("the server has ended before it said {start:?}");
            };
            // The first line may stand behind what the test harness prints.
            if let Some((_, report)) = said.split_once("Report: ") {
                self.reports.push(report.to_owned());
            }
            if let Some((_, rest)) = said.split_once(start) {
                return rest.to_owned();
            }
        }
    }

    /// Gives a command, and waits for the answer.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        writeln!(self.child.input().unwrap(), "{command}").unwrap();
        self.until("Answer: ")
    }

    pub(crate) fn counts(&mut self) -> Counts {
        let answer = self.ask("count");
        let mut numbers = answer.split(' ').map(|number| number.parse().unwrap());
        let mut next = || numbers.next().unwrap();
        Counts {
            steps: next(),
            selects: next(),
            signals: next(),
        }
    }

    /// Lets the server's own clock move on by so many hundredths of a second.
    pub(crate) fn tick(&mut self, count: u32) {
        self.ask(&format!("tick {count}"));
    }

    /// Lets it go on until it has no more than `count` descriptors.
    pub(crate) fn until_descriptors(&mut self, count: usize) {
        for _ in 0..1000 {
            if descriptors(self.pid()) <= count {
                return;
            }
            self.tick(1);
        }
        panic!(
            "{} descriptors are left, and there were {count}",
            descriptors(self.pid())
        );
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Vec<String> {
        // Not Ctrl-C: whatever runs this test may itself be told to ignore that.
        self.child.signal(Signal::TERM);
        self.until("Ended");
        assert!(self.child.ended().status.success());
        self.reports
    }
}

#[test]
#[ignore = "a process that other tests start"]
fn the_server_process() {
    if std::env::var_os(MEANT).is_none() {
        return;
    }
    raise_limit();
    let signal = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&signal)).unwrap();

    let reactor = Reactor::new().unwrap();
    reactor.enter(|| {
        let scheduler = Scheduler::with_unpark(reactor.waker());
        scheduler.enter(|| turn(&scheduler, &reactor, &signal));
    });
    say("Ended");
}

fn turn(scheduler: &Scheduler, reactor: &Reactor, signal: &AtomicBool) {
    let counts = Rc::new(Cell::new(Counts {
        steps: 0,
        selects: 0,
        signals: 0,
    }));
    let commands = add_coro(obey(Rc::clone(&counts)));
    let served = add_coro(serve());
    while !served.is_settled() && !commands.is_settled() {
        let mut now = counts.get();
        now.signals += u64::from(signal.swap(false, Ordering::Relaxed));
        now.steps += 1;
        counts.set(now);
        if scheduler.step().is_some() {
            reactor.tick().unwrap();
            continue;
        }
        now.selects += 1;
        counts.set(now);
        reactor.check_socks(None).unwrap();
    }
    if let Some(result) = served.result() {
        result.unwrap();
    }
}

fn say(what: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{what}");
}

async fn serve() -> Result<(), Exception> {
    let report = |report: Report<'_>| match report {
        Report::Listening(_) => say(report),
        Report::Connected(_) => {}
        _ => say(format_args!("Report: {report}")),
    };
    Server::new(Listener::bind("127.0.0.1:0")?)
        .on_report(report)
        .stop_when(interrupted(), Duration::from_secs(3))
        .serve(|conn| echo(conn, |_| ()))
        .await
}

async fn obey(counts: Rc<Cell<Counts>>) -> Result<(), Exception> {
    loop {
        readability(&std::io::stdin()).await?;
        let mut command = String::new();
        if std::io::stdin().read_line(&mut command)? == 0 {
            return Ok(()); // nobody is left to serve for
        }
        let (command, number) = command.trim().split_once(' ').unwrap_or((&command, "0"));
        let number: u32 = number.parse()?;
        match command.trim() {
            "count" => {
                let now = counts.get();
                say(format_args!(
                    "Answer: {} {} {}",
                    now.steps, now.selects, now.signals
                ));
                continue;
            }
            "tick" => sleep(Duration::from_millis(10) * number).await?,
            "limit" => limit_descriptors(Some(number.into())),
            "raise" => drop(raise_limit()),
            other => return Err(Exception::msg(format!("no such command: {other}"))),
        }
        say("Answer: done");
    }
}

/// Random numbers (SplitMix64): the same seed gives the same.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    /// Bytes without an end of line in them, and one behind them.
    pub(crate) fn line(&mut self, length: usize) -> Vec<u8> {
        let mut line: Vec<u8> = (0..length)
            .map(|_| match self.next().to_le_bytes()[0] {
                b'\n' => b'N',
                byte => byte,
            })
            .collect();
        line.insert(0, b'>'); // it never says "bye"
        line.push(b'\n');
        line
    }
}

/// A promise that is settled when so many have come to it.
pub(crate) struct Barrier {
    missing: Cell<usize>,
    complete: Promise<()>,
}

impl Barrier {
    pub(crate) fn new(count: usize) -> Rc<Self> {
        Rc::new(Barrier {
            missing: Cell::new(count),
            complete: Promise::new(),
        })
    }

    pub(crate) async fn wait(&self) -> Result<(), Exception> {
        self.missing.set(self.missing.get() - 1);
        if self.missing.get() == 0 {
            self.complete.set_success(())?;
        }
        self.complete.clone().await
    }
}
