//! x03: mend a loop that loses what `throw` gives.
//!
//! `cargo test -p stage1-addition --test x03_after_throw` checks it. Hints: `x03_after_throw.hint.md`.

use stage1_addition::addition::{UnknownAction, sum};
use stage1_addition::{Coroutine, CoroutineState, Exception};

/// Runs a coroutine to its end. It can add. An answer that fails is an exception, thrown into
/// the coroutine.
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
            Err(exception) => {
                coro.throw(exception)?;
                coro.send(Some(0))?
            }
        };
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use super::run;
    use stage1_addition::addition::UnknownAction;
    use stage1_addition::coroutine::Yield;
    use stage1_addition::{Action, Coroutine, Exception, add};

    /// Asks for something that the loop has never heard of.
    async fn spam() -> Result<i128, Exception> {
        let (name, args) = ("spam", Vec::new());
        Yield::new(Action { name, args }).await
    }

    #[test]
    fn a_coroutine_that_catches_it_may_ask_for_something_else() {
        let result = run(Coroutine::new(async {
            match spam().await {
                Ok(number) => Ok(number),
                Err(_) => add([1, 2]).await,
            }
        }));
        assert!(
            matches!(result, Ok(3)),
            "The coroutine caught the exception, then asked for 1 + 2. It ended with {result:?}.\n\
             `throw` resumes it as `send` does: it gives the next message, and that needs its answer."
        );
    }

    #[test]
    fn a_coroutine_that_catches_it_may_return() {
        let result = run(Coroutine::new(async { spam().await.or(Ok(7)) }));
        assert!(
            matches!(result, Ok(7)),
            "The coroutine caught the exception and returned 7. Your loop ended with {result:?}.\n\
             What `throw` gives is not always a message: it may be `Complete`."
        );
    }

    #[test]
    fn a_coroutine_that_does_not_catch_it_ends_with_it() {
        let result = run(Coroutine::new(spam()));
        let unknown = result.as_ref().is_err_and(Exception::is::<UnknownAction>);
        assert!(
            unknown,
            "The loop cannot answer `spam`, and the coroutine ended with {result:?}.\n\
             The coroutine that asked must learn of it: throw `UnknownAction` into the coroutine."
        );
    }
}
