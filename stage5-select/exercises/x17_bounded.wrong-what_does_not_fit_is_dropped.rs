//! The mistake: what does not fit is dropped, and nobody has to wait.
//!
//! Its tests say:
//!
//! ```text
//! a_push_into_a_full_queue_waits:
//!     Nobody has popped, and all five items are gone: two are in the queue, three are lost.
//!     `push` has to wait with its item until there is room.
//! every_item_comes_out_in_its_order:
//!     1 to 5 went in, and [1, 2] came out.
//!     `push` keeps its item until there is room. Each change settles the promise that the others
//!     await.
//! two_tasks_do_not_share_one_free_place:
//!     Three tasks push one item each, and there is room for 1: 1 went in. One was popped,
//!     and no task put its item in the free place.
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;

use stage5_select::{Exception, Promise};

struct Queue<T> {
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
        if self.items.borrow().len() == self.room {
            return Ok(());
        }
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
