//! Values inside values, however deep: dropping, comparing and printing them must not overflow the stack.
//!
//! The obvious code calls itself once a level. A million tuples in each other, or a million objects that
//! each hold the next, are more levels than a thread's stack has room for, and an overflow ends the
//! process. So values are dropped and compared from a list, and printed to a limited depth. A clone needs
//! no care: it shares what is inside.

use std::fmt;
use std::mem;
use std::rc::Rc;

use crate::value::{Object, Tuple, Value};

impl Drop for Tuple {
    fn drop(&mut self) {
        drop_all(self.take());
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        drop_all(self.take());
    }
}

/// Takes each value apart before it is dropped, so that its own drop finds nothing inside.
fn drop_all(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::Tuple(mut tuple) => values.append(&mut tuple.take()),
            Value::Object(mut object) => values.append(&mut object.take()),
            Value::None | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
        }
    }
}

impl Tuple {
    /// The values, if nobody else holds this tuple.
    fn take(&mut self) -> Vec<Value> {
        Rc::get_mut(&mut self.0).map(mem::take).unwrap_or_default()
    }
}

impl Object {
    /// The attributes, if nobody else holds this object.
    fn take(&mut self) -> Vec<Value> {
        let attributes = Rc::get_mut(&mut self.0).map(mem::take).unwrap_or_default();
        attributes.into_inner().into_values().collect()
    }
}

impl PartialEq for Tuple {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = vec![(self, other)];
        while let Some((a, b)) = pairs.pop() {
            if a.len() != b.len() {
                return false;
            }
            for pair in a.iter().zip(b.iter()) {
                match pair {
                    (Value::Tuple(a), Value::Tuple(b)) => pairs.push((a, b)),
                    (a, b) if a != b => return false,
                    _ => {}
                }
            }
        }
        true
    }
}

/// How many levels of tuples are printed.
const LEVELS: usize = 100;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, LEVELS)
    }
}

impl Value {
    fn write(&self, f: &mut fmt::Formatter<'_>, levels: usize) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"), // 2.0, and not 2
            Value::Str(text) => write!(f, "{text:?}"),
            Value::Tuple(values) => values.write(f, levels),
            Value::Object(object) => write!(f, "{object:?}"),
        }
    }
}

impl Tuple {
    fn write(&self, f: &mut fmt::Formatter<'_>, levels: usize) -> fmt::Result {
        let Some(levels) = levels.checked_sub(1) else {
            return f.write_str("(...)");
        };
        f.write_str("(")?;
        for (i, value) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            value.write(f, levels)?;
        }
        // As in Python, a tuple of one is known by its comma.
        f.write_str(if self.len() == 1 { ",)" } else { ")" })
    }
}

impl fmt::Debug for Tuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, LEVELS)
    }
}

// The names alone: a value may be the object itself, and printing it would never end.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.borrow().keys().cloned().collect();
        if names.is_empty() {
            return f.write_str("<object>");
        }
        write!(f, "<object with {}>", names.join(", "))
    }
}
