//! The mistake: what does not fit is dropped, and nobody has to wait.
//! ```text
//! a_full_queue_stops_who_pushes:
//!     Nobody has popped, and all five items are gone: two are in the queue, three are lost.
//!     `push` has to wait with its item until there is room.
//! every_item_comes_out_in_its_order:
//!     1 to 5 went in, and [1, 2] came out. Then no task could go on.
//!     A task that waits has to be told of each change: settle the promise of those who wait.
//! two_that_wait_do_not_both_take_the_one_place:
//!     Two tasks waited for the one place, and both took it: 0 items are in it.
//!     Between the wake and the next line of a task, another task may run. Look again after
//!     each `.await`: `while`, and not `if`.
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

    /// Tells all who wait that something has changed.
    fn tell(&self) -> Result<(), Exception> {
        let changed = self.changed.replace(Promise::new());
        Ok(changed.set_success(())?)
    }
}
