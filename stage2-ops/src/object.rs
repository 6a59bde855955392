//! A thing with attributes, which are found by name when the program runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::error::{NoAttribute, WrongType};
use crate::exception::Exception;
use crate::value::Value;

/// Something with attributes: in Python, an instance of an empty class.
///
/// A clone is the same object, and so is only the object itself equal to it. Two objects that hold each
/// other are never freed: Python has a collector for these, and we do not.
///
/// ```
/// use stage2_ops::{Object, Value, getattr, run_task, setattr};
///
/// let point = Object::new();
/// let seen = point.clone();
/// run_task(async move { setattr(&point, "x", 3).await })?;
/// assert_eq!(run_task(async move { getattr(&seen, "x").await })?, 3);
/// # Ok::<(), stage2_ops::Exception>(())
/// ```
#[derive(Clone, Default)]
pub struct Object(Rc<RefCell<BTreeMap<String, Value>>>);

impl Object {
    /// An object without attributes.
    ///
    /// ```
    /// # use stage2_ops::Object;
    /// assert_ne!(Object::new(), Object::new());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Object::default()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

// Why not the values? One of them may be the object itself, and then this would never end.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.borrow().keys().cloned().collect();
        if names.is_empty() {
            return f.write_str("<object>");
        }
        write!(f, "<object with {}>", names.join(", "))
    }
}

impl Value {
    /// The attribute `name`: Python's `getattr(self, name)`.
    pub(crate) fn getattr(&self, name: &Value) -> Result<Value, Exception> {
        let name = attribute_name("getattr", name)?;
        let found = match self {
            Value::Object(Object(attributes)) => attributes.borrow().get(name).cloned(),
            _ => None,
        };
        found.ok_or_else(|| NoAttribute::new(self, name).into())
    }

    /// Makes `value` the attribute `name`: Python's `setattr(self, name, value)`.
    pub(crate) fn setattr(&self, name: &Value, value: &Value) -> Result<Value, Exception> {
        let name = attribute_name("setattr", name)?;
        let Value::Object(Object(attributes)) = self else {
            return Err(NoAttribute::new(self, name).into());
        };
        attributes.borrow_mut().insert(name.into(), value.clone());
        Ok(Value::None)
    }
}

fn attribute_name<'a>(action: &'static str, name: &'a Value) -> Result<&'a str, WrongType> {
    match name {
        Value::Str(name) => Ok(name),
        other => Err(WrongType::new(action, "the name as a str", &[other])),
    }
}
