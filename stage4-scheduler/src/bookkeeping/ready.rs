//! The tasks that are ready to run, in the order in which they were woken, each once.

use std::collections::VecDeque;
use std::mem;

/// Which task: its place, and its number, because a place is used again and a number is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskId {
    pub(crate) place: usize,
    pub(crate) number: u64,
}

impl TaskId {
    /// No task has the number 0.
    pub(crate) const NONE: Self = TaskId {
        place: 0,
        number: 0,
    };
}

#[derive(Default)]
pub(crate) struct ReadyList {
    places: VecDeque<usize>,
    /// For each place: the number of the task there, and whether it is ready.
    tasks: Vec<(u64, bool)>,
}

impl ReadyList {
    /// A new task is in that place, and is ready.
    pub(crate) fn add(&mut self, TaskId { place, number }: TaskId) {
        if place == self.tasks.len() {
            self.tasks.push((0, false));
        }
        self.tasks[place] = (number, true);
        self.places.push_back(place);
    }

    /// The task in that place has ended. Wakes for it change nothing from here on.
    pub(crate) fn remove(&mut self, place: usize) {
        self.tasks[place] = (0, false);
    }

    /// Puts a task at the end, unless it is in the list already: one turn is enough for all wakes before it.
    pub(crate) fn wake(&mut self, TaskId { place, number }: TaskId) {
        if self.tasks.get(place) == Some(&(number, false)) {
            self.tasks[place].1 = true;
            self.places.push_back(place);
        }
    }

    /// Takes out the first one.
    pub(crate) fn pop(&mut self) -> Option<TaskId> {
        loop {
            let place = self.places.pop_front()?;
            let (number, is_ready) = &mut self.tasks[place];
            if mem::take(is_ready) {
                let number = *number;
                return Some(TaskId { place, number });
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}
