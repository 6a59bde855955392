//! Shows the three states of a promise, and that it leaves the first one once.
//!
//! To follow: make a promise, print it, settle it, print it again, and try to change its mind.

use stage3_promise::{Exception, Promise};

#[test]
fn a_fresh_promise_is_an_egg() {
    let promise = Promise::<i32>::new();
    assert_eq!(format!("{promise:?}"), "Promise(🥚)");
    assert!(!promise.is_settled());
    assert!(promise.result().is_none());
}

#[test]
fn a_value_makes_it_a_chick() {
    let promise = Promise::new();
    promise.set_success("hello").unwrap();
    assert_eq!(format!("{promise:?}"), r#"Promise(🐣 "hello")"#);
    assert!(promise.is_settled());
    assert_eq!(promise.result().unwrap().unwrap(), "hello");
}

#[test]
fn an_exception_makes_it_a_fried_egg() {
    let promise = Promise::<i32>::new();
    promise.set_exception(Exception::msg("oops")).unwrap();
    assert_eq!(format!("{promise:?}"), "Promise(🍳 oops)");
    assert!(promise.is_settled());
    assert_eq!(promise.result().unwrap().unwrap_err().to_string(), "oops");
}

#[test]
fn any_error_will_do_as_an_exception() {
    let promise = Promise::<i32>::new();
    promise.set_exception(std::fmt::Error).unwrap();
    let exception = promise.result().unwrap().unwrap_err();
    assert!(exception.is::<std::fmt::Error>());
}

#[test]
fn settle_takes_the_result_of_a_function_as_it_is() {
    let parse = |text: &str| text.parse::<i32>().map_err(Exception::from);
    let (good, bad) = (Promise::new(), Promise::new());
    good.settle(parse("3")).unwrap();
    bad.settle(parse("three")).unwrap();
    assert_eq!(format!("{good:?}"), "Promise(🐣 3)");
    assert_eq!(
        format!("{bad:?}"),
        "Promise(🍳 invalid digit found in string)"
    );
}

#[test]
fn settling_it_again_is_refused_and_the_first_result_stands() {
    let (promise, line) = (Promise::new(), line!());
    assert_eq!(promise.made_at().line(), line);
    promise.set_success(1).unwrap();
    let refusals = [
        promise.set_success(2),
        promise.set_exception(Exception::msg("too late")),
        promise.settle(Ok(3)),
    ];
    for refusal in refusals {
        assert_eq!(
            refusal.unwrap_err().to_string(),
            format!(
                "the promise made at {} is settled already (its first result stands: \
                 ask `is_settled` where two may settle it)",
                promise.made_at()
            )
        );
    }
    assert_eq!(promise.result().unwrap().unwrap(), 1);
}

#[test]
fn a_failure_stands_just_as_a_success_does() {
    let promise = Promise::new();
    promise.set_exception(Exception::msg("first")).unwrap();
    promise.set_success(1).unwrap_err();
    assert_eq!(format!("{promise:?}"), "Promise(🍳 first)");
}

#[test]
fn a_clone_is_the_same_promise() {
    let promise = Promise::new();
    let clone = promise.clone();
    assert_eq!(promise.id(), clone.id());
    assert_eq!(promise.made_at(), clone.made_at());
    clone.set_success(3).unwrap();
    assert_eq!(promise.result().unwrap().unwrap(), 3);
    promise.set_success(4).unwrap_err();
}

#[test]
fn two_promises_are_two_even_where_they_are_made_on_one_line() {
    let made: Vec<Promise<i32>> = (0..2).map(|_| Promise::new()).collect();
    assert_ne!(made[0].id(), made[1].id());
    assert_eq!(made[0].made_at(), made[1].made_at());
    assert_eq!(made[0].made_at().file(), file!());
}
