//! `close` ends a coroutine where it is paused: that is what cancellation is in Rust (T08).
//!
//! How to go about it: drop the future. Its local variables are its fields, so their destructors run,
//! in the order in which they would have at the end of their scope.

use std::cell::RefCell;
use std::rc::Rc;

use stage1_addition::{Coroutine, Exception, Misuse, add};

type Log = Rc<RefCell<Vec<&'static str>>>;

/// Writes its name down when it is dropped.
struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// A coroutine that holds two things at its `.await`.
fn holding_two(log: &Log) -> Coroutine<i128> {
    let log = Rc::clone(log);
    Coroutine::new(async move {
        let _outer = Noisy("outer", Rc::clone(&log));
        let _inner = Noisy("inner", Rc::clone(&log));
        let sum = add([1, 2]).await;
        log.borrow_mut().push("after the await");
        sum
    })
}

#[test]
fn closing_runs_the_destructors_and_nothing_else() {
    let log = Log::default();
    let mut coro = holding_two(&log);
    coro.send(None).unwrap();
    assert!(log.borrow().is_empty());
    coro.close();
    assert_eq!(*log.borrow(), ["inner", "outer"]);
}

#[test]
fn dropping_a_paused_coroutine_does_the_same() {
    let log = Log::default();
    let mut coro = holding_two(&log);
    coro.send(None).unwrap();
    drop(coro);
    assert_eq!(*log.borrow(), ["inner", "outer"]);
}

#[test]
fn a_thrown_exception_runs_them_too() {
    let log = Log::default();
    let mut coro = holding_two(&log);
    coro.send(None).unwrap();
    coro.throw(Exception::msg("stop")).unwrap_err();
    assert_eq!(*log.borrow(), ["after the await", "inner", "outer"]);
}

#[test]
fn what_a_coroutine_holds_is_dropped_as_soon_as_it_returns() {
    let log = Log::default();
    let mut coro = holding_two(&log);
    coro.send(None).unwrap();
    coro.send(Some(3)).unwrap();
    assert_eq!(log.borrow().len(), 3);
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
}

#[test]
fn a_closed_coroutine_is_finished() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    coro.close();
    assert_eq!(coro.paused_at(), None);
    let refused = coro.send(Some(3)).unwrap_err();
    assert_eq!(refused.downcast_ref(), Some(&Misuse::Finished));
}

#[test]
fn closing_a_fresh_or_a_closed_coroutine_is_fine() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.close();
    coro.close();
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
}

#[test]
fn a_destructor_may_run_coroutines_of_its_own() {
    struct AddsAtTheEnd(Rc<RefCell<Option<i128>>>);
    impl Drop for AddsAtTheEnd {
        fn drop(&mut self) {
            *self.0.borrow_mut() = stage1_addition::run_task(add([2, 3])).ok();
        }
    }
    let sum = Rc::new(RefCell::new(None));
    let mut coro = Coroutine::new({
        let at_the_end = AddsAtTheEnd(Rc::clone(&sum));
        async move {
            let _at_the_end = at_the_end;
            add([1, 2]).await
        }
    });
    coro.send(None).unwrap();
    coro.close();
    assert_eq!(*sum.borrow(), Some(5));
}
