//! Export of registers to storage, and import from it.

use super::node::{Effects, StateNode, changed};
use super::peers::Peer;
use super::{ChangeOrigin, StateEffect};
use crate::core::fingerprint::Content;
use crate::core::lists::List;
use crate::core::register::Record;
use crate::core::replica::Stage;

impl<V: Content> StateNode<V> {
    /// Merges stored registers, each by its own stamp; one that is ahead is left out. The new ones are sent to the others
    /// with dots of this window, unless a neighbour turns out to have them.
    pub fn import(&mut self, records: Vec<Record<V>>, now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        let theirs = records.iter().filter(|record| !record.stamp.time.is_ahead(now));
        let theirs = theirs.map(|record| (&record.key, record.stamp));
        self.reissue(theirs, None, now, &mut effects);
        if self.ready && !effects.is_empty() {
            self.send_deltas(&[], &mut effects);
        }
        let mut changes = Vec::with_capacity(records.len());
        for Record {
            key,
            stamp,
            value,
            cleared,
        } in records
        {
            if stamp.time.is_initial() || self.clock.observe(stamp.time, now).is_err() {
                continue;
            }
            // A state that was cleared as a whole begins again with its initial values.
            if cleared && self.stamp(&key).is_none_or(|held| held.time.is_initial()) {
                continue;
            }
            // Storage remembers deletions longer. Sending them again would only make all windows drop them again.
            if value.is_none() && self.replica.may_be_deleted(&key, stamp.time) {
                continue;
            }
            changes.take_in(self.replica.write(key, value, stamp, Stage::Silent));
        }
        if self.replica.has_silent() {
            self.restored = true;
            if self.ready {
                self.send_restored(&mut effects);
            }
        }
        effects.take_in(changed(changes, None, ChangeOrigin::Storage));
        effects
    }

    /// Every register that was written, with deleted ones: the records to store.
    pub fn export(&self) -> impl Iterator<Item = Record<V>> + '_ {
        let written = self
            .replica
            .registers()
            .filter(|(_, register)| !register.stamp.time.is_initial());
        written.map(|(key, register)| Record {
            key: key.clone(),
            stamp: register.stamp,
            value: register.value.clone(),
            cleared: false,
        })
    }

    /// Sends the registers from storage to the neighbours. Later neighbours get them by the usual exchange.
    pub(super) fn send_restored(&mut self, effects: &mut Effects<V>) {
        if std::mem::take(&mut self.restored)
            && self.replica.has_silent()
            && self.peers.iter().any(Peer::follows)
        {
            self.send_deltas(&[], effects);
        }
    }
}
