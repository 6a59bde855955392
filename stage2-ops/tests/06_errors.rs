//! Every error is thrown into the coroutine that asked, and the loop goes on (T17).
//!
//! In the talk, a wrong number of arguments or a zero divisor raises in the loop itself and ends it. How
//! to go about it: an answer is a `Result`. A value is sent, an error is thrown.

use std::error::Error;

use stage2_ops::error::{NoAttribute, WrongCount, WrongType, ZeroDivisor};
use stage2_ops::ops::{Overflow, UnknownAction};
use stage2_ops::{Exception, Object, OpAwaitable, Value, add, run_task};

/// Asks for what must fail with an `E`, catches it, and asks for something else.
fn fails<E: Error + 'static>(
    name: &'static str,
    args: impl IntoIterator<Item = impl Into<Value>> + 'static,
) -> String {
    let (text, after) = run_task(async move {
        let exception: Exception = OpAwaitable::new(name, args).await.unwrap_err();
        assert!(exception.is::<E>(), "{name}: {exception}");
        Ok((exception.to_string(), add([1, 2]).await?))
    })
    .unwrap();
    assert_eq!(after, 3, "the loop goes on");
    text
}

#[test]
fn a_zero_divisor_is_thrown() {
    for name in ["div", "mod", "divmod"] {
        assert_eq!(
            fails::<ZeroDivisor>(name, [1, 0]),
            "division by zero (look at the divisor before you ask)"
        );
        fails::<ZeroDivisor>(name, [0, 0]);
        fails::<ZeroDivisor>(name, [1.0, 0.0]);
        fails::<ZeroDivisor>(name, [1.0, -0.0]);
        fails::<ZeroDivisor>(name, [Value::from(1), 0.0.into()]);
        fails::<ZeroDivisor>(name, [Value::from(1.0), 0.into()]);
    }
}

#[test]
fn an_int_that_does_not_fit_is_thrown() {
    assert_eq!(
        fails::<Overflow>("add", [i128::MAX, 1]),
        "the result does not fit into 128 bits (Python's integers grow, these do not)"
    );
    fails::<Overflow>("sub", [i128::MIN, 1]);
    fails::<Overflow>("mul", [i128::MAX, 2]);
    fails::<Overflow>("mul", [i128::MIN, -1]);
    fails::<Overflow>("divmod", [i128::MIN, -1]);
}

#[test]
fn a_wrong_type_is_thrown() {
    for name in ["sub", "mul", "div", "mod", "divmod"] {
        assert_eq!(
            fails::<WrongType>(name, ["7".into(), Value::from(2)]),
            format!("{name} of str and int has no meaning (it takes numbers)")
        );
        fails::<WrongType>(name, [Value::from(2), Value::None]);
        fails::<WrongType>(name, [Value::from([]), Object::new().into()]);
    }
    // The zero is not the first thing that is wrong here.
    fails::<WrongType>("div", [Value::None, 0.into()]);
    // A sum begins with 0, as in Python: so it is an int and a str that cannot be added.
    assert_eq!(
        fails::<WrongType>("add", ["spam"]),
        "add of int and str has no meaning (it takes numbers)"
    );
}

#[test]
fn a_missing_attribute_is_thrown() {
    fails::<NoAttribute>("getattr", [Object::new().into(), Value::from("x")]);
    fails::<NoAttribute>("setattr", ["text".into(), Value::from("x"), 1.into()]);
}

#[test]
fn a_wrong_number_of_arguments_is_thrown() {
    for name in ["sub", "mul", "div", "mod", "divmod", "getattr"] {
        for given in [0, 1, 3] {
            assert_eq!(
                fails::<WrongCount>(name, vec![1; given]),
                format!("{name} was given {given} arguments (it takes 2)")
            );
        }
    }
    assert_eq!(
        fails::<WrongCount>("setattr", [1, 2]),
        "setattr was given 2 arguments (it takes 3)"
    );
}

#[test]
fn an_unknown_action_is_thrown() {
    assert_eq!(
        fails::<UnknownAction>("pow", [2, 3]),
        r#"unknown action "pow" (the loop has no arm for it: see `run.rs`)"#
    );
}

#[test]
fn an_error_that_nobody_catches_ends_the_coroutine_that_asked() {
    let result: Result<(), _> = run_task(async {
        OpAwaitable::new("div", [1, 0]).await?;
        panic!("not reached")
    });
    assert!(result.unwrap_err().is::<ZeroDivisor>());
}
