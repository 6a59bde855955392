//! Which `.await`s have left a task's waker in a promise, and where.
//!
//! The loop does not need this to run. It needs it when nothing can run: then it tells where each task is
//! paused, and how many of a task's wakers lie in promises, where only another task would call them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr;
use std::rc::Rc;
use std::task::Waker;

use super::stuck::{Stuck, Wait};
use crate::current::Current;

thread_local!(static CURRENT: Current<Pauses> = const { Current::new() });

/// The pauses of the tasks of one loop.
pub(crate) struct Pauses {
    table: RefCell<Table>,
    /// The task that runs, and what its wakers point at.
    running: Cell<(Owner, *const ())>,
}

/// Whose pause it is: a place among the tasks, and the number of the task there, since places are reused.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    place: usize,
    number: u64,
}

#[derive(Default)]
struct Table {
    pauses: Vec<Option<(Owner, Wait)>>,
    free: Vec<usize>,
    /// For each place: the number of the task there, and how many pauses it has.
    tasks: Vec<(u64, usize)>,
}

/// Keeps a pause in the table until it is dropped.
pub(crate) struct Listed {
    pauses: Rc<Pauses>,
    index: usize,
}

impl Pauses {
    pub(crate) fn new() -> Self {
        let nobody = Owner {
            place: 0,
            number: 0,
        };
        Pauses {
            table: RefCell::default(),
            running: Cell::new((nobody, ptr::null())),
        }
    }

    /// Makes this the table of this thread. Gives back the one that was.
    pub(crate) fn replace_current(pauses: Option<Rc<Self>>) -> Option<Rc<Self>> {
        CURRENT.with(|current| current.replace(pauses))
    }

    /// A new task is in this place.
    pub(crate) fn add(&self, place: usize, number: u64) {
        let tasks = &mut self.table.borrow_mut().tasks;
        match tasks.get_mut(place) {
            Some(task) => *task = (number, 0),
            None => tasks.push((number, 0)),
        }
    }

    /// The task in this place is about to run, with this waker.
    pub(crate) fn runs(&self, place: usize, number: u64, waker: &Waker) {
        self.running.set((Owner { place, number }, waker.data()));
    }

    /// How many wakers of the task in this place lie in promises.
    pub(crate) fn count(&self, place: usize) -> usize {
        self.table.borrow().tasks[place].1
    }

    /// Adds to each task where it is paused.
    pub(crate) fn add_to(&self, tasks: &mut [Stuck]) {
        let mut waits: HashMap<u64, Vec<Wait>> = HashMap::new();
        for (owner, wait) in self.table.borrow().pauses.iter().flatten() {
            waits.entry(owner.number).or_default().push(*wait);
        }
        for task in tasks {
            task.waits = waits.remove(&task.number).unwrap_or_default();
        }
    }
}

/// Lists a pause of the task that runs. `None` if the waker is not that task's: a combinator has brought
/// its own, or no loop of ours runs here.
pub(crate) fn list(waker: &Waker, wait: Wait) -> Option<Listed> {
    let pauses = CURRENT.with(Current::get)?;
    let (owner, data) = pauses.running.get();
    if data != waker.data() {
        return None;
    }
    let mut guard = pauses.table.borrow_mut();
    let table = &mut *guard;
    table.tasks[owner.place].1 += 1;
    let index = table.free.pop().unwrap_or_else(|| {
        table.pauses.push(None);
        let count = table.pauses.len();
        table.free.reserve(count); // now, and not while tasks end
        count - 1
    });
    table.pauses[index] = Some((owner, wait));
    drop(guard);
    Some(Listed { pauses, index })
}

impl Drop for Listed {
    fn drop(&mut self) {
        let table = &mut *self.pauses.table.borrow_mut();
        if let Some((owner, _)) = table.pauses[self.index].take()
            && let Some((number, count)) = table.tasks.get_mut(owner.place)
            && *number == owner.number
        {
            *count -= 1;
        }
        table.free.push(self.index);
        if table.free.len() == table.pauses.len() {
            // Begin again, so that nobody goes past the places of a million pauses that there were once.
            table.pauses.clear();
            table.free.clear();
        }
    }
}
