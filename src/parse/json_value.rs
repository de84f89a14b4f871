//! A JSON value of no more than so many parts: what is beyond is read over and held by nobody.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a value while parts are left.
#[derive(Debug, Clone, Copy)]
pub struct Few<'c> {
    left: &'c Cell<usize>,
}

impl<'c> Few<'c> {
    /// `left`: how many values within values may still be read, counted down.
    pub fn of(left: &'c Cell<usize>) -> Self {
        Self { left }
    }

    /// Whether another may be read; counts it.
    fn takes(self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

impl<'de> DeserializeSeed<'de> for Few<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Few<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while self.takes() {
            let Some(item) = items.next_element_seed(self)? else { return Ok(Value::Array(list)) };
            list.push(item);
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while self.takes() {
            let Some(key) = fields.next_key::<String>()? else { return Ok(Value::Object(map)) };
            map.insert(key, fields.next_value_seed(self)?);
        }
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few(json: &str, most: usize) -> Value {
        let left = Cell::new(most);
        let mut json = serde_json::Deserializer::from_str(json);
        Few::of(&left).deserialize(&mut json).expect("JSON")
    }

    #[test]
    fn a_value_is_read_as_it_is_until_there_are_too_many() {
        let json = r#"{"a": [1, -2, 2.5, "x", true, null, {}], "b": {"c": []}, "d": 18446744073709551615}"#;
        assert_eq!(few(json, 100), serde_json::from_str::<Value>(json).expect("JSON"));
        assert_eq!(few(json, 3).to_string(), r#"{"a":[1,-2]}"#);
        assert_eq!(few("[[[[1]]],2]", 2).to_string(), "[[[]]]");
    }
}
