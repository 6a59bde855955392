//! The mistake: a queue is free, and grows as long as something is put into it.
//! ```text
//! a_full_queue_stops_who_pushes:
//!     The queue has room for 2 items, and 5 are in it.
//!     If `push` never waits, a fast task fills the memory while a slow one empties the queue:
//!     wait in `push` while the queue is full. That is backpressure.
//! two_that_wait_do_not_both_take_the_one_place:
//!     Two tasks waited for the one place, and both took it: 2 items are in it.
//!     Between the wake and the next line of a task, another task may run. Look again after
//!     each `.await`: `while`, and not `if`.
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;

use stage5_select::{Exception, Promise};

struct Queue<T> {
    #[expect(dead_code, reason = "this is the mistake")]
    room: usize,
    items: RefCell<VecDeque<T>>,
    changed: RefCell<Promise<()>>,
}

impl<T> Queue<T> {
    fn new(room: usize) -> Self {
        Queue {
            room,
            items: RefCell::default(),
            changed: RefCell::new(Promise::new()),
        }
    }

    async fn push(&self, item: T) -> Result<(), Exception> {
        self.items.borrow_mut().push_back(item);
        self.tell()
    }

    async fn pop(&self) -> Result<T, Exception> {
        loop {
            // A statement of its own, so that the borrow ends here.
            let item = self.items.borrow_mut().pop_front();
            if let Some(item) = item {
                self.tell()?;
                return Ok(item);
            }
            self.change().await?;
        }
    }

    /// The promise of the next change.
    fn change(&self) -> Promise<()> {
        self.changed.borrow().clone()
    }

    /// Tells all who wait that something has changed.
    fn tell(&self) -> Result<(), Exception> {
        let changed = self.changed.replace(Promise::new());
        Ok(changed.set_success(())?)
    }
}
