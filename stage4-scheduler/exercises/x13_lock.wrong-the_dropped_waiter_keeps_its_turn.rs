//! The mistake: a waiter has nothing to give back before it has the lock.
//!
//! Its tests say:
//!
//! ```text
//! a_waiter_that_is_dropped_after_its_turn_has_come_passes_it_on:
//!     Task 2 got its turn, and was dropped before it ran. Task 3 came next, and waits for ever.
//!     A waiter that is dropped has to leave the line, and then the next one has its turn:
//!     the guard must exist while it waits, so that its `drop` runs.
//! a_waiter_that_is_dropped_leaves_the_line:
//!     Task 1 had the lock. Task 2 waited, and was dropped. Task 3 came next, and waits for ever.
//!     The turn went to a waiter that is gone. A waiter that is dropped has to leave the line:
//!     the guard must exist while it waits, so that its `drop` runs.
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use stage4_scheduler::{Exception, Promise};

#[derive(Clone, Default)]
struct Lock {
    line: Rc<RefCell<VecDeque<Promise<()>>>>,
}

struct Guard {
    lock: Lock,
    turn: Promise<()>,
}

impl Lock {
    async fn lock(&self) -> Result<Guard, Exception> {
        let (lock, turn) = (self.clone(), Promise::new());
        self.line.borrow_mut().push_back(turn.clone());
        self.first_has_its_turn();
        (&turn).await?;
        Ok(Guard { lock, turn })
    }

    fn first_has_its_turn(&self) {
        let first = self.line.borrow().front().cloned();
        if let Some(first) = first {
            let _ = first.set_success(()); // refused if it has its turn already
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut line = self.lock.line.borrow_mut();
        line.retain(|turn| turn.id() != self.turn.id());
        drop(line);
        self.lock.first_has_its_turn();
    }
}
