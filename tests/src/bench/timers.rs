//! Deadlines reached one at a time, while many others sleep.
//!
//! What is measured is the time that the process spends on a core, not the time that passes: sleeping is
//! free, what it costs to fall asleep and to be woken is not. tokio rounds its deadlines to a
//! millisecond, so it wakes once where the others wake twenty times; that is a choice, and it shows.

use std::time::Duration;

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

fn per_deadline(before: f64) -> f64 {
    (process_time() - before) / f64::from(REACHED)
}

/// Stage 5: nanoseconds on a core for each deadline that is reached beside `others` that are not.
pub fn ours(others: u32) -> f64 {
    let cost = run(async move {
        for _ in 0..others {
            drop(add_coro(sleep(LONG)));
        }
        give_way().await;
        let before = process_time();
        let sleeping: Vec<_> = deadlines().map(|time| add_coro(sleep(time))).collect();
        for promise in sleeping {
            promise.await?;
        }
        Ok(per_deadline(before))
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
        for _ in 0..others {
            spawn_local(tokio::time::sleep(LONG));
        }
        give_way().await;
        let before = process_time();
        let sleeping: Vec<_> = deadlines()
            .map(|time| spawn_local(tokio::time::sleep(time)))
            .collect();
        for task in sleeping {
            task.await.expect("no task fails here");
        }
        per_deadline(before)
    })
}

/// The same on smol.
pub fn smol(others: u32) -> f64 {
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        for _ in 0..others {
            executor.spawn(Timer::after(LONG)).detach();
        }
        give_way().await;
        let before = process_time();
        let sleeping: Vec<_> = deadlines()
            .map(|time| executor.spawn(Timer::after(time)))
            .collect();
        for task in sleeping {
            task.await;
        }
        per_deadline(before)
    }))
}
