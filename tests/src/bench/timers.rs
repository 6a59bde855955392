//! Deadlines reached one at a time, while many others sleep.
//!
//! What is measured is the time that the process spends on a core, not the time that passes: sleeping is
//! free, what it costs to fall asleep and to be woken is not. tokio rounds its deadlines to a
//! millisecond, so it wakes once where the others wake twenty times; that is a choice, and it shows.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol::{LocalExecutor, Timer};
use stage5_select::{add_coro, run, sleep};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

use crate::bench::machine::process_time;
use crate::bench::programs::give_way;

/// The others sleep longer than any of this takes.
const LONG: Duration = Duration::from_secs(3600);

/// How many deadlines are reached.
pub const REACHED: u32 = 400;

/// The deadlines that are reached are as far apart as this.
const APART: Duration = Duration::from_micros(50);

fn deadlines() -> impl Iterator<Item = Duration> {
    (1..=REACHED).map(|index| APART * index + Duration::from_millis(1))
}

/// Counts those of the others who have begun, and waits until all of them sleep: not every runtime runs
/// each task before it comes back to us.
#[derive(Clone, Default)]
struct Begun(Rc<Cell<u32>>);

impl Begun {
    fn one_more(&self) {
        self.0.set(self.0.get() + 1);
    }

    async fn all(&self, others: u32) {
        while self.0.get() < others {
            give_way().await;
        }
    }
}

/// What the clocks said before the first sleep.
struct Before {
    on_a_core: f64,
    at: Instant,
}

impl Before {
    fn now() -> Self {
        Before {
            on_a_core: process_time(),
            at: Instant::now(),
        }
    }

    fn per_deadline(&self) -> f64 {
        assert!(Some(self.at.elapsed()) >= deadlines().last(), "too early");
        (process_time() - self.on_a_core) / f64::from(REACHED)
    }
}

/// Stage 5: nanoseconds on a core for each deadline that is reached beside `others` that are not.
pub fn ours(others: u32) -> f64 {
    let cost = run(async move {
        let begun = Begun::default();
        for _ in 0..others {
            let begun = begun.clone();
            drop(add_coro(async move {
                begun.one_more();
                sleep(LONG).await
            }));
        }
        begun.all(others).await;
        let before = Before::now();
        let sleeping: Vec<_> = deadlines().map(|time| add_coro(sleep(time))).collect();
        for promise in sleeping {
            promise.await?;
        }
        Ok(before.per_deadline())
    });
    cost.expect("no task fails here")
}

/// The same on tokio.
pub fn tokio(others: u32) -> f64 {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime of one thread can be made");
    LocalSet::new().block_on(&runtime, async {
        let begun = Begun::default();
        for _ in 0..others {
            let begun = begun.clone();
            spawn_local(async move {
                begun.one_more();
                tokio::time::sleep(LONG).await;
            });
        }
        begun.all(others).await;
        let before = Before::now();
        let sleeping: Vec<_> = deadlines()
            .map(|time| spawn_local(tokio::time::sleep(time)))
            .collect();
        for task in sleeping {
            task.await.expect("no task fails here");
        }
        before.per_deadline()
    })
}

/// The same on smol.
pub fn smol(others: u32) -> f64 {
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let begun = Begun::default();
        for _ in 0..others {
            let begun = begun.clone();
            let sleeper = async move {
                begun.one_more();
                Timer::after(LONG).await;
            };
            executor.spawn(sleeper).detach();
        }
        begun.all(others).await;
        let before = Before::now();
        let sleeping: Vec<_> = deadlines()
            .map(|time| executor.spawn(Timer::after(time)))
            .collect();
        for task in sleeping {
            task.await;
        }
        before.per_deadline()
    }))
}
