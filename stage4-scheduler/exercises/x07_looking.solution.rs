//! x07, solved. A scheduler is a list of what is paused, and a rule that says which one goes on.

use stage3_promise::{Awaited, Coroutine, CoroutineState, Exception};

struct Task {
    coro: Coroutine<()>,
    awaited: Option<Awaited>,
}

impl Task {
    fn can_go_on(&self) -> bool {
        let awaited = self.awaited.as_ref();
        awaited.is_none_or(|promise| promise.outcome().is_some())
    }

    fn resume(&mut self) -> Result<CoroutineState<Awaited, ()>, Exception> {
        match self.awaited.take().map(|promise| promise.outcome()) {
            None => self.coro.send(None),
            Some(Some(Err(exception))) => self.coro.throw(exception),
            Some(_) => self.coro.send(Some(())),
        }
    }
}

fn run(coros: Vec<Coroutine<()>>) -> Result<(), Exception> {
    let new = |coro| Task {
        coro,
        awaited: None,
    };
    let mut tasks: Vec<Task> = coros.into_iter().map(new).collect();
    while !tasks.is_empty() {
        let Some(index) = tasks.iter().position(Task::can_go_on) else {
            return Err(Exception::msg("deadlock: settle what the tasks wait for"));
        };
        let mut task = tasks.remove(index);
        if let CoroutineState::Yielded(promise) = task.resume()? {
            task.awaited = Some(promise);
            tasks.push(task);
        }
    }
    Ok(())
}
