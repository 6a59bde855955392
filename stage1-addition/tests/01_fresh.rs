//! A coroutine is a value, and making one runs nothing (T08, T09).
//!
//! How to go about it: keep the future, and poll it only in `send`. A fresh coroutine stands before its
//! first line: it is not waiting for a value, so it cannot be given one.

use std::cell::Cell;
use std::rc::Rc;

use stage1_addition::{AdditionAwaitable, Coroutine, CoroutineState, add};

#[test]
fn a_fresh_coroutine_has_run_nothing() {
    let ran = Rc::new(Cell::new(false));
    let mut coro: Coroutine<()> = Coroutine::new({
        let ran = Rc::clone(&ran);
        async move {
            ran.set(true);
            Ok(())
        }
    });
    assert!(!ran.get());
    assert_eq!(coro.send(None).unwrap(), CoroutineState::Complete(()));
    assert!(ran.get());
}

#[test]
fn a_fresh_coroutine_that_is_dropped_never_runs() {
    let coro: Coroutine<()> = Coroutine::new(async { panic!("ran after all") });
    drop(coro);
}

#[test]
fn a_fresh_coroutine_is_paused_nowhere() {
    let coro = Coroutine::new(add([1, 2]));
    assert_eq!(coro.paused_at(), None);
    assert_eq!(format!("{coro:?}"), "Coroutine(fresh)");
}

#[test]
fn an_awaitable_that_is_never_awaited_asks_for_nothing() {
    let mut coro = Coroutine::new(async {
        let _forgotten = AdditionAwaitable::new([1, 2]);
        Ok("done")
    });
    assert_eq!(coro.send(None).unwrap(), CoroutineState::Complete("done"));
}

#[test]
fn sending_a_value_to_a_fresh_coroutine_is_refused() {
    let mut coro = Coroutine::new(add([1, 2]));
    assert_eq!(
        coro.send(Some(3)).unwrap_err().to_string(),
        "can't send a value to a just-started coroutine \
         (it is not waiting for one yet: start it with `send(None)`)"
    );
}

#[test]
fn a_refused_value_leaves_a_fresh_coroutine_fresh() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(Some(3)).unwrap_err();
    assert_eq!(format!("{coro:?}"), "Coroutine(fresh)");
    coro.send(None).unwrap();
    assert_eq!(coro.send(Some(3)).unwrap(), CoroutineState::Complete(3));
}
