//! `send` runs a coroutine to its next `.await` and gives the message left there (T05, T07, T10, T12,
//! T13).
//!
//! How to go about it: `poll` has no room for a message, so it goes beside it, through a slot that both
//! sides can reach. `Pending` means "look into the slot"; `Ready` means that it is over.

use stage1_addition::{Action, AdditionAwaitable, Coroutine, CoroutineState, Exception, add};

#[test]
fn the_first_send_gives_the_first_message() {
    let mut coro = Coroutine::new(add([1, 2]));
    let message = Action {
        name: "add",
        args: vec![1, 2],
    };
    assert_eq!(
        coro.send(None).unwrap(),
        CoroutineState::Yielded(message.clone())
    );
    // The awaitable asks the same with no coroutine around it: `add` only passes the message on.
    let mut bare = Coroutine::new(AdditionAwaitable::new([1, 2]).into_future());
    assert_eq!(bare.send(None).unwrap(), CoroutineState::Yielded(message));
}

#[test]
fn the_reply_is_the_value_of_the_await() {
    let mut coro = Coroutine::new(async { Ok(AdditionAwaitable::new([1, 2]).await? * 10) });
    coro.send(None).unwrap();
    assert_eq!(coro.send(Some(3)).unwrap(), CoroutineState::Complete(30));
}

#[test]
fn a_coroutine_believes_any_reply() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    assert_eq!(coro.send(Some(99)).unwrap(), CoroutineState::Complete(99));
}

#[test]
fn each_send_runs_to_the_next_await_and_no_further() {
    let mut coro = Coroutine::new(async {
        let three = add([1, 2]).await?;
        let seven = add([three, 4]).await?;
        Ok(three * seven)
    });
    let mut messages = Vec::new();
    for reply in [None, Some(3)] {
        let CoroutineState::Yielded(Action { args, .. }) = coro.send(reply).unwrap() else {
            panic!("finished too early");
        };
        messages.push(args);
    }
    assert_eq!(messages, [[1, 2], [3, 4]]);
    assert_eq!(coro.send(Some(7)).unwrap(), CoroutineState::Complete(21));
}

#[test]
fn two_coroutines_take_turns_without_mixing_their_replies() {
    let mut one = Coroutine::new(add([1, 1]));
    let mut two = Coroutine::new(add([2, 2]));
    one.send(None).unwrap();
    two.send(None).unwrap();
    assert_eq!(one.send(Some(2)).unwrap(), CoroutineState::Complete(2));
    assert_eq!(two.send(Some(4)).unwrap(), CoroutineState::Complete(4));
}

#[test]
fn a_paused_coroutine_may_be_moved() {
    let mut coro = Coroutine::new(async {
        let local = [1, 2, 3];
        let borrowed = &local; // It points into the coroutine itself.
        let sum = add(local).await?;
        Ok(sum + borrowed[2])
    });
    coro.send(None).unwrap();
    let mut elsewhere = Box::new(coro);
    let end = elsewhere.send(Some(6)).unwrap();
    assert_eq!(end, CoroutineState::Complete(9));
}

#[test]
fn a_paused_coroutine_needs_a_reply() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    assert_eq!(
        coro.send(None).unwrap_err().to_string(),
        "can't resume a paused coroutine without a reply \
         (its `.await` waits for one: use `send(Some(reply))`, or `throw`)"
    );
    // And it is paused still, where it was.
    assert!(coro.paused_at().is_some());
    assert_eq!(coro.send(Some(3)).unwrap(), CoroutineState::Complete(3));
}

#[test]
fn a_finished_coroutine_cannot_be_resumed() {
    let finished = "can't resume a finished coroutine (it runs once: make a new one)";
    let mut returned: Coroutine<()> = Coroutine::new(async { Ok(()) });
    returned.send(None).unwrap();
    let mut failed: Coroutine<()> = Coroutine::new(async { Err(Exception::msg("no")) });
    assert_eq!(failed.send(None).unwrap_err().to_string(), "no");
    for coro in [&mut returned, &mut failed] {
        assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
        assert_eq!(coro.send(None).unwrap_err().to_string(), finished);
        assert_eq!(coro.send(Some(3)).unwrap_err().to_string(), finished);
    }
}
