//! The mistake: the coroutine works the answer out, since it is the one that is awaited.
//!
//! Its tests say:
//!
//! ```text
//! the_coroutine_asks_and_works_nothing_out:
//!     The first send gave Complete(Int(1024)).
//!     An `.await` does no work: `pow` sends its name and arguments up, and the loop answers.
//! ```

use stage2_ops::ops::{Overflow, UnknownAction, sum};
use stage2_ops::{Coroutine, CoroutineState, Exception, Value};

async fn pow(base: i128, exponent: i128) -> Result<Value, Exception> {
    let power = base.checked_pow(u32::try_from(exponent)?);
    Ok(power.map(Value::Int).ok_or(Overflow)?)
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
            name => Err(UnknownAction(name).into()),
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?,
            Err(exception) => coro.throw(exception)?,
        };
    }
}
