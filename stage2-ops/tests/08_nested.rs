//! Values may be nested as deep as the memory goes.
//!
//! How to go about it: what would call itself once a level takes the levels from a list instead. A test
//! thread has a stack of 2 MiB, and a debug build needs some hundred bytes of it a level.

use stage2_ops::{Action, Exception, Object, Value, add, getattr, run_task, setattr};

/// A depth at which code that calls itself once a level overflows the stack of a test. (In Miri, which
/// is slow, it does not.)
const DEEP: usize = if cfg!(miri) { 150 } else { 100_000 };

/// So many tuples in each other, around `innermost`.
fn tuples(levels: usize, innermost: i128) -> Value {
    (0..levels).fold(innermost.into(), |inside, _| Value::from([inside]))
}

#[test]
fn a_million_nested_tuples_can_be_dropped() {
    drop(tuples(10 * DEEP, 1));
}

#[test]
fn deeply_nested_tuples_can_be_cloned() {
    let original = tuples(DEEP, 1);
    let copy = original.clone();
    drop(original);
    assert_eq!(copy.type_name(), "tuple");
}

#[test]
fn deeply_nested_tuples_can_be_compared() {
    let one = tuples(DEEP, 1);
    assert!(one == tuples(DEEP, 1));
    assert!(one != tuples(DEEP, 2));
    assert!(one != Value::from([tuples(DEEP, 1)]));
}

#[test]
fn a_hundred_levels_of_tuples_are_printed() {
    let (open, close) = ("(".repeat(100), ",)".repeat(100));
    assert_eq!(tuples(DEEP, 1).to_string(), format!("{open}(...){close}"));
    assert_eq!(
        format!("{:?}", tuples(DEEP, 1)),
        format!("Tuple({open}(...){close})")
    );
    let hundred = tuples(100, 1);
    assert_eq!(hundred.to_string(), format!("{open}1{close}"));
}

#[test]
fn a_message_may_carry_deeply_nested_tuples() {
    let object = Object::new();
    let came_back = run_task(async move {
        setattr(&object, "deep", tuples(DEEP, 1)).await?;
        getattr(&object, "deep").await
    });
    assert!(came_back.unwrap() == tuples(DEEP, 1));
    let refused: Exception = run_task(add([tuples(DEEP, 1)])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "add of int and tuple has no meaning (it takes numbers)"
    );
    let action = Action {
        name: "add",
        args: vec![tuples(DEEP, 1)],
    };
    assert!(action.clone() == action);
    assert!(format!("{action:?}").contains("(...)"));
}

#[test]
fn a_chain_of_linked_objects_can_be_dropped_compared_and_printed() {
    let first = Object::new();
    let end = first.clone();
    run_task(async move {
        let mut last = end;
        for _ in 0..DEEP {
            let next = Object::new();
            setattr(&last, "next", &next).await?;
            last = next;
        }
        Ok(())
    })
    .unwrap();
    assert!(first == first.clone());
    assert_eq!(format!("{first:?}"), "<object with next>");
    drop(first);
}

#[test]
fn dropping_one_handle_leaves_what_others_hold() {
    let inner = Value::from([Value::from(1), "two".into()]);
    let object = Object::new();
    let held = object.clone();
    let outer = inner.clone();
    run_task(async move { setattr(&held, "pair", Value::from([outer])).await }).unwrap();
    let got = run_task({
        let object = object.clone();
        async move { getattr(&object, "pair").await }
    });
    drop(object);
    assert_eq!(got.unwrap().to_string(), r#"((1, "two"),)"#);
    assert_eq!(inner.to_string(), r#"(1, "two")"#);
}
