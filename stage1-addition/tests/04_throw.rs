//! `throw` resumes a coroutine with an exception instead of a reply (T08, T14).
//!
//! How to go about it: the reply is a `Result`. Then a throw is a send, the `.await` is what returns
//! the error, and `?` raises it. What comes out is what comes out of any send: a coroutine may handle
//! the exception, and ask for something else.

use stage1_addition::{
    Action, AdditionAwaitable, Coroutine, CoroutineState, Exception, Misuse, add,
};

#[test]
fn an_exception_that_nobody_catches_comes_out_again() {
    let mut coro = Coroutine::new(async { Ok(add([1, 2]).await? + 1) });
    coro.send(None).unwrap();
    let exception = coro.throw(Exception::msg("no calculator")).unwrap_err();
    assert_eq!(exception.to_string(), "no calculator");
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
}

#[test]
fn the_exception_is_what_the_await_returns() {
    let mut coro = Coroutine::new(async {
        let failed = AdditionAwaitable::new([1, 2]).await.unwrap_err();
        Ok(failed.is::<std::fmt::Error>())
    });
    coro.send(None).unwrap();
    let state = coro.throw(std::fmt::Error.into()).unwrap();
    assert_eq!(state, CoroutineState::Complete(true));
}

#[test]
fn a_coroutine_that_catches_it_may_return() {
    let mut coro = Coroutine::new(async { add([1, 2]).await.or(Ok(0)) });
    coro.send(None).unwrap();
    let state = coro.throw(Exception::msg("no")).unwrap();
    assert_eq!(state, CoroutineState::Complete(0));
}

// In the talk this message is lost, and the coroutine is resumed with the answer to another one.
#[test]
fn a_coroutine_that_catches_it_may_ask_again() {
    let mut coro = Coroutine::new(async {
        match add([1, 2]).await {
            Ok(sum) => Ok(sum),
            Err(_) => add([10, 20]).await,
        }
    });
    coro.send(None).unwrap();
    let second = Action {
        name: "add",
        args: vec![10, 20],
    };
    let state = coro.throw(Exception::msg("ask again")).unwrap();
    assert_eq!(state, CoroutineState::Yielded(second));
    assert!(coro.paused_at().is_some());
    assert_eq!(coro.send(Some(30)).unwrap(), CoroutineState::Complete(30));
}

#[test]
fn a_coroutine_may_be_thrown_at_again_and_again() {
    let mut coro = Coroutine::new(async {
        for tries in 1.. {
            if let Ok(sum) = add([tries]).await {
                return Ok((tries, sum));
            }
        }
        unreachable!()
    });
    coro.send(None).unwrap();
    for _ in 0..3 {
        coro.throw(Exception::msg("not yet")).unwrap();
    }
    assert_eq!(
        coro.send(Some(9)).unwrap(),
        CoroutineState::Complete((4, 9))
    );
}

#[test]
fn a_fresh_coroutine_has_no_await_that_could_return_it() {
    let mut coro: Coroutine<()> = Coroutine::new(async { panic!("not reached") });
    let exception = coro.throw(Exception::msg("too early")).unwrap_err();
    assert_eq!(exception.to_string(), "too early");
    assert_eq!(
        coro.send(None).unwrap_err().downcast_ref(),
        Some(&Misuse::Finished)
    );
}

#[test]
fn a_finished_coroutine_cannot_be_thrown_at() {
    let mut coro: Coroutine<()> = Coroutine::new(async { Ok(()) });
    coro.send(None).unwrap();
    let refused = coro.throw(Exception::msg("too late")).unwrap_err();
    assert_eq!(refused.downcast_ref(), Some(&Misuse::Finished));
}
