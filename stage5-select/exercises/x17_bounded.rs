//! x17: write a queue with room for a few items. A push into a full queue waits.
//!
//! `cargo test -p stage5-select --test x17_bounded` checks it. Hints: `x17_bounded.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::cell::RefCell;
use std::collections::VecDeque;

use stage5_select::{Exception, Promise};

struct Queue<T> {
    room: usize,
    items: RefCell<VecDeque<T>>,
    /// The promise of the next change. Each change settles it, and puts a new one here.
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

    /// Puts an item behind the others. Waits while the queue is full.
    async fn push(&self, item: T) -> Result<(), Exception> {
        todo!()
    }

    /// Takes the first item out. Waits while there is none.
    async fn pop(&self) -> Result<T, Exception> {
        todo!()
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::Queue;
    use stage5_select::{Promise, Scheduler};

    /// Runs the tasks until none can run. Gives the largest number of items that were ever in the queue.
    fn most_items(scheduler: &Scheduler, queue: &Queue<u32>) -> usize {
        let steps = (0..1000).map_while(|_| scheduler.step());
        steps.map(|_| queue.items.borrow().len()).max().unwrap_or(0)
    }

    /// A task that pushes all of these.
    fn push(scheduler: &Scheduler, queue: &Rc<Queue<u32>>, items: &'static [u32]) -> Promise<()> {
        let queue = Rc::clone(queue);
        scheduler.add_coro(async move {
            for item in items {
                queue.push(*item).await?;
            }
            Ok(())
        })
    }

    /// A task that pops so many.
    fn pop(scheduler: &Scheduler, queue: &Rc<Queue<u32>>, count: usize) -> Rc<RefCell<Vec<u32>>> {
        let popped = Rc::new(RefCell::new(Vec::new()));
        let (queue, items) = (Rc::clone(queue), Rc::clone(&popped));
        let _task = scheduler.add_coro(async move {
            for _ in 0..count {
                let item = queue.pop().await?;
                items.borrow_mut().push(item);
            }
            Ok(())
        });
        popped
    }

    #[test]
    fn a_push_into_a_full_queue_waits() {
        let (scheduler, queue) = (Scheduler::new(), Rc::new(Queue::new(2)));
        let pushed = push(&scheduler, &queue, &[1, 2, 3, 4, 5]);
        let most = most_items(&scheduler, &queue);
        assert!(
            most == 2,
            "The queue has room for 2 items, and {most} are in it.\n\
             If `push` never waits, a fast task fills the memory while a slow one empties the queue:\n\
             wait in `push` while the queue is full. That is backpressure."
        );
        assert!(
            !pushed.is_settled(),
            "Nobody has popped, and all five items are gone: two are in the queue, three are lost.\n\
             `push` has to wait with its item until there is room."
        );
    }

    #[test]
    fn every_item_comes_out_in_its_order() {
        let (scheduler, queue) = (Scheduler::new(), Rc::new(Queue::new(2)));
        let _pushed = push(&scheduler, &queue, &[1, 2, 3, 4, 5]);
        let popped = pop(&scheduler, &queue, 5);
        most_items(&scheduler, &queue);
        assert!(
            *popped.borrow() == [1, 2, 3, 4, 5],
            "1 to 5 went in, and {:?} came out.\n\
             `push` keeps its item until there is room. Each change settles the promise that the others\n\
             await.",
            popped.borrow()
        );
    }

    #[test]
    fn a_pop_from_an_empty_queue_waits() {
        let (scheduler, queue) = (Scheduler::new(), Rc::new(Queue::new(2)));
        let popped = pop(&scheduler, &queue, 1);
        most_items(&scheduler, &queue);
        let _pushed = push(&scheduler, &queue, &[7]);
        most_items(&scheduler, &queue);
        assert!(
            *popped.borrow() == [7],
            "A task waited for an item, then 7 was pushed, and the task got {:?}.",
            popped.borrow()
        );
    }

    #[test]
    fn two_tasks_do_not_share_one_free_place() {
        let (scheduler, queue) = (Scheduler::new(), Rc::new(Queue::new(1)));
        let _pushed = [1, 2, 3].map(|_| push(&scheduler, &queue, &[1]));
        let before = most_items(&scheduler, &queue);
        let popped = pop(&scheduler, &queue, 1);
        let most = most_items(&scheduler, &queue);
        assert!(
            before == 1 && popped.borrow().len() == 1 && !queue.items.borrow().is_empty(),
            "Three tasks push one item each, and there is room for 1: {before} went in. One was popped,\n\
             and no task put its item in the free place."
        );
        assert!(
            most == 1,
            "Two tasks waited for one free place, and both used it: {most} items are in the queue.\n\
             Between the wake and the next line of a task, another task may run. Look again after\n\
             each `.await`: `while`, and not `if`."
        );
    }
}
