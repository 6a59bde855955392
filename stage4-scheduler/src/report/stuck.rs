//! Turns the tasks of either loop into the entries of a report.

use std::collections::HashMap;
use std::panic::Location;

use super::deadlock::{Awaits, Pause, TaskInfo};

/// A task as its loop knows it.
pub(crate) struct Stuck {
    pub(crate) number: u64,
    pub(crate) added_at: &'static Location<'static>,
    /// The id of the promise of its result.
    pub(crate) result: usize,
    pub(crate) waits: Vec<PendingAwait>,
}

/// A pending `.await`: where it is, and the promise that it waits for.
#[derive(Clone, Copy)]
pub(crate) struct PendingAwait {
    pub(crate) at: &'static Location<'static>,
    pub(crate) promise: usize,
    pub(crate) made_at: &'static Location<'static>,
}

/// All tasks in the order of their numbers, each with its pauses from top to bottom of the source.
pub(crate) fn tasks(stuck: Vec<Stuck>) -> Vec<TaskInfo> {
    let numbers: HashMap<usize, u64> = (stuck.iter())
        .map(|task| (task.result, task.number))
        .collect();
    let pause = |wait: PendingAwait| Pause {
        at: wait.at,
        awaits: match numbers.get(&wait.promise) {
            Some(&number) => Awaits::ResultOf(number),
            None => Awaits::Promise(wait.made_at),
        },
    };
    let info = |task: Stuck| {
        let mut pauses: Vec<Pause> = task.waits.into_iter().map(pause).collect();
        pauses.sort_by_key(|pause| pause.at);
        TaskInfo {
            number: task.number,
            added_at: task.added_at,
            pauses,
        }
    };
    let mut tasks: Vec<TaskInfo> = stuck.into_iter().map(info).collect();
    tasks.sort_by_key(|task| task.number);
    tasks
}
