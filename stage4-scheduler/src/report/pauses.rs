//! The table of a loop's pauses: which `.await`s its tasks are paused at.
//!
//! A promise wakes a task by its line in this table. And when nothing can run, the table tells where each
//! task is paused, and what it waits for.

use std::collections::HashMap;
use std::mem;

use super::stuck::{Stuck, Wait};
use crate::bookkeeping::ready::TaskId;

#[derive(Default)]
pub(crate) struct Pauses {
    entries: Vec<Entry>,
    first_free: usize,
    len: usize,
}

enum Entry {
    Pause(TaskId, Wait),
    /// And the next one that is free.
    Free(usize),
}

impl Pauses {
    pub(crate) fn insert(&mut self, task: TaskId, wait: Wait) -> usize {
        self.len += 1;
        let index = self.first_free;
        let entry = Entry::Pause(task, wait);
        if let Some(free) = self.entries.get_mut(index) {
            if let Entry::Free(next) = mem::replace(free, entry) {
                self.first_free = next;
            }
        } else {
            self.entries.push(entry);
            self.first_free = self.entries.len();
        }
        index
    }

    pub(crate) fn remove(&mut self, index: usize) {
        self.entries[index] = Entry::Free(self.first_free);
        self.first_free = index;
        self.len -= 1;
        if self.len == 0 {
            // Begin again, so that a report does not go past the places of a million pauses that once were.
            self.entries.clear();
            self.first_free = 0;
        }
    }

    /// Whose pause it is.
    pub(crate) fn task(&self, index: usize) -> TaskId {
        match self.entries[index] {
            Entry::Pause(task, _) => task,
            Entry::Free(_) => TaskId::NONE,
        }
    }

    /// Adds to each task where it is paused.
    pub(crate) fn add_to(&self, tasks: &mut [Stuck]) {
        let mut waits: HashMap<u64, Vec<Wait>> = HashMap::new();
        for entry in &self.entries {
            if let Entry::Pause(task, wait) = entry {
                waits.entry(task.number).or_default().push(*wait);
            }
        }
        for task in tasks {
            task.waits = waits.remove(&task.number).unwrap_or_default();
        }
    }
}
