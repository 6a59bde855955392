//! `add`, `sub`, `mul`, `div` and `mod` mean what they mean in Python (T17).
//!
//! How to go about it: bring both operands to one type first; then every action has two cases, ints
//! and floats. The tables are what Python prints.

use stage2_ops::{Exception, OpAwaitable, Value, run_task};

/// What the loop answers to `name` of `args`, as text.
fn answer(name: &'static str, args: impl IntoIterator<Item = impl Into<Value>>) -> String {
    let answer: Result<Value, Exception> = run_task(OpAwaitable::new(name, args).into_future());
    answer.unwrap().to_string()
}

/// The answer for floats. It must be the same float if one of the two is an int.
fn answer_as_floats(name: &'static str, a: i128, b: i128) -> String {
    let (int_a, int_b) = (Value::from(a), Value::from(b));
    let (float_a, float_b) = (Value::from(a as f64), Value::from(b as f64));
    let answers = [[&float_a, &float_b], [&int_a, &float_b], [&float_a, &int_b]]
        .map(|args| answer(name, args.map(Clone::clone)));
    assert!(answers.iter().all(|other| *other == answers[0]));
    answers[0].clone()
}

#[test]
fn add_takes_any_number_of_numbers() {
    assert_eq!(answer("add", [0; 0]), "0");
    assert_eq!(answer("add", [1]), "1");
    assert_eq!(answer("add", [1, -2, 3, -4]), "-2");
    assert_eq!(answer("add", [0.5, 0.5]), "1.0");
    assert_eq!(answer("add", [Value::from(1), 2.5.into()]), "3.5");
    assert_eq!(answer("add", [Value::from(2.5), 1.into(), 1.into()]), "4.5");
}

#[test]
fn ints_stay_ints() {
    assert_eq!(answer("sub", [1, 2]), "-1");
    assert_eq!(answer("mul", [-6, 7]), "-42");
    assert_eq!(answer("mod", [7, 4]), "3");
}

#[test]
fn one_float_makes_the_answer_a_float() {
    assert_eq!(answer_as_floats("add", 1, 2), "3.0");
    assert_eq!(answer_as_floats("sub", 1, 2), "-1.0");
    assert_eq!(answer_as_floats("mul", -6, 7), "-42.0");
    assert_eq!(answer_as_floats("div", 7, 2), "3.5");
    assert_eq!(answer_as_floats("mod", 7, 4), "3.0");
}

#[test]
fn div_is_true_division_and_its_answer_a_float() {
    for (a, b, quotient) in [
        (7, 2, "3.5"),
        (-7, 2, "-3.5"),
        (6, 3, "2.0"),
        (1, 3, "0.3333333333333333"),
        (0, -5, "-0.0"),
    ] {
        assert_eq!(answer("div", [a, b]), quotient, "{a} / {b}");
    }
}

#[test]
fn mod_has_the_sign_of_the_divisor() {
    for (a, b, ints, floats) in [
        (7, 2, "1", "1.0"),
        (7, -2, "-1", "-1.0"),
        (-7, 2, "1", "1.0"),
        (-7, -2, "-1", "-1.0"),
        (1, 5, "1", "1.0"),
        (-1, 5, "4", "4.0"),
        (1, -5, "-4", "-4.0"),
        (6, 3, "0", "0.0"),
        (6, -3, "0", "-0.0"),
        (-6, 3, "0", "0.0"),
    ] {
        assert_eq!(answer("mod", [a, b]), ints, "{a} % {b}");
        assert_eq!(answer_as_floats("mod", a, b), floats, "{a}.0 % {b}.0");
    }
}

#[test]
fn the_biggest_and_smallest_ints_are_exact() {
    assert_eq!(answer("sub", [i128::MIN + 1, 1]), i128::MIN.to_string());
    assert_eq!(answer("mul", [i128::MAX, -1]), (-i128::MAX).to_string());
    assert_eq!(answer("mod", [i128::MAX, i128::MIN]), "-1");
    assert_eq!(
        answer("mod", [i128::MIN, i128::MAX]),
        (i128::MAX - 1).to_string()
    );
    // The one remainder whose quotient does not fit.
    assert_eq!(answer("mod", [i128::MIN, -1]), "0");
}

#[test]
fn floats_overflow_to_infinity_as_in_python() {
    assert_eq!(answer("mul", [1e308, 10.0]), "inf");
    assert_eq!(answer("add", [1e308, 1e308]), "inf");
}
