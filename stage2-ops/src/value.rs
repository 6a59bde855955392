//! What the loop calculates with: one type for every kind of value, as in Python.
//!
//! An answer may be a number or a pair, and a question may be about an object, so the type of a message
//! and of a reply must have room for all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// A number, a text, a tuple, an object, or none of these.
///
/// Equality is Rust's and not Python's: an int is not equal to a float, and NaN is equal to nothing.
/// Python's integers grow, these have 128 bits. Tuples in tuples are printed 100 levels deep; what is
/// inside of those is printed as `(...)`.
///
/// ```
/// use stage2_ops::Value;
///
/// let pair = Value::from([Value::from(7), Value::from("seven")]);
/// assert_eq!(pair.to_string(), r#"(7, "seven")"#);
/// assert_eq!(pair.type_name(), "tuple");
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
    Tuple(Tuple),
    /// Something with attributes.
    Object(Object),
}

/// Several values in a row, which never change. A clone is the same tuple.
#[derive(Clone)]
pub struct Tuple(pub(crate) Rc<Vec<Value>>);

/// Something with attributes: in Python, an instance of an empty class.
///
/// A clone is the same object, and an object is equal to itself alone. Two objects that hold each other
/// are never freed: Python has a garbage collector for these, Rust does not.
///
/// ```
/// use stage2_ops::{Object, getattr, run_task, setattr};
///
/// let point = Object::new();
/// let same = point.clone();
/// run_task(async move { setattr(&point, "x", 3).await })?;
/// assert_eq!(run_task(async move { getattr(&same, "x").await })?, 3);
/// # Ok::<(), stage2_ops::Exception>(())
/// ```
#[derive(Clone, Default)]
pub struct Object(pub(crate) Rc<RefCell<BTreeMap<String, Value>>>);

impl Value {
    /// The name of its type, as Python calls it.
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

impl Object {
    /// An object without attributes.
    #[must_use]
    pub fn new() -> Self {
        Object::default()
    }
}

impl Deref for Tuple {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
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
        Vec::from(values).into()
    }
}

impl From<Vec<Value>> for Value {
    fn from(values: Vec<Value>) -> Self {
        Value::Tuple(Tuple(values.into()))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

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
