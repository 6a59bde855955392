//! x04, solved. The coroutine has the question, the loop has the work, and the arm joins them.

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
            "pow" => power(&action.args),
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
