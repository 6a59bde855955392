//! x03, solved. `throw` resumes the coroutine, so it gives the next state, just as `send` does.

use stage1_addition::addition::{UnknownAction, sum};
use stage1_addition::{Coroutine, CoroutineState, Exception};

fn run<T>(mut coro: Coroutine<T>) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let action = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(action) => action,
        };
        state = if action.name == "add" {
            coro.send(Some(sum(&action.args)?))?
        } else {
            coro.throw(UnknownAction(action.name).into())?
        };
    }
}
