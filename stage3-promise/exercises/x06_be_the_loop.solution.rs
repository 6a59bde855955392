//! x06, solved. A promise does nothing by itself: the loop looks at it, and the loop resumes.

use stage3_promise::{Coroutine, CoroutineState, Exception};

fn be_the_loop<T>(mut coro: Coroutine<T>, mut wait: impl FnMut()) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let promise = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(promise) => promise,
        };
        state = loop {
            match promise.outcome() {
                Some(Ok(())) => break coro.send(Some(()))?,
                Some(Err(exception)) => break coro.throw(exception)?,
                None => wait(),
            }
        };
    }
}
