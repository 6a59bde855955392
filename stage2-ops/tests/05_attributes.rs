//! `getattr` and `setattr` (T17).
//!
//! How to go about it: attributes are found by name when the program runs, so an object is a map. All
//! its clones are the same object, as all names for an object are in Python.

use stage2_ops::error::{NoAttribute, WrongType};
use stage2_ops::{Object, Value, add, getattr, run_task, setattr};

#[test]
fn what_is_set_can_be_got() {
    let object = Object::new();
    let total = run_task(async move {
        setattr(&object, "x", 3).await?;
        setattr(&object, "y", 4).await?;
        add([getattr(&object, "x").await?, getattr(&object, "y").await?]).await
    });
    assert_eq!(total.unwrap(), 7);
}

#[test]
fn setattr_answers_none() {
    let answer = run_task(setattr(Object::new(), "x", 3));
    assert_eq!(answer.unwrap(), Value::None);
}

#[test]
fn the_last_value_set_counts() {
    let object = Object::new();
    let x = run_task(async move {
        setattr(&object, "x", 3).await?;
        setattr(&object, "x", "three").await?;
        getattr(&object, "x").await
    });
    assert_eq!(x.unwrap(), Value::from("three"));
}

#[test]
fn a_clone_is_the_same_object() {
    let object = Object::new();
    let clone = object.clone();
    let x = run_task(async move {
        setattr(&clone, "x", 3).await?;
        getattr(&object, "x").await
    });
    assert_eq!(x.unwrap(), 3);
}

#[test]
fn an_attribute_may_be_an_object() {
    let (outer, inner) = (Object::new(), Object::new());
    let x = run_task(async move {
        setattr(&outer, "inner", &inner).await?;
        setattr(&inner, "x", 3).await?;
        getattr(getattr(&outer, "inner").await?, "x").await
    });
    assert_eq!(x.unwrap(), 3);
}

#[test]
fn a_missing_attribute_is_an_error_that_names_it() {
    let exception = run_task(getattr(Object::new(), "x")).unwrap_err();
    assert!(exception.is::<NoAttribute>());
    assert_eq!(
        exception.to_string(),
        r#"object has no attribute "x" (set it first)"#
    );
}

#[test]
fn only_an_object_has_attributes() {
    let got = run_task(getattr(3, "x")).unwrap_err();
    let set = run_task(setattr(3, "x", 4)).unwrap_err();
    for exception in [got, set] {
        assert!(exception.is::<NoAttribute>());
        assert_eq!(
            exception.to_string(),
            r#"int has no attribute "x" (only an object has attributes)"#
        );
    }
}

#[test]
fn the_name_of_an_attribute_is_a_text() {
    let got = run_task(getattr(Object::new(), 3)).unwrap_err();
    assert_eq!(
        got.to_string(),
        "getattr of int has no meaning (it takes the name as a str)"
    );
    let set = run_task(setattr(Object::new(), 3, 4)).unwrap_err();
    assert!(set.is::<WrongType>());
}
