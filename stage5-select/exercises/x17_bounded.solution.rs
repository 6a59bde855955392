//! x17, solved. To wait until there is room is what slows the fast side down to the slow one.

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
        while self.items.borrow().len() == self.room {
            self.change().await?;
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
