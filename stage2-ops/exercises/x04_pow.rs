//! x04: teach a loop of your own one more action, `pow`, and write the coroutine that asks for it.
//!
//! `cargo test -p stage2-ops --test x04_pow` checks it. Hints: `x04_pow.hint.md`.

#![allow(unused, reason = "until it is written")]

use stage2_ops::ops::{Action, OpAwaitable, Overflow, UnknownAction, sum};
use stage2_ops::{Coroutine, CoroutineState, Exception, Value};

/// Asks the loop for `base` to the power of `exponent`.
async fn pow(base: i128, exponent: i128) -> Result<Value, Exception> {
    todo!("ask for it, as the other coroutines of this stage do")
}

/// Runs a coroutine to its end. It knows `add` and `pow`. An answer that fails is thrown into the coroutine.
fn run<T>(mut coro: Coroutine<T>) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let action = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(action) => action,
        };
        let answer = match action.name {
            "add" => sum(&action.args),
            // one more arm
            name => Err(UnknownAction(name).into()),
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?,
            Err(exception) => coro.throw(exception)?,
        };
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use super::{pow, run};
    use stage2_ops::ops::{Action, OpAwaitable};
    use stage2_ops::{Coroutine, CoroutineState, Value};

    #[test]
    fn the_coroutine_asks_and_works_nothing_out() {
        let state = Coroutine::new(pow(2, 10)).send(None).unwrap();
        let (name, args) = ("pow", vec![Value::Int(2), Value::Int(10)]);
        assert!(
            state == CoroutineState::Yielded(Action { name, args }),
            "The first send gave {state:?}.\n\
             An `.await` does no work: `pow` sends its name and arguments up, and the loop answers."
        );
    }

    #[test]
    fn the_loop_answers() {
        let result = run(Coroutine::new(async {
            let power = pow(2, 10).await?;
            OpAwaitable::new("add", [power, Value::Int(1)]).await
        }));
        assert!(
            matches!(&result, Ok(Value::Int(1025))),
            "2 to the power of 10, and 1, came to {result:?}.\n\
             The work is done in an arm of the loop: it needs one for `pow`."
        );
    }

    #[test]
    fn an_answer_that_fails_is_thrown_into_the_coroutine() {
        for (base, exponent) in [(2, 1000), (2, -1)] {
            let result = run(Coroutine::new(async move {
                pow(base, exponent).await.or(Ok(Value::None))
            }));
            assert!(
                matches!(result, Ok(Value::None)),
                "{base} to the power of {exponent} has no answer here, and the coroutine catches that.\n\
                 The loop ended instead, with {result:?}.\n\
                 Do not return the `Err` from the loop: throw it into the coroutine."
            );
        }
    }
}
