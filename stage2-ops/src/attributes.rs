//! What Python's `getattr` and `setattr` do: attributes are found by name when the program runs.

use crate::error::{NoAttribute, WrongType};
use crate::exception::Exception;
use crate::value::Value;

impl Value {
    /// The attribute `name`: Python's `getattr(self, name)`.
    pub(crate) fn getattr(&self, name: &Value) -> Result<Value, Exception> {
        let name = attribute_name("getattr", name)?;
        let found = match self {
            Value::Object(object) => object.0.borrow().get(name).cloned(),
            _ => None,
        };
        found.ok_or_else(|| NoAttribute::new(self, name).into())
    }

    /// Makes `value` the attribute `name`: Python's `setattr(self, name, value)`.
    pub(crate) fn setattr(&self, name: &Value, value: &Value) -> Result<Value, Exception> {
        let name = attribute_name("setattr", name)?;
        let Value::Object(object) = self else {
            return Err(NoAttribute::new(self, name).into());
        };
        object.0.borrow_mut().insert(name.into(), value.clone());
        Ok(Value::None)
    }
}

fn attribute_name<'a>(action: &'static str, name: &'a Value) -> Result<&'a str, WrongType> {
    match name {
        Value::Str(name) => Ok(name),
        other => Err(WrongType::new(action, "the name as a str", &[other])),
    }
}
