//! What Python's `+`, `-`, `*`, `/`, `%` and `divmod` mean for ints and floats.
//!
//! If one of the two is a float, both become floats. Ints stay ints, except for `/`, which always gives
//! a float. The result of `%` has the sign of the divisor (in Rust it has the sign of the dividend), and
//! `divmod` gives the quotient that fits it.
//!
//! In Python these also join texts, repeat tuples and more. Here they only calculate.

use crate::error::{Overflow, WrongType, ZeroDivisor};
use crate::exception::Exception;
use crate::value::Value;

/// The two operands, brought to one type.
enum Pair {
    Ints(i128, i128),
    Floats(f64, f64),
}

impl Pair {
    fn new(action: &'static str, a: &Value, b: &Value) -> Result<Pair, WrongType> {
        match (a, b) {
            (&Value::Int(a), &Value::Int(b)) => Ok(Pair::Ints(a, b)),
            (&Value::Int(a), &Value::Float(b)) => Ok(Pair::Floats(a as f64, b)),
            (&Value::Float(a), &Value::Int(b)) => Ok(Pair::Floats(a, b as f64)),
            (&Value::Float(a), &Value::Float(b)) => Ok(Pair::Floats(a, b)),
            _ => Err(WrongType::new(action, "numbers", &[a, b])),
        }
    }

    /// Two operands of which the second is the divisor, and not zero.
    fn with_divisor(action: &'static str, a: &Value, b: &Value) -> Result<Pair, Exception> {
        match Pair::new(action, a, b)? {
            Pair::Ints(_, 0) | Pair::Floats(_, 0.0) => Err(ZeroDivisor.into()), // -0.0 too
            pair => Ok(pair),
        }
    }
}

impl Value {
    pub(crate) fn add(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::new("add", self, other)? {
            Pair::Ints(a, b) => Value::Int(a.checked_add(b).ok_or(Overflow)?),
            Pair::Floats(a, b) => Value::Float(a + b),
        })
    }

    pub(crate) fn sub(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::new("sub", self, other)? {
            Pair::Ints(a, b) => Value::Int(a.checked_sub(b).ok_or(Overflow)?),
            Pair::Floats(a, b) => Value::Float(a - b),
        })
    }

    pub(crate) fn mul(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::new("mul", self, other)? {
            Pair::Ints(a, b) => Value::Int(a.checked_mul(b).ok_or(Overflow)?),
            Pair::Floats(a, b) => Value::Float(a * b),
        })
    }

    // Ints are rounded to floats first, and the quotient is rounded again. Python rounds once, so the
    // last digit may differ beyond 2^53.
    pub(crate) fn div(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::with_divisor("div", self, other)? {
            Pair::Ints(a, b) => Value::Float(a as f64 / b as f64),
            Pair::Floats(a, b) => Value::Float(a / b),
        })
    }

    pub(crate) fn modulo(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::with_divisor("mod", self, other)? {
            Pair::Ints(a, b) => Value::Int(floored_ints(a, b).1),
            Pair::Floats(a, b) => Value::Float(floored_floats(a, b).1),
        })
    }

    pub(crate) fn divmod(&self, other: &Value) -> Result<Value, Exception> {
        Ok(match Pair::with_divisor("divmod", self, other)? {
            Pair::Ints(a, b) => {
                let (quotient, remainder) = floored_ints(a, b);
                [quotient.ok_or(Overflow)?.into(), remainder.into()].into()
            }
            Pair::Floats(a, b) => {
                let (quotient, remainder) = floored_floats(a, b);
                [quotient.into(), remainder.into()].into()
            }
        })
    }
}

/// `a` divided by `b`, rounded down, and the remainder. The quotient of the smallest int and -1 does not
/// fit, but their remainder does: it is 0.
fn floored_ints(a: i128, b: i128) -> (Option<i128>, i128) {
    let (quotient, remainder) = (a.checked_div(b), a.wrapping_rem(b));
    // Rust rounds towards zero. If that was up, go one down.
    if remainder != 0 && (remainder < 0) != (b < 0) {
        (quotient.map(|quotient| quotient - 1), remainder + b)
    } else {
        (quotient, remainder)
    }
}

/// `a` divided by `b`, rounded down, and the remainder, which comes first because it is exact.
fn floored_floats(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (remainder < 0.0) != (b < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    // The quotient is whole except for an error of rounding.
    let down = quotient.floor();
    let whole = if quotient - down > 0.5 {
        down + 1.0
    } else {
        down
    };
    // A zero has the sign that the quotient would have had.
    let whole = if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else {
        whole
    };
    (whole, remainder)
}
