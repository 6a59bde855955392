//! The mistake: a task waits as a thread does, until the lock is free.
//!
//! Its tests say:
//!
//! ```text
//! a_waiter_that_is_dropped_after_its_turn_has_come_passes_it_on:
//!     The whole thread stands still, and with it the task that has the lock.
//!     A task waits by an `.await`. That pauses the task, and the thread runs the others.
//! a_waiter_that_is_dropped_leaves_the_line:
//!     The whole thread stands still, and with it the task that has the lock.
//!     A task waits by an `.await`. That pauses the task, and the thread runs the others.
//! one_at_a_time_and_first_come_first_served:
//!     The whole thread stands still, and with it the task that has the lock.
//!     A task waits by an `.await`. That pauses the task, and the thread runs the others.
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::thread;

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
        let guard = Guard { lock, turn };
        self.first_has_its_turn();
        while !guard.turn.is_settled() {
            thread::park();
        }
        Ok(guard)
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
