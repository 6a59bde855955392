//! The mistake: a task that waits tries again and again.
//!
//! Its tests say:
//!
//! ```text
//! one_at_a_time_and_first_come_first_served:
//!     It took 63 steps instead of 35: tasks that wait for the lock run over and over.
//!     A task that waits has to be paused until its turn is there: await the promise of its turn.
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

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
        poll_fn(|context| {
            if guard.turn.is_settled() {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
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
