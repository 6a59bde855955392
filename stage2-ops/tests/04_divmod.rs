//! `divmod` gives a pair `(q, r)` with `q * b + r == a` (T17).
//!
//! The talk pairs a true division with a remainder, and `3.5 * 2 + 1` is not 7. How to go about it:
//! Rust rounds a quotient towards zero, Python down. If the two differ, go one down.

use stage2_ops::{Value, divmod, modulo, run_task};

/// From one dividend to the next. Miri is slow, and leaves most of them out.
const STEP: usize = if cfg!(miri) { 17 } else { 1 };

/// The pair, which must be one.
fn pair(a: impl Into<Value> + 'static, b: impl Into<Value> + 'static) -> (Value, Value) {
    match run_task(divmod(a, b)).unwrap() {
        Value::Tuple(pair) => (pair[0].clone(), pair[1].clone()),
        other => panic!("no pair: {other}"),
    }
}

fn floats(a: f64, b: f64) -> (f64, f64) {
    let (Value::Float(q), Value::Float(r)) = pair(a, b) else {
        panic!("no floats");
    };
    (q, r)
}

#[test]
fn for_ints_the_pair_fits_whatever_the_signs() {
    for a in (-30..=30).step_by(STEP) {
        for b in (-9..=9).filter(|&b| b != 0) {
            let (Value::Int(q), Value::Int(r)) = pair(a, b) else {
                panic!("no ints");
            };
            assert_eq!(q * b + r, a, "divmod({a}, {b})");
            assert!(r.abs() < b.abs(), "divmod({a}, {b})");
            assert!(r == 0 || (r < 0) == (b < 0), "divmod({a}, {b})");
            assert_eq!(run_task(modulo(a, b)).unwrap(), r, "{a} % {b}");
        }
    }
}

// Quarters and halves are exact in binary, so the law holds to the last bit.
#[test]
#[expect(clippy::float_cmp, reason = "nothing here is rounded")]
fn for_floats_too() {
    for a in (-60..=60).step_by(STEP).map(|n| f64::from(n) / 4.0) {
        for b in (-9..=9).filter(|&n| n != 0).map(|n| f64::from(n) / 2.0) {
            let (q, r) = floats(a, b);
            assert_eq!(q * b + r, a, "divmod({a}, {b})");
            assert_eq!(q, (a / b).floor(), "divmod({a}, {b})");
            assert!(r.abs() < b.abs(), "divmod({a}, {b})");
            assert_eq!(r.is_sign_negative(), b < 0.0, "divmod({a}, {b})");
            assert_eq!(run_task(modulo(a, b)).unwrap(), r, "{a} % {b}");
        }
    }
}

#[test]
fn these_are_the_pairs_that_python_gives() {
    for (a, b, expected) in [
        (7.5, 2.0, "(3.0, 1.5)"),
        (-7.5, 2.0, "(-4.0, 0.5)"),
        (7.5, -2.0, "(-4.0, -0.5)"),
        (-7.5, -2.0, "(3.0, -1.5)"),
        (0.0, -3.0, "(-0.0, -0.0)"),
        (-0.0, 3.0, "(-0.0, 0.0)"),
        (6.0, -3.0, "(-2.0, -0.0)"),
        (1.0, 0.1, "(9.0, 0.09999999999999995)"),
        (-1e-30, 3.0, "(-1.0, 3.0)"),
        (1e16, 3.0, "(3333333333333333.0, 1.0)"),
        (1.0, f64::INFINITY, "(0.0, 1.0)"),
        (-1.0, f64::INFINITY, "(-1.0, inf)"),
        (f64::INFINITY, 3.0, "(NaN, NaN)"),
    ] {
        let pair = run_task(divmod(a, b)).unwrap();
        assert_eq!(pair.to_string(), expected, "divmod({a}, {b})");
    }
}

#[test]
fn an_int_and_a_float_give_floats() {
    assert_eq!(pair(-7, 2.0), (Value::from(-4.0), Value::from(1.0)));
    assert_eq!(pair(-7.0, 2), (Value::from(-4.0), Value::from(1.0)));
}

#[test]
fn the_ends_of_the_range_fit_too() {
    let (min, max) = (i128::MIN, i128::MAX);
    assert_eq!(pair(min, 1), (min.into(), 0.into()));
    assert_eq!(pair(max, -1), ((-max).into(), 0.into()));
    assert_eq!(pair(min, max), ((-2).into(), (max - 1).into()));
    assert_eq!(pair(max, min), ((-1).into(), (-1).into()));
}
