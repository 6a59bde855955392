//! The tasks that are ready to run, in the order in which they were woken, each once.

use std::collections::VecDeque;

/// Which task: its place, and its number, because a place is used again and a number is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskId {
    pub(crate) place: usize,
    pub(crate) number: u64,
}

#[derive(Default)]
pub(crate) struct ReadyList {
    /// A task that has ended may still be in it, and is skipped.
    woken: VecDeque<TaskId>,
    /// For each place: the number of the task there, and whether it is ready.
    tasks: Vec<(u64, bool)>,
}

impl ReadyList {
    /// A new task is in that place, and is ready.
    pub(crate) fn add(&mut self, id: TaskId) {
        if id.place == self.tasks.len() {
            self.tasks.push((0, false));
        }
        self.tasks[id.place] = (id.number, true);
        self.woken.push_back(id);
    }

    /// The task in that place has ended. Wakes for it change nothing from here on.
    pub(crate) fn remove(&mut self, place: usize) {
        self.tasks[place] = (0, false);
    }

    /// Puts a task at the end, unless it is in the list already: one turn is enough for all wakes before it.
    pub(crate) fn wake(&mut self, id: TaskId) {
        if self.tasks.get(id.place) == Some(&(id.number, false)) {
            self.tasks[id.place].1 = true;
            self.woken.push_back(id);
        }
    }

    /// Takes out the first one.
    pub(crate) fn pop(&mut self) -> Option<TaskId> {
        loop {
            let id = self.woken.pop_front()?;
            if self.is_ready(id) {
                self.tasks[id.place].1 = false;
                return Some(id);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.woken.iter().any(|&id| self.is_ready(id))
    }

    fn is_ready(&self, id: TaskId) -> bool {
        self.tasks[id.place] == (id.number, true)
    }
}
