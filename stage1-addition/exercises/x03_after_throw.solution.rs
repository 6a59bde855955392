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
        let answer = match action.name {
            "add" => sum(&action.args),
            name => Err(UnknownAction(name).into()),
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?,
            Err(exception) => coro.throw(exception)?,
        };
    }
}
