//! One type for every value that a coroutine and its loop exchange.
//!
//! How to go about it: an enum, and a `From` for each kind, so that a caller writes `add([1, 2])` and
//! not the names of the variants. Values print as in Python, except for the quotes of a text.

use stage2_ops::{Object, Value, run_task, setattr};

#[test]
fn each_kind_of_value_prints_as_it_is_written() {
    let printed = [
        Value::None,
        Value::from(-7),
        Value::from(2.0),
        Value::from(0.5),
        Value::from("spam"),
        Value::from([]),
        Value::from([1.into()]),
        Value::from([1.into(), [2.0.into(), "x".into()].into()]),
    ]
    .map(|value| value.to_string());
    assert_eq!(
        printed,
        [
            "None",
            "-7",
            "2.0",
            "0.5",
            r#""spam""#,
            "()",
            "(1,)",
            r#"(1, (2.0, "x"))"#
        ]
    );
}

#[test]
fn each_kind_of_value_knows_the_name_of_its_type() {
    let names = [
        Value::None,
        1.into(),
        1.0.into(),
        "1".into(),
        [].into(),
        Object::new().into(),
    ]
    .map(|value| value.type_name());
    assert_eq!(names, ["None", "int", "float", "str", "tuple", "object"]);
}

#[test]
fn an_int_is_not_equal_to_a_float() {
    assert_eq!(Value::from(1), 1);
    assert_eq!(Value::from(1.0), 1.0);
    assert_ne!(Value::from(1), 1.0);
    assert_ne!(Value::from(1.0), 1);
    assert_ne!(Value::from(1), Value::from(1.0));
    assert_ne!(Value::from(1), 2);
}

#[test]
fn tuples_are_equal_if_all_their_values_are() {
    let tuple = |values: &[i128]| Value::from(values.iter().map(|&n| n.into()).collect::<Vec<_>>());
    let pair = tuple(&[1, 2]);
    assert_eq!(pair, tuple(&[1, 2]));
    for other in [tuple(&[2, 1]), tuple(&[1]), tuple(&[1, 2, 3]), tuple(&[])] {
        assert_ne!(pair, other);
        assert_ne!(Value::from([pair.clone()]), Value::from([other]));
    }
    assert_ne!(
        Value::from([f64::NAN.into()]),
        Value::from([f64::NAN.into()])
    );
}

#[test]
fn an_object_is_equal_to_itself_alone() {
    let object = Object::new();
    assert_eq!(Value::from(&object), Value::from(object.clone()));
    assert_ne!(Value::from(object), Value::from(Object::new()));
}

#[test]
fn an_object_prints_the_names_of_its_attributes() {
    let object = Object::new();
    assert_eq!(format!("{object:?}"), "<object>");
    run_task({
        let object = object.clone();
        async move {
            setattr(&object, "y", 2).await?;
            setattr(&object, "x", 1).await
        }
    })
    .unwrap();
    assert_eq!(Value::from(object).to_string(), "<object with x, y>");
}

#[test]
fn an_object_that_holds_itself_can_be_printed() {
    let object = Object::new();
    let me = object.clone();
    run_task(async move { setattr(&me, "me", &me).await }).unwrap();
    assert_eq!(format!("{object:?}"), "<object with me>");
    // Nothing frees it while it holds itself.
    run_task(async move { setattr(&object, "me", Value::None).await }).unwrap();
}
