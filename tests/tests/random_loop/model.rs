//! The model: no loop, no kernel, no wakers. After each operation it goes on with whatever can go on,
//! until nothing can. What is ready is a matter of what is there, and never of who was told.

use std::collections::BTreeSet;

use crate::program::{Op, Outcome, PROMISES, SOCKS, Step, Wait};

#[derive(Clone, Copy)]
struct Sock {
    /// Counts those that were opened here; `None` while there is none.
    open: Option<u64>,
    bytes: bool,
    full: bool,
    hung_up: bool,
}

/// A wait that has begun: it knows its deadline, and which of the sockets of that place it means.
enum Pending {
    Readable(usize, Option<u64>),
    Writable(usize, Option<u64>),
    Sleep(u64),
    Promise(usize),
    Timeout(u64, Box<Pending>),
    Race(Box<Pending>, Box<Pending>),
    Result(usize),
}

struct Task {
    steps: std::vec::IntoIter<Step>,
    now: Option<Pending>,
    ended: bool,
    outcomes: Vec<Outcome>,
}

pub(crate) struct Model {
    now: u64,
    opened: u64,
    socks: [Sock; SOCKS],
    settled: [bool; PROMISES],
    tasks: Vec<Task>,
}

/// What the model and the loop must agree on: of each task whether it has ended, and what came of its
/// awaits; how many descriptors are awaited for reading and for writing, and how many deadlines.
pub(crate) type Seen = (Vec<(bool, Vec<Outcome>)>, (usize, usize, usize));

impl Model {
    pub(crate) fn new() -> Self {
        let sock = Sock {
            open: None,
            bytes: false,
            full: false,
            hung_up: false,
        };
        let mut model = Model {
            now: 0,
            opened: 0,
            socks: [sock; SOCKS],
            settled: [false; PROMISES],
            tasks: Vec::new(),
        };
        (0..SOCKS).for_each(|sock| model.replace(sock));
        model
    }

    fn replace(&mut self, sock: usize) {
        self.opened += 1;
        self.socks[sock] = Sock {
            open: Some(self.opened),
            bytes: false,
            full: false,
            hung_up: false,
        };
    }

    pub(crate) fn apply(&mut self, op: &Op) -> Seen {
        let count = self.tasks.len();
        match op {
            Op::Start(steps) => self.tasks.push(Task {
                steps: steps.clone().into_iter(),
                now: None,
                ended: false,
                outcomes: Vec::new(),
            }),
            Op::Cancel(task) => {
                if let Some(task) = self.tasks.get_mut(task % count.max(1)) {
                    (task.ended, task.now) = (true, None);
                }
            }
            Op::Settle(promise) => self.settled[*promise] = true,
            Op::Advance(seconds) => self.now += seconds,
            Op::Send(sock) => self.socks[*sock].bytes |= !self.socks[*sock].hung_up,
            Op::Drain(sock) => self.socks[*sock].bytes = false,
            Op::Fill(sock) => self.socks[*sock].full = true,
            Op::Unfill(sock) => self.socks[*sock].full = false,
            Op::HangUp(sock) => self.socks[*sock].hung_up = true,
            Op::Close(sock) => self.socks[*sock].open = None,
            Op::Replace(sock) => self.replace(*sock),
        }
        while (0..self.tasks.len()).any(|task| self.go_on(task)) {}
        self.seen()
    }

    /// Whether the task could do a step.
    fn go_on(&mut self, number: usize) -> bool {
        if self.tasks[number].ended {
            return false;
        }
        if let Some(pending) = &self.tasks[number].now {
            let Some(outcome) = self.outcome(pending) else {
                return false;
            };
            self.tasks[number].outcomes.push(outcome);
        }
        self.tasks[number].now = match self.tasks[number].steps.next() {
            None => {
                self.tasks[number].ended = true;
                None
            }
            Some(Step::Await(wait)) => Some(self.begin(&wait)),
            Some(Step::Result(of)) => Some(Pending::Result(of % self.tasks.len())),
            Some(Step::Settle(promise)) => {
                self.settled[promise] = true;
                None
            }
        };
        true
    }

    fn begin(&self, wait: &Wait) -> Pending {
        match wait {
            Wait::Readable(sock) => Pending::Readable(*sock, self.socks[*sock].open),
            Wait::Writable(sock) => Pending::Writable(*sock, self.socks[*sock].open),
            Wait::Sleep(seconds) => Pending::Sleep(self.now + seconds),
            Wait::Promise(promise) => Pending::Promise(*promise),
            Wait::Timeout(limit, wait) => {
                Pending::Timeout(self.now + limit, Box::new(self.begin(wait)))
            }
            Wait::Race(a, b) => Pending::Race(Box::new(self.begin(a)), Box::new(self.begin(b))),
        }
    }

    fn outcome(&self, pending: &Pending) -> Option<Outcome> {
        let on = |sock: &Sock, meant: Option<u64>, ready: bool| match meant {
            None => Some(Outcome::NotOpen),
            Some(_) if sock.open != meant => Some(Outcome::Closed),
            Some(_) => (ready || sock.hung_up).then_some(Outcome::Done),
        };
        let done = |done: bool| done.then_some(Outcome::Done);
        match pending {
            Pending::Readable(sock, meant) => {
                let sock = &self.socks[*sock];
                on(sock, *meant, sock.bytes)
            }
            Pending::Writable(sock, meant) => {
                let sock = &self.socks[*sock];
                on(sock, *meant, !sock.full)
            }
            Pending::Sleep(deadline) => done(*deadline <= self.now),
            Pending::Promise(promise) => done(self.settled[*promise]),
            Pending::Result(task) => done(self.tasks[*task].ended),
            Pending::Timeout(deadline, wait) => {
                let either = *deadline <= self.now || self.outcome(wait).is_some();
                either.then_some(Outcome::OneOfTwo)
            }
            Pending::Race(a, b) => {
                let either = self.outcome(a).is_some() || self.outcome(b).is_some();
                either.then_some(Outcome::OneOfTwo)
            }
        }
    }

    fn seen(&self) -> Seen {
        let (mut reads, mut writes, mut timers) = (BTreeSet::new(), BTreeSet::new(), 0);
        let mut pending: Vec<&Pending> = self.tasks.iter().flat_map(|task| &task.now).collect();
        while let Some(next) = pending.pop() {
            match next {
                Pending::Readable(sock, _) => drop(reads.insert(sock)),
                Pending::Writable(sock, _) => drop(writes.insert(sock)),
                Pending::Sleep(_) => timers += 1,
                Pending::Timeout(_, wait) => {
                    timers += 1;
                    pending.push(wait);
                }
                Pending::Race(a, b) => pending.extend([&**a, &**b]),
                Pending::Promise(_) | Pending::Result(_) => {}
            }
        }
        let task = |task: &Task| (task.ended, task.outcomes.clone());
        let tasks = self.tasks.iter().map(task).collect();
        (tasks, (reads.len(), writes.len(), timers))
    }
}
