//! What a program comes to on a loop.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::resume_unwind;
use std::rc::Rc;

use super::the_loop::{Awaits, Deadlock, Exception, LoopEnded, Promise, add_coro, run};
use crate::program::{Awaited, OnError, Op, Outcome, Program, Report, heard, turned};

struct World {
    program: Program,
    promises: Vec<Promise<u64>>,
    /// The tasks in the order in which they were added, which is that of the loop's own numbers.
    added: RefCell<Vec<(usize, Promise<u64>)>>,
}

pub(crate) fn execute(program: &Program) -> Report {
    let world = Rc::new(World {
        program: program.clone(),
        promises: (0..program.promises).map(|_| Promise::new()).collect(),
        added: RefCell::default(),
    });
    let result = run(first(Rc::clone(&world)));
    let added = world.added.borrow();
    let mut report = Report::default();
    for (index, promise) in &*added {
        let outcome = promise
            .result()
            .expect("no promise of a task is left pending");
        // The loop has ended, and told those who wait for a task that did not.
        let is_left = matches!(&outcome, Err(exception) if exception.is::<LoopEnded>());
        if !is_left {
            report.ended.insert(*index, told(outcome));
        }
    }
    let Err(exception) = result else {
        return report;
    };
    let deadlock: &Deadlock = exception.downcast_ref().expect("nothing else can go wrong");
    // The first coroutine has number 1 and awaits the others, so it is stuck whenever one of them is.
    assert_eq!(deadlock.tasks.first().map(|task| task.number), Some(1));
    let index = |number: u64| added[usize::try_from(number).expect("a small number") - 2].0;
    for task in &deadlock.tasks[1..] {
        let [pause] = task.pauses[..] else {
            panic!("a stuck task waits at one place: {task:?}")
        };
        let awaits = match pause.awaits {
            Awaits::ResultOf(number) => Awaited::Task(index(number)),
            Awaits::Promise(_) => Awaited::Promise,
        };
        report.stuck.insert(index(task.number), awaits);
    }
    for cycle in deadlock.cycles() {
        let cycle = cycle.into_iter().map(index).collect();
        assert!(
            report.cycles.insert(turned(cycle)),
            "a cycle is reported once: {deadlock}"
        );
    }
    report
}

fn told(outcome: Result<u64, Exception>) -> Outcome {
    outcome.map_err(|exception| exception.to_string())
}

/// Adds those tasks that are there from the start, and awaits all that are ever added.
async fn first(world: Rc<World>) -> Result<(), Exception> {
    for (index, task) in world.program.tasks.iter().enumerate() {
        if task.from_the_start {
            add(&world, index);
        }
    }
    for next in 0.. {
        let promise = world
            .added
            .borrow()
            .get(next)
            .map(|(_, promise)| promise.clone());
        let Some(promise) = promise else { break };
        let _ = promise.await;
    }
    Ok(())
}

fn add(world: &Rc<World>, index: usize) {
    let promise = add_coro(task(Rc::clone(world), index));
    world.added.borrow_mut().push((index, promise));
}

async fn task(world: Rc<World>, index: usize) -> Result<u64, Exception> {
    let mut number = index as u64;
    for op in &world.program.tasks[index].ops {
        match *op {
            Op::AwaitPromise(promise, on_error) => {
                number = hear(number, (&world.promises[promise]).await, on_error)?;
            }
            Op::AwaitTask(task, on_error) => {
                let known: HashMap<usize, Promise<u64>> =
                    world.added.borrow().iter().cloned().collect();
                if let Some(promise) = known.get(&task) {
                    number = hear(number, promise.await, on_error)?;
                }
            }
            Op::SetSuccess(promise) => {
                let refused = world.promises[promise].set_success(number).is_err();
                number = number.wrapping_add(refused.into());
            }
            Op::SetException(promise) => {
                let exception = Exception::msg(format!("settled with {number}"));
                let refused = world.promises[promise].set_exception(exception).is_err();
                number = number.wrapping_add(refused.into());
            }
            Op::Add(task) => add(&world, task),
            Op::Return => return Ok(number),
            Op::Raise => return Err(Exception::msg(format!("task {index} raises {number}"))),
            // Why not `panic!`? It would print each of them.
            Op::Panic => resume_unwind(Box::new(format!("task {index} panics at {number}"))),
        }
    }
    Ok(number)
}

fn hear(number: u64, outcome: Result<u64, Exception>, on_error: OnError) -> Result<u64, Exception> {
    match (outcome, on_error) {
        (Err(exception), OnError::LetPass) => Err(exception),
        (outcome, _) => Ok(heard(number, &told(outcome))),
    }
}
