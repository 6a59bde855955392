//! The mistake: an answer that fails is an error of the loop.
//!
//! Its tests say:
//!
//! ```text
//! an_answer_that_fails_is_thrown_into_the_coroutine:
//!     2 to the power of 1000 has no answer here, and the coroutine catches that.
//!     The loop ended instead, with Err(the result does not fit into 128 bits (Python's integers grow, these do not)).
//!     Do not return the `Err` from the loop: throw it into the coroutine.
//! ```

use stage2_ops::ops::{OpAwaitable, Overflow, UnknownAction, sum};
use stage2_ops::{Coroutine, CoroutineState, Exception, Value};

async fn pow(base: i128, exponent: i128) -> Result<Value, Exception> {
    OpAwaitable::new("pow", [base, exponent]).await
}

fn run<T>(mut coro: Coroutine<T>) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let action = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(action) => action,
        };
        let answer = match action.name {
            "add" => sum(&action.args),
            "pow" => Ok(power(&action.args)?),
            name => Err(UnknownAction(name).into()),
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?,
            Err(exception) => coro.throw(exception)?,
        };
    }
}

fn power(args: &[Value]) -> Result<Value, Exception> {
    let &[Value::Int(base), Value::Int(exponent)] = args else {
        return Err(Exception::msg("pow takes two integers"));
    };
    let power = base.checked_pow(u32::try_from(exponent)?);
    Ok(power.map(Value::Int).ok_or(Overflow)?)
}
