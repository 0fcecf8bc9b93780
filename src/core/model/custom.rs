//! Keys with the strategy 'custom': the user's function resolves them, called with the same arguments in every window.

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

/// The arguments for the function: it is called for each value in turn with the result so far, the value, and what both
/// replaced.
pub struct Unsettled<V> {
    /// The earliest value.
    pub first: Option<V>,
    /// Each other value, and the latest value that its writer and the first had both seen.
    pub rest: Vec<(Option<V>, Option<V>)>,
}

impl<V: Value> Model<V> {
    /// What the function has to resolve for that key; `None` if there is no conflict.
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

    /// Sets the function's result, which is visible until the writes change. Returns the change, if it is one.
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

/// The later of two bases that both writers had seen.
fn common_base<V: Clone>(a: &Contribution<V>, b: &Contribution<V>) -> Option<V> {
    let knew = |one: &Contribution<V>, stamp: Stamp| one.saw(stamp);
    let mut bases: Vec<&(Option<V>, Stamp)> = a.base.iter().chain(b.base.iter()).gather();
    order::sort_by_key(&mut bases, |base| std::cmp::Reverse(base.1));
    bases
        .into_iter()
        .find(|base| knew(a, base.1) && knew(b, base.1))
        .and_then(|base| base.0.clone())
}
