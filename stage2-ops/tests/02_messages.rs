//! Each of the eight functions asks for one thing and returns the answer: none of them calculates
//! (T17).
//!
//! How to go about it: one awaitable with a name and arguments will do for all of them. Drive them by
//! hand, and you see what they ask.

use stage2_ops::{
    Action, Coroutine, CoroutineState, Exception, Misuse, Object, OpAwaitable, Value, add, div,
    divmod, getattr, modulo, mul, setattr, sub,
};

/// Sends `coro` its first None and then `"any answer"`, and gives what it asked.
fn asks(coro: impl Future<Output = Result<Value, Exception>> + 'static) -> (&'static str, String) {
    let mut coro = Coroutine::new(coro);
    let CoroutineState::Yielded(Action { name, args }) = coro.send(None).unwrap() else {
        panic!("it asks for nothing");
    };
    assert!(coro.paused_at().unwrap().file().contains("stage2-ops"));
    // It believes any reply.
    let end = coro.send(Some("any answer".into())).unwrap();
    assert_eq!(end, CoroutineState::Complete("any answer".into()));
    (name, Value::from(args).to_string())
}

#[test]
fn each_function_asks_for_the_action_of_its_name() {
    let object = Object::new;
    let asked = [
        asks(add([1, 2, 3])),
        asks(sub(1, 2)),
        asks(mul(1, 2.5)),
        asks(div(1, 2)),
        asks(modulo(1, 2)),
        asks(divmod(1, 2)),
        asks(getattr(object(), "x")),
        asks(setattr(object(), "x", 3)),
    ];
    let asked = asked.each_ref().map(|(name, args)| (*name, &**args));
    assert_eq!(
        asked,
        [
            ("add", "(1, 2, 3)"),
            ("sub", "(1, 2)"),
            ("mul", "(1, 2.5)"),
            ("div", "(1, 2)"),
            ("mod", "(1, 2)"),
            ("divmod", "(1, 2)"),
            ("getattr", r#"(<object>, "x")"#),
            ("setattr", r#"(<object>, "x", 3)"#),
        ]
    );
}

#[test]
fn it_is_paused_at_the_line_of_the_await() {
    let mut coro = Coroutine::new(async { OpAwaitable::new("sub", [1, 2]).await });
    let line = line!() - 1;
    coro.send(None).unwrap();
    let place = coro.paused_at().unwrap();
    assert!(place.file().ends_with("02_messages.rs"));
    assert_eq!(place.line(), line);
}

// The messages of two stages are two types, with a slot each.
#[test]
fn a_question_to_another_stage_is_asked_outside() {
    let mut coro: Coroutine<i128> = Coroutine::new(stage1_addition::add([1, 2]));
    let exception = coro.send(None).unwrap_err();
    assert_eq!(exception.downcast_ref(), Some(&Misuse::Outside));
}
