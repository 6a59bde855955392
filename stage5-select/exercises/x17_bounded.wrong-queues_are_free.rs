//! The mistake: a queue is free, and grows as long as something is put into it.
//!
//! Its tests say:
//!
//! ```text
//! a_push_into_a_full_queue_waits:
//!     The queue has room for 2 items, and 5 are in it.
//!     If `push` never waits, a fast task fills the memory while a slow one empties the queue:
//!     wait in `push` while the queue is full. That is backpressure.
//! two_tasks_do_not_share_one_free_place:
//!     Three tasks push one item each, and there is room for 1: 3 went in. One was popped,
//!     and no task put its item in the free place.
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

    /// Wakes all tasks that wait for a change.
    fn tell(&self) -> Result<(), Exception> {
        let changed = self.changed.replace(Promise::new());
        Ok(changed.set_success(())?)
    }
}
