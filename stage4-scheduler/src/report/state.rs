//! The state of each task, as its loop knows it, and how it becomes the entry of a report.

use std::collections::HashMap;
use std::panic::Location;

use super::deadlock::{Awaits, Pause, TaskInfo};

/// A task as its loop knows it.
pub(crate) struct TaskState {
    pub(crate) number: u64,
    pub(crate) added_at: &'static Location<'static>,
    /// The id of the promise of its result.
    pub(crate) result: usize,
    pub(crate) pauses: Vec<PauseSite>,
}

/// An `.await` that a task is paused at: where it is, and the promise that it waits for.
#[derive(Clone, Copy)]
pub(crate) struct PauseSite {
    pub(crate) at: &'static Location<'static>,
    pub(crate) promise: usize,
    pub(crate) made_at: &'static Location<'static>,
}

/// All tasks in the order of their numbers, each with its pauses from top to bottom of the source.
pub(crate) fn task_infos(states: Vec<TaskState>) -> Vec<TaskInfo> {
    let numbers: HashMap<usize, u64> = (states.iter())
        .map(|task| (task.result, task.number))
        .collect();
    let pause = |site: PauseSite| Pause {
        at: site.at,
        awaits: match numbers.get(&site.promise) {
            Some(&number) => Awaits::ResultOf(number),
            None => Awaits::Promise(site.made_at),
        },
    };
    let info = |task: TaskState| {
        let mut pauses: Vec<Pause> = task.pauses.into_iter().map(pause).collect();
        pauses.sort_by_key(|pause| pause.at);
        TaskInfo {
            number: task.number,
            added_at: task.added_at,
            pauses,
        }
    };
    let mut tasks: Vec<TaskInfo> = states.into_iter().map(info).collect();
    tasks.sort_by_key(|task| task.number);
    tasks
}
