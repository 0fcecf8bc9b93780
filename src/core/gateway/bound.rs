//! Bounds on what a restricted peer can make its host keep.
//!
//! The view holds what the peer wrote, also where it is denied: with the veto, so that the peer's window rolls it back. Once
//! the veto was sent, both are forgotten where the key holds nothing else. The peer is told to delete them: it would not know
//! that the veto it has of a cell is no longer among those that the view keeps. Of a frame with very many such writes the rest
//! is deleted over there without a veto. Should a deletion get lost, that is repaired as any forgotten deletion is: the peer drops
//! what the view has seen and does not hold. Initial values that the peer keeps to itself stay in the view, up to a number.

use std::rc::Rc;

use super::Gateway;
use crate::core::cell::{Cell, Part, parse};
use crate::core::clock::Time;
use crate::core::id::Key;
use crate::core::limits::{Bounds, PRIVATE_CELLS, WRITABLE_CELLS};
use crate::core::lists::{Gather, List};
use crate::core::model::{Model, ModelEffects};
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::sync::StateFrame;
use crate::core::value::Value;

/// As many denied keys a host keeps, for a while: forgetting goes through the whole view.
pub const DENIED: usize = 256;
/// Of one frame, writes that are denied one by one.
const DENIED_AT_ONCE: usize = 1024;

impl<V: Value> Gateway<V> {
    /// What the view may hold: what the state holds, what the peer may write, and some that concern neither.
    pub(super) fn bound(&mut self, state: &Model<V>) {
        let Bounds { keys, tombstones } = state.node().bounds();
        let writable = self
            .grants
            .writable(&self.name)
            .map(|keys| keys.saturating_mul(WRITABLE_CELLS));
        let most = writable.map_or(keys, |writable| {
            let cells = state.node().held().0.saturating_add(writable);
            // Of frames twice as many are taken.
            keys.min(cells.saturating_add(PRIVATE_CELLS).div_ceil(2))
        });
        let bounds = Bounds {
            keys: most,
            tombstones: tombstones.min(most),
        };
        drop(self.view.with_node(|node| {
            node.set_bounds(bounds);
            Vec::new()
        }));
    }

    /// Leaves out of a frame what is denied anyway, beyond a number: writes to keys that are not held here, of which neither
    /// the peer nor the state has any use. Returns their cells, with their times.
    pub(super) fn trim(&self, frame: &mut StateFrame<Cell<V>>, state: &Model<V>) -> Vec<(Key, Time)> {
        let (mut count, mut left_out) = (0, Vec::new());
        let mut is_kept = |name: &Key, time: Time| {
            let key = parse(name).map(|parsed| parsed.0);
            let denied = key.filter(|key| {
                !time.is_initial()
                    && !self.may_write(key)
                    && !self.view.has_cells(key)
                    && !state.has_cells(key)
            });
            count += usize::from(denied.is_some());
            if denied.is_none() || count <= DENIED_AT_ONCE {
                return true;
            }
            left_out.push((Rc::clone(name), time));
            false
        };
        match frame {
            StateFrame::Batch(batch) => batch.entries.keep(|entry| is_kept(&entry.0, entry.2)),
            StateFrame::Delta(delta) => delta.entries.keep(|entry| is_kept(&entry.key, entry.stamp.time)),
            StateFrame::Sync { .. } | StateFrame::Digest { .. } => {}
        }
        left_out
    }

    /// Takes note of keys of which something was denied.
    pub(super) fn note_denied(&mut self, keys: &[Key]) {
        self.denied.take_in(keys.iter().cloned());
    }

    /// Deletes cells in the view, and so over there, unless they were written later than that.
    pub(super) fn delete(&mut self, cells: Vec<(Key, Time)>, now: f64) {
        let actor = self.view.node().actor();
        let deleted = cells.into_iter().map(|(name, time)| {
            let time = Time::after(Some(time));
            (name, None, Stamp { time, actor })
        });
        drop(self.view.adopt(deleted.gather(), None, now));
    }

    /// Forgets what was denied, where nothing else is left of the key, once it is more than `most`. To be called when the
    /// vetoes have been sent. Returns frames to send.
    pub fn forget_denied(&mut self, state: &Model<V>, most: usize, now: f64) -> ModelEffects<V> {
        if self.denied.len() <= most {
            return Vec::new();
        }
        let mut gone: Vec<Key> = std::mem::take(&mut self.denied);
        gone.keep(|key| {
            let concerns = (self.may_read(key) || self.may_write(key)) && state.has_cells(key);
            !concerns && self.view.get(key).is_none()
        });
        order::sort(&mut gone);
        gone.dedup();
        for key in &gone {
            self.corrected.remove(&**key);
        }
        let held = self.view.written().filter_map(|(name, cell, stamp)| {
            let (key, _) = parse(&name).filter(|_| cell.is_some())?;
            gone.binary_search(&key).is_ok().then_some((name, stamp.time))
        });
        let held = held.gather();
        self.delete(held, now);
        let effects = self.flush(now);
        // The deletion of a key that the peer may read hides, over there, earlier writes that the state may receive yet: so it has
        // to hide them here, where this is corrected.
        let mut names: Vec<Key> = self
            .view
            .written()
            .filter(|cell| cell.1.is_none())
            .map(|cell| cell.0)
            .gather();
        names.keep(|name| matches!(parse(name), Some((key, Part::Root)) if self.may_read(&key)));
        order::sort(&mut names);
        self.view.forget(&gone, |name| names.binary_search(name).is_ok());
        effects
    }
}
