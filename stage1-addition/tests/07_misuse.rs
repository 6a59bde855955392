//! Six ways to hold an `.await` wrong, and what each is told.
//!
//! How to go about it: the slot knows whether a coroutine is running, and whether a message or a reply
//! is in it. The future knows whether it has left its message, and whether it has had its reply. The two
//! together name every mistake when it is made. (The three mistakes of the sender are in `01_fresh.rs`
//! and `02_send.rs`.)

use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use stage1_addition::{
    Action, AdditionAwaitable, Coroutine, CoroutineState, Exception, Misuse, add, run_task,
};

#[test]
fn an_await_outside_any_coroutine_is_an_error() {
    // Another loop, or a poll by hand: nobody there takes the message.
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
        "the coroutine paused without a message (it awaited a future that this loop does not support: \
         it supports only futures built on `Yield`)"
    );
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
}

/// Polls two futures side by side until both are ready. Other loops wait for two things at once in this
/// way. A loop that takes one message at a time cannot.
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

/// What a second message is told while the reply to the first is still in the slot.
fn reply_not_taken(result: &Result<i128, Exception>) {
    assert_eq!(
        result.as_ref().unwrap_err().to_string(),
        "a second message before the reply to the first was taken (its `.await` was dropped, or has \
         yet to be polled: poll it until it is ready, then await the next)"
    );
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
    reply_not_taken(&late);
    assert_eq!(early.unwrap(), 3);
}

#[test]
fn an_await_that_is_dropped_with_its_reply_on_the_way_is_named() {
    let result = run_task(async {
        let mut asked = Box::pin(add([1, 2]));
        poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_pending())).await;
        one_step_later().await; // pauses, with the message of `asked`
        drop(asked);
        Ok(add([10, 20]).await)
    });
    reply_not_taken(&result.unwrap());
}

#[test]
fn an_await_that_has_had_its_reply_asks_no_second_time() {
    let again = run_task(async {
        let mut question = pin!(AdditionAwaitable::new([1, 2]).into_future());
        assert_eq!(question.as_mut().await?, 3);
        Ok(question.await)
    });
    assert_eq!(
        again.unwrap().unwrap_err().to_string(),
        "awaited again after it had its reply (it asks once: make a new one)"
    );
}

#[test]
fn an_await_that_has_had_its_reply_does_not_take_the_reply_of_another() {
    let (done, asked) = run_task(async {
        let mut done = Box::pin(AdditionAwaitable::new([1, 2]).into_future());
        done.as_mut().await?;
        let after_a_step = async {
            one_step_later().await;
            done.await
        };
        Ok(join(after_a_step, AdditionAwaitable::new([10, 20]).into_future()).await)
    })
    .unwrap();
    assert_eq!(
        done.unwrap_err().downcast_ref(),
        Some(&Misuse::AwaitedTwice)
    );
    assert_eq!(asked.unwrap(), 30);
}

#[test]
fn an_await_belongs_to_the_coroutine_that_it_asked_in() {
    let result = run_task(async {
        let mut question = Box::pin(AdditionAwaitable::new([1, 2]).into_future());
        poll_fn(|context| Poll::Ready(question.as_mut().poll(context).is_pending())).await;
        let elsewhere = run_task(question);
        one_step_later().await; // pauses, with the message of `question`
        Ok(elsewhere)
    });
    assert_eq!(
        result.unwrap().unwrap_err().to_string(),
        "awaited in two coroutines (it left its message in another one, and the reply goes there: \
         make a new one for each)"
    );
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
