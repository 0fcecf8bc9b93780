//! What a listener knows, from the changes alone.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use crate::network::Outcome;

/// Values by key, as the changes tell of them.
pub struct Mirror<K, V> {
    values: BTreeMap<K, V>,
}

impl<K: Ord + Clone + Display + Debug, V: Clone + PartialEq + Debug> Mirror<K, V> {
    /// What it knows from the start.
    pub fn starting(values: impl IntoIterator<Item = (K, V)>) -> Self {
        let values = values.into_iter().collect();
        Self { values }
    }

    /// Takes note of a change.
    ///
    /// # Errors
    /// If it does not start from what the listener knows.
    pub fn hear(&mut self, key: &K, old: Option<&V>, new: Option<&V>) -> Outcome {
        let known = self.values.get(key);
        if known != old {
            return Err(format!(
                "{key}: told that {old:?} became {new:?}, but the listener knows {known:?}"
            ));
        }
        match new {
            Some(value) => self.values.insert(key.clone(), value.clone()),
            None => self.values.remove(key),
        };
        Ok(())
    }

    /// Compares with what is there.
    ///
    /// # Errors
    /// If it is not what the listener knows.
    pub fn check(&self, state: &BTreeMap<K, V>) -> Outcome {
        if self.values == *state {
            Ok(())
        } else {
            let known = &self.values;
            Err(format!("the listener knows {known:?}, state is {state:?}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mirror;
    use std::collections::BTreeMap;

    #[test]
    fn changes_start_from_what_is_known_and_end_at_what_is_there() {
        let mut mirror = Mirror::starting([("a", 1)]);
        assert_eq!(mirror.hear(&"a", Some(&1), Some(&2)), Ok(()));
        assert_eq!(mirror.hear(&"b", None, Some(&3)), Ok(()));
        assert!(mirror.hear(&"a", Some(&1), None).is_err(), "it is 2 by now");
        assert_eq!(mirror.hear(&"a", Some(&2), None), Ok(()));
        assert_eq!(mirror.check(&BTreeMap::from([("b", 3)])), Ok(()));
        assert!(mirror.check(&BTreeMap::from([("b", 4)])).is_err());
    }
}
