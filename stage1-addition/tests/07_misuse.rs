//! Three ways to hold an `.await` wrong, and what each is told.
//!
//! How to go about it: the slot knows whether a coroutine is running, and whether a message lies in it
//! already. So every mistake can be named at the moment when it is made. (The other three, which are
//! mistakes of whoever sends, are in `01_fresh.rs` and `02_send.rs`.)

use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use stage1_addition::{
    Action, AdditionAwaitable, Coroutine, CoroutineState, Exception, Misuse, add, run_task,
};

#[test]
fn an_await_outside_any_coroutine_is_an_error() {
    // Some other loop, or a poll by hand: it has no ear for our messages.
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Err(exception)) = pin!(add([1, 2])).poll(&mut context) else {
        panic!("it waits for ever");
    };
    assert_eq!(
        exception.to_string(),
        "awaited outside any coroutine (nobody here takes its message: give the `async` block to \
         `Coroutine::new` or to the loop of this stage)"
    );
}

#[test]
fn once_a_coroutine_has_paused_we_are_outside_again() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let poll = pin!(add([1, 2])).poll(&mut context);
    assert!(matches!(poll, Poll::Ready(Err(error)) if error.is::<Misuse>()));
}

#[test]
fn a_pause_without_a_message_is_an_error_and_the_end() {
    let mut coro: Coroutine<()> = Coroutine::new(std::future::pending());
    assert_eq!(
        coro.send(None).unwrap_err().to_string(),
        "the coroutine paused without a message (it awaits a future that is not made for this loop: \
         only what ends in `Yield` is)"
    );
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
}

/// Polls two futures side by side until both are ready. This is how others wait for two things at
/// once; a loop that takes one message at a time has no use for it.
async fn join<A, B>(one: impl Future<Output = A>, two: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut two) = (Box::pin(one), Box::pin(two));
    let (mut first, mut second) = (None, None);
    poll_fn(move |context| {
        if first.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = two.as_mut().poll(context)
        {
            second = Some(value);
        }
        if first.is_none() || second.is_none() {
            return Poll::Pending;
        }
        Poll::Ready((first.take().unwrap(), second.take().unwrap()))
    })
    .await
}

/// What a second message in one step is told.
fn two_messages(result: &Result<i128, Exception>) {
    assert_eq!(
        result.as_ref().unwrap_err().to_string(),
        "a second message in one step (the coroutine awaits two things at once: await them one \
         after the other)"
    );
}

#[test]
fn a_second_message_before_the_pause_is_an_error() {
    let mut coro = Coroutine::new(async { Ok(join(add([1, 2]), add([10, 20])).await) });
    let first = Action {
        name: "add",
        args: vec![1, 2],
    };
    assert_eq!(
        coro.send(None)
            .map_err(|error| error.to_string())
            .map(|state| match state {
                CoroutineState::Yielded(action) => action,
                CoroutineState::Complete(_) => panic!("it has had no reply yet"),
            }),
        Ok(first)
    );
    let Ok(CoroutineState::Complete((one, two))) = coro.send(Some(3)) else {
        panic!("both have their answer");
    };
    assert_eq!(one.unwrap(), 3);
    two_messages(&two);
}

/// Pending once, then ready.
fn one_step_later() -> impl Future<Output = ()> {
    let mut first = true;
    poll_fn(move |_| {
        if mem::take(&mut first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
}

// The reply is for the one that asked. It must neither be lost nor reach the other one.
#[test]
fn a_second_message_before_the_reply_to_the_first_is_taken_is_an_error() {
    let result = run_task(async {
        let late = async {
            one_step_later().await;
            add([10, 20]).await
        };
        Ok(join(late, AdditionAwaitable::new([1, 2]).into_future()).await)
    });
    let (late, early) = result.unwrap();
    two_messages(&late);
    assert_eq!(early.unwrap(), 3);
}

#[test]
fn polling_an_await_twice_in_one_step_leaves_its_message_in_place() {
    let mut coro = Coroutine::new(async {
        let mut question = pin!(AdditionAwaitable::new([1, 2]).into_future());
        poll_fn(|context| match question.as_mut().poll(context) {
            Poll::Pending => question.as_mut().poll(context),
            ready @ Poll::Ready(_) => ready,
        })
        .await
    });
    coro.send(None).unwrap();
    assert_eq!(coro.send(Some(3)).unwrap(), CoroutineState::Complete(3));
}
