//! The same program on the loop, with real sockets.

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use stage5_select::{
    Closed, Exception, Promise, Reactor, Scheduler, forget, race, readability, sleep, time,
    timeout, writability,
};

use crate::by_hand::waits;
use crate::model::Seen;
use crate::program::{Op, Outcome, PROMISES, SOCKS, Step, Wait};
use crate::watchdog::Watchdog;

/// What the tasks share.
struct World {
    socks: [RefCell<Option<Pair>>; SOCKS],
    promises: [Promise<()>; PROMISES],
    tasks: RefCell<Vec<Rc<Task>>>,
}

/// Our side, and the other one, unless that is closed.
type Pair = (UnixStream, Option<UnixStream>);

struct Task {
    result: Promise<()>,
    cancel: Promise<()>,
    ended: Cell<bool>,
    outcomes: RefCell<Vec<Outcome>>,
}

/// The loop, and what is on it.
pub(crate) struct OnTheLoop<'a> {
    reactor: &'a Reactor,
    scheduler: &'a Scheduler,
    world: Rc<World>,
}

fn open() -> Pair {
    let (here, there) = UnixStream::pair().expect("descriptors");
    here.set_nonblocking(true).expect("it is open");
    there.set_nonblocking(true).expect("it is open");
    (here, Some(there))
}

/// Reads until there is no more.
fn drain(mut from: &UnixStream) {
    let mut buffer = [0; 1 << 12];
    while from.read(&mut buffer).is_ok_and(|count| count > 0) {}
}

/// Runs `program` on a loop of its own.
pub(crate) fn on_a_loop<T>(program: impl FnOnce(&OnTheLoop<'_>) -> T) -> T {
    let _watchdog = Watchdog::new();
    let reactor = Reactor::new().expect("descriptors");
    let result = reactor.enter(|| {
        time::pause();
        let scheduler = Scheduler::with_unpark(reactor.waker());
        let world = Rc::new(World {
            socks: std::array::from_fn(|_| RefCell::new(Some(open()))),
            promises: std::array::from_fn(|_| Promise::new()),
            tasks: RefCell::default(),
        });
        scheduler.enter(|| {
            program(&OnTheLoop {
                reactor: &reactor,
                scheduler: &scheduler,
                world,
            })
        })
    });
    assert_eq!(waits(&reactor), (0, 0, 0), "something is left behind");
    result
}

impl OnTheLoop<'_> {
    pub(crate) fn apply(&self, op: &Op) {
        let world = &self.world;
        let with = |sock: usize, call: fn(&UnixStream, &mut Option<UnixStream>)| {
            if let Some((here, there)) = &mut *world.socks[sock].borrow_mut() {
                call(here, there);
            }
        };
        match op {
            Op::Start(steps) => self.start(steps.clone()),
            Op::Cancel(number) => {
                let tasks = world.tasks.borrow();
                if let Some(task) = tasks.get(number % tasks.len().max(1)) {
                    let _ = task.cancel.set_success(());
                }
            }
            Op::Settle(promise) => drop(world.promises[*promise].set_success(())),
            Op::Advance(seconds) => time::advance(Duration::from_secs(*seconds)),
            Op::Send(sock) => with(*sock, |_, there| {
                let _ = there.as_ref().map(|mut there| there.write(&[0]));
            }),
            Op::Drain(sock) => with(*sock, |here, _| drain(here)),
            Op::Fill(sock) => with(
                *sock,
                |mut here, _| {
                    while here.write(&[0; 1 << 12]).is_ok() {}
                },
            ),
            Op::Unfill(sock) => with(*sock, |_, there| {
                let _ = there.as_ref().map(drain);
            }),
            Op::HangUp(sock) => with(*sock, |_, there| drop(there.take())),
            Op::Close(sock) => drop(world.socks[*sock].take()),
            Op::Replace(sock) => {
                let old = world.socks[*sock].take();
                if let Some((here, _there)) = &old {
                    forget(here);
                }
                drop(old);
                world.socks[*sock].replace(Some(open()));
            }
        }
    }

    /// So many steps at most.
    pub(crate) fn turn(&self, steps: usize) {
        let _ran = (0..steps)
            .take_while(|_| self.scheduler.step().is_some())
            .count();
    }

    pub(crate) fn look(&self) {
        let looked = self.reactor.check_socks(Some(Duration::ZERO));
        looked.expect("select takes what it was given");
    }

    /// Runs until nothing can go on.
    pub(crate) fn settle(&self) {
        loop {
            while self.scheduler.step().is_some() {}
            self.look();
            if self.scheduler.step().is_none() {
                return;
            }
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        let tasks = self.world.tasks.borrow();
        let task = |task: &Rc<Task>| (task.ended.get(), task.outcomes.borrow().clone());
        (tasks.iter().map(task).collect(), waits(self.reactor))
    }

    fn start(&self, steps: Vec<Step>) {
        let task = Rc::new(Task {
            result: Promise::new(),
            cancel: Promise::new(),
            ended: Cell::new(false),
            outcomes: RefCell::default(),
        });
        self.world.tasks.borrow_mut().push(Rc::clone(&task));
        let world = Rc::clone(&self.world);
        drop(self.scheduler.add_coro(async move {
            let (cancel, doing) = (task.cancel.clone(), Rc::clone(&task));
            let _ = race(async move { world.steps(steps, &doing).await }, cancel).await;
            task.ended.set(true);
            let _ = task.result.set_success(());
            Ok(())
        }));
    }
}

impl World {
    async fn steps(&self, steps: Vec<Step>, task: &Task) {
        for step in steps {
            let outcome = match step {
                Step::Await(wait) => self.wait(wait).await,
                Step::Result(of) => {
                    let result = {
                        let tasks = self.tasks.borrow();
                        tasks[of % tasks.len()].result.clone()
                    };
                    outcome(&result.await)
                }
                Step::Settle(promise) => {
                    let _ = self.promises[promise].set_success(());
                    continue;
                }
            };
            task.outcomes.borrow_mut().push(outcome);
        }
    }

    fn wait(&self, wait: Wait) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
        Box::pin(async move {
            match wait {
                Wait::Readable(sock) | Wait::Writable(sock) => {
                    let interest = match &*self.socks[sock].borrow() {
                        None => return Outcome::NotOpen,
                        Some((here, _)) if matches!(wait, Wait::Readable(_)) => readability(here),
                        Some((here, _)) => writability(here),
                    };
                    outcome(&interest.await)
                }
                Wait::Sleep(seconds) => outcome(&sleep(Duration::from_secs(seconds)).await),
                Wait::Promise(promise) => outcome(&(&self.promises[promise]).await),
                Wait::Timeout(limit, wait) => {
                    let limit = Duration::from_secs(limit);
                    let wait = self.wait(*wait);
                    let _ = timeout(limit, async move { Ok(wait.await) }).await;
                    Outcome::OneOfTwo
                }
                Wait::Race(a, b) => {
                    race(self.wait(*a), self.wait(*b)).await;
                    Outcome::OneOfTwo
                }
            }
        })
    }
}

fn outcome(result: &Result<(), Exception>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(exception) if exception.is::<Closed>() => Outcome::Closed,
        Err(exception) => panic!("nothing else is raised here: {exception}"),
    }
}
