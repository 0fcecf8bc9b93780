//! Import of registers from another node of this window, with their stamps.

use super::node::{Effects, StateNode, changed};
use super::{ChangeOrigin, StateEffect};
use crate::core::fingerprint::Content;
use crate::core::id::{Key, PeerRef};
use crate::core::limits::Bounds;
use crate::core::lists::{Gather, List};
use crate::core::register::Stamp;
use crate::core::replica::Stage;

impl<V: Content> StateNode<V> {
    /// The time of its initial values, ms.
    #[must_use]
    pub fn born(&self) -> f64 {
        self.born
    }

    /// Replaces the initial values, before anything was written or exchanged.
    pub fn begin_with(&mut self, initial: Vec<(Key, V)>) {
        let bounds = self.replica.bounds();
        self.replica = Self::begun(self.actor(), self.born, initial);
        self.replica.set_bounds(bounds);
    }

    /// Whether writes of another window fit, see [`Replica::takes`](crate::core::replica::Replica::takes).
    #[must_use]
    pub fn takes(&self, writes: &[(Key, Option<V>, Stamp)]) -> bool {
        self.replica.takes(
            writes
                .iter()
                .map(|(key, value, stamp)| (&**key, value.is_some(), stamp.time)),
        )
    }

    /// The bounds, see [`set_bounds`](Self::set_bounds).
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.replica.bounds()
    }

    /// Merges writes by their own stamps, as if they came from that neighbour. Those from the future are left out. The next
    /// [`flush`](Self::flush) sends them to the others, with dots of this window.
    pub fn take_over(
        &mut self,
        writes: Vec<(Key, Option<V>, Stamp)>,
        from: Option<PeerRef>,
        now: f64,
    ) -> Vec<StateEffect<V>> {
        let mut changes = Vec::with_capacity(writes.len());
        for (key, value, stamp) in writes {
            if self.clock.observe(stamp.time, now).is_ok() {
                changes.take_in(self.replica.write(key, value, stamp, Stage::Silent));
            }
        }
        let effects: Effects<V> = changed(changes, from, ChangeOrigin::Remote).into_iter().gather();
        effects
    }

    /// Drops registers whose values are not visible, see
    /// [`Replica::drop_named`](crate::core::replica::Replica::drop_named).
    pub fn drop_named(&mut self, is_named: impl Fn(&Key) -> bool) {
        self.replica.drop_named(is_named);
    }
}
