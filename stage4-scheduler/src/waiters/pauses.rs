//! The table of a loop's pauses: which `.await`s its tasks are paused at, and what each waits for.

use std::collections::HashMap;

use crate::bookkeeping::ready::TaskId;
use crate::report::state::{PauseSite, TaskState};

#[derive(Default)]
pub(crate) struct Pauses {
    entries: Vec<Option<(TaskId, PauseSite)>>,
    free: Vec<usize>,
}

impl Pauses {
    pub(crate) fn insert(&mut self, task: TaskId, pause: PauseSite) -> usize {
        let entry = Some((task, pause));
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
    pub(crate) fn add_to(&self, tasks: &mut [TaskState]) {
        let mut pauses: HashMap<u64, Vec<PauseSite>> = HashMap::new();
        for (task, pause) in self.entries.iter().flatten() {
            pauses.entry(task.number).or_default().push(*pause);
        }
        for task in tasks {
            task.pauses = pauses.remove(&task.number).unwrap_or_default();
        }
    }
}
