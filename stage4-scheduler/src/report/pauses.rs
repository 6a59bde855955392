//! The table of a loop's pauses: which `.await`s its tasks are paused at, and what each waits for.

use std::collections::HashMap;

use super::stuck::{PendingAwait, Stuck};
use crate::bookkeeping::ready::TaskId;

#[derive(Default)]
pub(crate) struct Pauses {
    entries: Vec<Option<(TaskId, PendingAwait)>>,
    free: Vec<usize>,
}

impl Pauses {
    pub(crate) fn insert(&mut self, task: TaskId, wait: PendingAwait) -> usize {
        let entry = Some((task, wait));
        if let Some(index) = self.free.pop() {
            self.entries[index] = entry;
            return index;
        }
        self.entries.push(entry);
        self.entries.len() - 1
    }

    pub(crate) fn remove(&mut self, index: usize) {
        self.entries[index] = None;
        self.free.push(index);
        if self.free.len() == self.entries.len() {
            // Begin again, so that a report does not search the places of a million earlier pauses.
            self.entries.clear();
            self.free.clear();
        }
    }

    /// Whose pause it is.
    pub(crate) fn task(&self, index: usize) -> TaskId {
        let entry = self.entries[index].as_ref();
        entry.expect("it is in the table as long as the wait is").0
    }

    /// Adds to each task where it is paused.
    pub(crate) fn add_to(&self, tasks: &mut [Stuck]) {
        let mut waits: HashMap<u64, Vec<PendingAwait>> = HashMap::new();
        for (task, wait) in self.entries.iter().flatten() {
            waits.entry(task.number).or_default().push(*wait);
        }
        for task in tasks {
            task.waits = waits.remove(&task.number).unwrap_or_default();
        }
    }
}
