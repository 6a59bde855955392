//! The tasks of a scheduler, each in its place, and the wakers that they are polled with.
//!
//! A paused task stays in its place until a waker puts it into the queue. Nobody looks at it in between.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use crate::bookkeeping::ready::TaskId;
use crate::queue::{Handle, Queue};
use crate::report::state::TaskState;
use crate::task::Task;

/// All tasks of a scheduler.
#[derive(Default)]
pub(crate) struct Tasks {
    places: Vec<Place>,
    free: Vec<usize>,
    added: u64,
    /// The waker for the next task that has none of its own.
    spare: Option<Lent>,
    /// The places of tasks that paused while somebody kept their waker, each once.
    kept: Vec<usize>,
}

/// A place for one task after the other.
#[derive(Default)]
struct Place {
    number: u64,
    task: Option<Rc<dyn Task>>,
    /// The task's own waker, once somebody has kept a clone of it.
    own: Option<Lent>,
    is_in_kept: bool,
}

/// A waker that is lent to a task for one turn. If nobody has kept a clone by the end of the turn, the next
/// task gets the same waker, so most tasks cost no allocation for one.
pub(crate) struct Lent {
    handle: Arc<Handle>,
    pub(crate) waker: Waker,
}

impl Tasks {
    /// Puts in a new task, which is ready to run.
    pub(crate) fn add(&mut self, task: Rc<dyn Task>, queue: &Queue) {
        let place = self.free.pop().unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.push(Place::default());
        }
        self.added += 1;
        let number = self.added;
        self.places[place].number = number;
        self.places[place].task = Some(task);
        queue.ready.borrow_mut().add(TaskId { place, number });
    }

    /// The next task to run, and the waker to poll it with.
    pub(crate) fn next(&mut self, queue: &Queue) -> Option<(TaskId, Rc<dyn Task>, Lent)> {
        let id = queue.pop()?;
        let place = self.places.get_mut(id.place)?;
        let task = Rc::clone(place.task.as_ref()?);
        let lent = place.own.take().or_else(|| self.spare.take());
        let lent = lent.unwrap_or_else(|| Lent::new(queue));
        lent.handle.set_task(id);
        Some((id, task, lent))
    }

    /// Takes back the waker of a task that has paused.
    pub(crate) fn paused(&mut self, place: usize, lent: Lent) {
        if !lent.is_kept() {
            self.spare = Some(lent);
            return;
        }
        let at = &mut self.places[place];
        at.own = Some(lent);
        if !at.is_in_kept {
            at.is_in_kept = true;
            self.kept.push(place);
        }
    }

    /// Takes out a task that has ended. If somebody keeps its waker, that wakes nobody from here on.
    pub(crate) fn ended(
        &mut self,
        place: usize,
        lent: Lent,
        queue: &Queue,
    ) -> Option<Rc<dyn Task>> {
        if !lent.is_kept() {
            self.spare = Some(lent);
        }
        queue.ready.borrow_mut().remove(place);
        self.free.push(place);
        self.places[place].task.take()
    }

    /// Whether anybody keeps the waker of a task. The queue counts, too: if another thread has woken the task,
    /// its handle is in the list there.
    ///
    /// A task can give its waker away only while it runs. So only those tasks are asked about that had given
    /// it away when they paused.
    pub(crate) fn any_is_kept(&mut self) -> bool {
        while let Some(&place) = self.kept.last() {
            let at = &mut self.places[place];
            if at.task.is_some() && at.own.as_ref().is_some_and(Lent::is_kept) {
                return true;
            }
            at.is_in_kept = false;
            self.kept.pop();
        }
        false
    }

    pub(crate) fn describe(&self) -> Vec<TaskState> {
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

impl Lent {
    fn new(queue: &Queue) -> Self {
        let handle = queue.handle();
        let waker = Waker::from(Arc::clone(&handle));
        Lent { handle, waker }
    }

    fn is_kept(&self) -> bool {
        Arc::strong_count(&self.handle) > 2 // both are ours
    }
}
