//! A coroutine may drive another one, and a panic in one is nobody else's business.
//!
//! How to go about it: there is one slot for each thread, and it belongs to the coroutine that runs. So
//! put aside what is in it, resume, and put it back. Do that in a destructor, and a panic puts it back as
//! well.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use stage1_addition::{
    Action, AdditionAwaitable, Coroutine, CoroutineState, Exception, Misuse, add, run_task,
};

/// Whether an `.await` on this thread finds no coroutine running.
fn nobody_runs() -> bool {
    let poll = pin!(add([0])).poll(&mut Context::from_waker(Waker::noop()));
    matches!(poll, Poll::Ready(Err(error)) if error.downcast_ref() == Some(&Misuse::Outside))
}

/// Resumes `coro`, and says what it panicked with.
fn panic_of(coro: &mut Coroutine<i128>, reply: Option<i128>) -> &'static str {
    let panic = catch_unwind(AssertUnwindSafe(|| coro.send(reply))).unwrap_err();
    *panic.downcast::<&'static str>().unwrap()
}

#[test]
fn a_coroutine_may_run_another_loop_between_its_own_awaits() {
    let total = run_task(async {
        let three = add([1, 2]).await?;
        let inner = run_task(async { add([add([10, 20]).await?, 30]).await })?;
        add([three, inner]).await
    });
    assert_eq!(total.unwrap(), 63);
}

#[test]
fn a_coroutine_may_drive_another_one_step_by_step() {
    let mut outer = Coroutine::new(async {
        let mut inner = Coroutine::new(add([10, 20]));
        let CoroutineState::Yielded(asked) = inner.send(None)? else {
            unreachable!()
        };
        // Our own message, while the inner one is paused: it passes the question on.
        let answer = AdditionAwaitable::new(asked.args).await?;
        match inner.send(Some(answer))? {
            CoroutineState::Complete(sum) => Ok(sum + 1),
            CoroutineState::Yielded(_) => unreachable!(),
        }
    });
    let asked = outer.send(None).unwrap();
    let passed_on = Action {
        name: "add",
        args: vec![10, 20],
    };
    assert_eq!(asked, CoroutineState::Yielded(passed_on));
    assert_eq!(outer.send(Some(30)).unwrap(), CoroutineState::Complete(31));
}

#[test]
fn a_reply_waits_for_its_await_while_another_coroutine_runs() {
    let mut outer = Coroutine::new(async {
        // Resumed with a reply, this runs a whole other coroutine before it polls the one that asked.
        let mut question = Box::pin(AdditionAwaitable::new([1, 2]).into_future());
        std::future::poll_fn(move |context| {
            assert_eq!(run_task(add([5, 6])).unwrap(), 11);
            question.as_mut().poll(context)
        })
        .await
    });
    outer.send(None).unwrap();
    assert_eq!(outer.send(Some(3)).unwrap(), CoroutineState::Complete(3));
}

#[test]
fn an_inner_coroutine_does_not_change_where_the_outer_one_is_paused() {
    let mut outer = Coroutine::new(async {
        let mut question = Box::pin(AdditionAwaitable::new([1, 2]).into_future());
        std::future::poll_fn(move |context| {
            let poll = question.as_mut().poll(context);
            run_task(async { AdditionAwaitable::new([5, 6]).await }).unwrap();
            poll
        })
        .await
    });
    let asked_at = line!() - 8;
    outer.send(None).unwrap();
    assert_eq!(outer.paused_at().unwrap().line(), asked_at);
    assert_eq!(outer.send(Some(3)).unwrap(), CoroutineState::Complete(3));
}

#[test]
fn an_exception_passes_from_the_inner_to_the_outer_one() {
    let total = run_task(async {
        let inner: Result<i128, Exception> = run_task(async { Err(Exception::msg("inner")) });
        assert_eq!(inner.unwrap_err().to_string(), "inner");
        add([1, 2]).await
    });
    assert_eq!(total.unwrap(), 3);
}

#[test]
fn a_panic_reaches_the_caller_of_send() {
    let mut coro = Coroutine::new(async {
        add([1, 2]).await?;
        panic!("in the coroutine")
    });
    coro.send(None).unwrap();
    assert_eq!(panic_of(&mut coro, Some(3)), "in the coroutine");
}

#[test]
fn a_coroutine_that_panicked_is_finished() {
    let mut coro = Coroutine::new(async { panic!("at once") });
    assert_eq!(panic_of(&mut coro, None), "at once");
    assert_eq!(format!("{coro:?}"), "Coroutine(finished)");
    let refused = coro.send(Some(3)).unwrap_err();
    assert_eq!(refused.downcast_ref(), Some(&Misuse::Finished));
}

#[test]
fn a_coroutine_that_panicked_lets_go_of_its_future_at_once() {
    let held = Rc::new(());
    let mut coro: Coroutine<i128> = Coroutine::new({
        let held = Rc::clone(&held);
        std::future::poll_fn(move |_| panic!("{}", if held == Rc::new(()) { "here" } else { "" }))
    });
    assert!(catch_unwind(AssertUnwindSafe(|| coro.send(None))).is_err());
    assert_eq!(Rc::strong_count(&held), 1);
    drop(coro);
}

#[test]
fn a_panic_leaves_the_slot_as_it_was() {
    let mut coro = Coroutine::new(async { panic!("at once") });
    panic_of(&mut coro, None);
    assert!(nobody_runs());
    assert_eq!(run_task(add([1, 2])).unwrap(), 3);
}

#[test]
fn a_panic_of_the_inner_one_leaves_the_outer_one_running() {
    let total = run_task(async {
        let mut inner = Coroutine::new(async {
            let _: i128 = add([1]).await?;
            panic!("inner")
        });
        inner.send(None)?;
        assert_eq!(panic_of(&mut inner, Some(1)), "inner");
        add([1, 2]).await
    });
    assert_eq!(total.unwrap(), 3);
}

#[test]
fn a_panic_does_not_touch_a_paused_neighbour() {
    let mut neighbour = Coroutine::new(add([1, 2]));
    neighbour.send(None).unwrap();
    panic_of(&mut Coroutine::new(async { panic!("next door") }), None);
    let end = neighbour.send(Some(3)).unwrap();
    assert_eq!(end, CoroutineState::Complete(3));
}

#[test]
fn each_thread_has_a_slot_of_its_own() {
    let here = run_task(async {
        let there = std::thread::spawn(|| run_task(add([10, 20])).unwrap());
        add([1, there.join().unwrap()]).await
    });
    assert_eq!(here.unwrap(), 31);
}
