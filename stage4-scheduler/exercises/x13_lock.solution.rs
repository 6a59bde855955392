//! x13, solved. A guard exists as soon as there is a place in the line, so a dropped waiter leaves it too.

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
        let guard = Guard { lock, turn };
        self.first_has_its_turn();
        (&guard.turn).await?;
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
