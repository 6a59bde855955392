//! What the loop calculates with: one type for every kind of value, as in Python.
//!
//! In stage 1 a message held numbers and nothing else. Now an answer may be a pair, and a question may
//! be about an object, so the type of a message and of a reply must have room for all of them.

use std::fmt;

use crate::object::Object;

/// A number, a text, a tuple, an object, or none of these.
///
/// Equality is Rust's and not Python's: an int is not equal to a float, and NaN to nothing. Python's
/// integers grow, these have 128 bits.
///
/// ```
/// use stage2_ops::Value;
///
/// let pair = Value::from([Value::from(7), Value::from("seven")]);
/// assert_eq!(pair.to_string(), r#"(7, "seven")"#);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: what `setattr` answers.
    None,
    /// An integer.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A text: the name of an attribute, for one.
    Str(String),
    /// Several values in a row: what `divmod` answers.
    Tuple(Vec<Value>),
    /// Something with attributes.
    Object(Object),
}

impl Value {
    /// The name of its type, as Python calls it.
    ///
    /// ```
    /// # use stage2_ops::Value;
    /// assert_eq!(Value::from(2.5).type_name(), "float");
    /// ```
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::Tuple(_) => "tuple",
            Value::Object(_) => "object",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"), // 2.0, and not 2
            Value::Str(text) => write!(f, "{text:?}"),
            Value::Tuple(values) => {
                f.write_str("(")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                // As in Python, a tuple of one is known by its comma.
                f.write_str(if values.len() == 1 { ",)" } else { ")" })
            }
            Value::Object(object) => write!(f, "{object:?}"),
        }
    }
}

impl From<i128> for Value {
    fn from(number: i128) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.into())
    }
}

impl<const N: usize> From<[Value; N]> for Value {
    fn from(values: [Value; N]) -> Self {
        Value::Tuple(values.into())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

/// The same object, not a copy of it.
impl From<&Object> for Value {
    fn from(object: &Object) -> Self {
        Value::Object(object.clone())
    }
}

impl PartialEq<i128> for Value {
    fn eq(&self, number: &i128) -> bool {
        matches!(self, Value::Int(int) if int == number)
    }
}

impl PartialEq<f64> for Value {
    fn eq(&self, number: &f64) -> bool {
        matches!(self, Value::Float(float) if float == number)
    }
}
