//! What an `async fn` compiles to: `AddMachine` is the same coroutine as `add`, with its states
//! written out (T04 to T06).
//!
//! How to go about it: write down what is kept across the `.await`. That is a variant. Then write the
//! code that runs between two pauses. That is an arm of `poll`.

use std::mem::{size_of, size_of_val};

use stage1_addition::coroutine::Yield;
use stage1_addition::machine::AddMachine;
use stage1_addition::{Action, Coroutine, CoroutineState, Exception, add, run_task};

/// What the outside sees of a coroutine that is sent `replies`, step by step. Not the line that it is
/// paused at, as the two stand on different ones, but whether it is at any.
fn seen(mut coro: Coroutine<i128>, replies: &[Result<i128, &'static str>]) -> Vec<String> {
    let mut seen = vec![format!("{coro:?}")];
    let mut note = |coro: &Coroutine<i128>, came: Result<CoroutineState<_, _>, Exception>| {
        seen.push(format!("{came:?}, paused: {}", coro.paused_at().is_some()));
    };
    let came = coro.send(None);
    note(&coro, came);
    for reply in replies {
        let came = match *reply {
            Ok(sum) => coro.send(Some(sum)),
            Err(text) => coro.throw(Exception::msg(text)),
        };
        note(&coro, came);
    }
    seen
}

#[test]
fn the_machine_and_the_async_fn_look_the_same_from_outside() {
    let sessions: [&[_]; 4] = [
        &[],
        &[Ok(3)],
        &[Ok(3), Ok(4)],
        &[Err("no calculator here"), Ok(3)],
    ];
    for replies in sessions {
        assert_eq!(
            seen(Coroutine::new(AddMachine::new([1, 2])), replies),
            seen(Coroutine::new(add([1, 2])), replies)
        );
    }
    assert_eq!(
        seen(Coroutine::new(AddMachine::new([1, 2])), &[Ok(3)]),
        [
            "Coroutine(fresh)",
            r#"Ok(Yielded(Action { name: "add", args: [1, 2] })), paused: true"#,
            "Ok(Complete(3)), paused: false",
        ]
    );
}

#[test]
fn each_pauses_at_the_line_where_its_own_future_is_made() {
    let paused_in = |mut coro: Coroutine<i128>| {
        coro.send(None).unwrap();
        coro.paused_at().unwrap().file()
    };
    assert!(paused_in(Coroutine::new(add([1]))).ends_with("addition.rs"));
    assert!(paused_in(Coroutine::new(AddMachine::new([1]))).ends_with("machine.rs"));
}

#[test]
fn the_machine_runs_on_the_loop_and_can_be_awaited() {
    let total = run_task(async {
        let three = AddMachine::new([1, 2]).await?;
        AddMachine::new([three, 4]).await
    });
    assert_eq!(total.unwrap(), 7);
}

#[test]
fn each_is_at_least_as_big_as_what_it_keeps_while_it_is_paused() {
    let by_hand = AddMachine::new([1, 2]);
    let compiled = add(vec![1, 2]);
    assert!(size_of_val(&by_hand) >= size_of::<Yield<Action>>());
    assert!(size_of_val(&compiled) >= size_of::<Yield<Action>>());
    // An enum is as big as its biggest variant and a tag: the variants share their room.
    assert!(size_of_val(&by_hand) <= size_of::<Yield<Action>>() + size_of::<usize>());
}

/// Three sums in a row, nothing kept from one to the next.
async fn one_by_one() -> Result<i128, Exception> {
    add([1]).await?;
    add([2]).await?;
    add([3]).await
}

/// Three sums as well, and a thousand numbers that are still needed after the first one.
async fn with_luggage() -> Result<i128, Exception> {
    let luggage = [1_i128; 1000];
    add([1]).await?;
    add(luggage).await
}

#[test]
fn what_is_needed_after_an_await_is_stored_in_the_coroutine() {
    assert!(size_of_val(&with_luggage()) >= 1000 * size_of::<i128>());
    assert!(size_of_val(&one_by_one()) < 1000 * size_of::<i128>());
    assert_eq!(run_task(with_luggage()).unwrap(), 1000);
}

#[test]
#[should_panic(expected = "polled after it has returned")]
fn polling_a_machine_that_has_returned_panics_as_an_async_fn_does() {
    use std::task::{Context, Waker};
    let machine = std::pin::pin!(AddMachine::Finished);
    let _ = machine.poll(&mut Context::from_waker(Waker::noop()));
}
