//! Keys that a user's function settles: the host calls it with the same arguments in every window.

use super::composite::Contribution;
use super::counts::with_added;
use super::resolve::{binding, latest};
use super::{Model, same};
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::sync::KeyChange;
use crate::core::value::Value;

/// What a function is called with, again and again: the result so far, the next value, and what both replaced.
pub struct Unsettled<V> {
    /// The earliest.
    pub first: Option<V>,
    /// Each of the others, and the latest value that it and the first had both seen.
    pub rest: Vec<(Option<V>, Option<V>)>,
}

impl<V: Value> Model<V> {
    /// What is to be settled on that key; `None` if nothing is.
    #[must_use]
    pub fn unsettled(&self, key: &Key) -> Option<Unsettled<V>> {
        let mut live = self.live_of(key).into_iter();
        let first = live.next()?;
        let rest: Vec<_> = live
            .map(|one| {
                let base = common_base(&first, &one);
                (one.value, base)
            })
            .gather();
        (!rest.is_empty()).then_some(Unsettled {
            first: first.value,
            rest,
        })
    }

    /// The function's result: shown until the writes change. `None` if nothing changes by it.
    pub fn settle(&mut self, key: &Key, value: Option<V>) -> Option<KeyChange<V>> {
        let live = self.live_of(key);
        let stamp = latest(&live)?.stamp;
        let value = with_added(value, self.added(key, binding(Some(stamp))));
        let composite = self.keys.get_mut(&**key)?;
        let old = std::mem::replace(&mut composite.shown, value.clone());
        (!same(old.as_ref(), value.as_ref())).then(|| KeyChange {
            key: key.clone(),
            old,
            new: value,
            was: None,
            stamp,
        })
    }
}

/// What both replaced: the latest of the two bases that both had seen.
fn common_base<V: Clone>(a: &Contribution<V>, b: &Contribution<V>) -> Option<V> {
    let knew = |one: &Contribution<V>, stamp: Stamp| one.saw(stamp);
    let mut bases: Vec<&(Option<V>, Stamp)> = a.base.iter().chain(b.base.iter()).gather();
    order::sort_by_key(&mut bases, |base| std::cmp::Reverse(base.1));
    bases
        .into_iter()
        .find(|base| knew(a, base.1) && knew(b, base.1))
        .and_then(|base| base.0.clone())
}
