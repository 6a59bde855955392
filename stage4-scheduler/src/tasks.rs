//! The tasks of a scheduler, each in its place.
//!
//! While a task runs it is out of its place, so that it may add tasks. When it pauses it goes back, and
//! stays there until a waker puts its place into the queue. Nobody looks at it in between.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use crate::queue::{Handle, Queue};
use crate::report::stuck::Stuck;
use crate::task::Task;

/// All tasks of a scheduler.
#[derive(Default)]
pub(crate) struct Tasks {
    places: Vec<Place>,
    free: Vec<usize>,
    added: u64,
    /// The tasks that paused while somebody else than a promise held their waker, each once.
    lent: Vec<usize>,
}

/// A place for one task after the other.
struct Place {
    /// It stays for the next task, and so does its waker: to make one is an allocation.
    handle: Arc<Handle>,
    /// `None` while the task runs.
    waker: Option<Waker>,
    number: u64,
    task: Option<Rc<dyn Task>>,
    is_lent: bool,
}

/// How many wakers a task has that nobody else holds: its handle, and the waker that it is polled with.
const OWN: usize = 2;

/// A task that is about to run.
pub(crate) struct Ready {
    pub(crate) place: usize,
    pub(crate) number: u64,
    pub(crate) task: Rc<dyn Task>,
    pub(crate) waker: Waker,
}

impl Tasks {
    /// Puts in a new task, which is ready to run. Gives its place and its number.
    pub(crate) fn add(&mut self, task: Rc<dyn Task>, queue: &Queue) -> (usize, u64) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::new(self.places.len(), queue));
            self.free.reserve(self.places.len()); // now, and not while tasks end
            self.places.len() - 1
        });
        self.added += 1;
        let at = &mut self.places[place];
        (at.number, at.task) = (self.added, Some(task));
        queue.push(&at.handle);
        (place, self.added)
    }

    /// The next task to run.
    pub(crate) fn pop_ready(&mut self, queue: &Queue) -> Option<Ready> {
        loop {
            let place = queue.pop()?;
            let at = &mut self.places[place];
            if !at.handle.clear_queued() {
                continue; // it was in the queue twice, and has run since
            }
            match (&at.task, at.waker.take()) {
                (Some(task), Some(waker)) => {
                    let (number, task) = (at.number, Rc::clone(task));
                    return Some(Ready {
                        place,
                        number,
                        task,
                        waker,
                    });
                }
                (_, waker) => {
                    at.waker = waker;
                    self.vacate(place, queue);
                }
            }
        }
    }

    /// Notes that a task has paused, while promises hold that many of its wakers.
    pub(crate) fn paused(&mut self, place: usize, waker: Waker, in_promises: usize) {
        let at = &mut self.places[place];
        at.waker = Some(waker);
        if !at.is_lent && at.is_held(in_promises) {
            at.is_lent = true;
            self.lent.push(place);
        }
    }

    /// Takes out a task that has ended.
    pub(crate) fn ended(
        &mut self,
        place: usize,
        waker: Waker,
        queue: &Queue,
    ) -> Option<Rc<dyn Task>> {
        self.places[place].waker = Some(waker);
        let task = self.places[place].task.take();
        self.vacate(place, queue);
        task
    }

    /// Makes a place free for the next task.
    fn vacate(&mut self, place: usize, queue: &Queue) {
        let at = &mut self.places[place];
        if at.handle.is_queued() {
            return; // the next task would be taken for this one: `pop_ready` comes back to it
        }
        if at.is_held(0) {
            // A waker of that task is left somewhere, and must not wake the next one.
            *at = Place::new(place, queue);
        }
        self.free.push(place);
    }

    /// Whether anybody but a promise holds the waker of a task.
    ///
    /// A task can give its waker away only while it runs. So only those are asked about that had given it
    /// away when they paused.
    pub(crate) fn any_is_lent(&mut self, in_promises: impl Fn(usize) -> usize) -> bool {
        while let Some(&place) = self.lent.last() {
            let at = &mut self.places[place];
            if at.task.is_some() && at.is_held(in_promises(place)) {
                return true;
            }
            at.is_lent = false;
            self.lent.pop();
        }
        false
    }

    pub(crate) fn describe(&self) -> Vec<Stuck> {
        let describe = |place: &Place| Some(place.task.as_ref()?.describe(place.number));
        self.places.iter().filter_map(describe).collect()
    }

    /// Takes out any task, to be closed.
    pub(crate) fn pop(&mut self) -> Option<Rc<dyn Task>> {
        while let Some(place) = self.places.pop() {
            if place.task.is_some() {
                return place.task;
            }
        }
        None
    }
}

impl Place {
    fn new(place: usize, queue: &Queue) -> Self {
        let handle = queue.handle(place);
        Place {
            waker: Some(Waker::from(Arc::clone(&handle))),
            handle,
            number: 0,
            task: None,
            is_lent: false,
        }
    }

    fn is_held(&self, in_promises: usize) -> bool {
        Arc::strong_count(&self.handle) > OWN + in_promises
    }
}
