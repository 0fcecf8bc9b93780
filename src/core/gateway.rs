//! Restricted and mismatched peers: a filtered replica for each, which holds the keys that the peer may read and no others.
//!
//! Version vectors and causal batches say "I have seen all of this". A peer that may see only a part cannot take part in that
//! exchange. So the peer exchanges frames with a replica of its own, the *view*, and cells are copied between the state and the
//! view with their stamps unchanged. A write is then the same write on both sides, however many gateways it passes and in whatever
//! circles. (If each gateway wrote values anew, two windows that each let in a frame of one origin would restamp each other's
//! writes for ever, and count increments twice.) Vectors and batch numbers belong to the view, so a peer's claims about them
//! never reach the state.
//!
//! - **Outwards** go cells of readable keys, without the names of windows.
//! - **Of a transaction** only the members stay together outwards whose keys the peer may read and write, and the peer takes them for a
//!   smaller transaction or for lone writes. If another member aborts the transaction, the peer cannot know: over there the rest
//!   would count, and abort others. So where the peer would show something else, the *state* vetoes the rest, see
//!   [`Model::aborted_parts`]. All windows obey that veto, and the transaction stays aborted, even if the cause of the abort goes. A veto
//!   in the view alone would not do: an abort may be lifted in the state later.
//! - **Keys that the peer may read and not write** are corrected in the view: nothing of them passes back. Their members of transactions
//!   go outwards as lone writes, so no correction aborts a transaction over there.
//! - **Inwards** go cells of writable keys, in the name of writers that the state does not know. A cell in the name of a window of
//!   the state is that window's own copy returning, or arrives over a more direct route, or is forged. Slots, counts, vetoes and edits
//!   must belong to their writer; times may be at most a second ahead.
//! - **What does not pass** (a key without a grant, a transaction that names one, a cell or time that is not the writer's to make)
//!   is vetoed in the view, with the reason: so it is rolled back wherever the peer has spread it, and its writer receives the rejection.
//!   Of the writes that one slot carries, those pass that would have passed by themselves.
//! - A peer whose options differ for some keys takes part through a gateway too, on both sides. It leaves those keys out, and takes
//!   over everything else as it is: such a peer may do everything.
//! - The state gives what passes numbers of its own, as it does with what comes from storage.

mod bound;
mod correct;
mod deny;
mod pass;
mod received;

use std::rc::Rc;

use super::cell::{Cell, VetoReason, parse, write_of};
use super::clock::Time;
use super::compat::Excluded;
use super::grants::Grants;
use super::id::{Key, PeerRef};
use super::map::SmallMap;
use super::model::{CellChange, Model, ModelEffects, Written};
use super::order;
use super::sync::StateFrame;
use super::value::Value;
use crate::core::lists::{Gather, List};
pub use bound::DENIED;
use deny::Denials;
use pass::Decision;
pub use received::Received;

/// The gateway between one peer, restricted or mismatched, and one state.
pub struct Gateway<V> {
    peer: PeerRef,
    name: Rc<str>,
    grants: Rc<Grants>,
    excluded: Option<Rc<Excluded>>,
    view: Model<V>,
    /// The latest time that the state sent to the peer: a write that follows it is not much later.
    ceiling: Option<Time>,
    /// How often a key was corrected since it last changed in the state: a peer that keeps refusing the correction is not
    /// corrected again.
    corrected: SmallMap<Key, u32>,
    /// Keys of which something was denied, the same perhaps more than once.
    denied: Vec<Key>,
    /// Keys of which something has changed since [`take_aborted`](Self::take_aborted), the same perhaps more than once.
    changed: Vec<Key>,
}

/// What a peer may do, and the keys that are not exchanged with it.
pub type Filter = (Rc<Grants>, Option<Rc<Excluded>>);

/// The result of checking a frame against the grants.
pub struct Checked<V> {
    /// Accepted cells for the state, see [`Model::adopt`].
    pub news: Vec<Written<V>>,
    /// The state lacks capacity for them; they were vetoed here too.
    pub is_full: bool,
    /// Keys of which something was denied.
    pub denied: Vec<Key>,
    /// Keys that have to be compared again, see [`Gateway::correct`].
    pub touched: Vec<Key>,
}

impl<V: Value> Gateway<V> {
    /// Opens the gateway. `view` holds nothing yet, and is of the state's strategies; `up_at` is a reading of the steady clock.
    pub fn open(
        peer: PeerRef,
        name: &str,
        (grants, excluded): Filter,
        view: Model<V>,
        state: &Model<V>,
        now: f64,
        up_at: f64,
    ) -> (Self, ModelEffects<V>) {
        let mut gateway = Self {
            peer,
            name: Rc::from(name),
            grants,
            excluded,
            view,
            ceiling: None,
            corrected: SmallMap::new(),
            denied: Vec::new(),
            changed: Vec::new(),
        };
        gateway.view.watch(true);
        let cells: Vec<Written<V>> = state.written().filter_map(|cell| gateway.outgoing(cell)).gather();
        let mut keys: Vec<Key> = cells.iter().filter_map(|cell| Some(parse(&cell.0)?.0)).gather();
        order::sort(&mut keys);
        keys.dedup();
        gateway.take_over(cells, now);
        gateway.correct(state, &keys, now);
        // Nobody else could make the state take another content of a write that it has.
        drop(gateway.view.with_node(|node| {
            node.keep_contents();
            Vec::new()
        }));
        if gateway.grants.restricts() {
            drop(gateway.view.with_node(|node| node.settle_ready()));
        }
        let effects = gateway.view.with_node(|node| node.peer_up(peer, up_at));
        // Of a peer that is not restricted the state waits for what it has.
        drop(gateway.view.with_node(|node| node.settle_ready()));
        (gateway, effects)
    }

    /// The peer behind this gateway.
    #[must_use]
    pub fn peer(&self) -> PeerRef {
        self.peer
    }

    /// The filtered replica that the peer exchanges frames with.
    #[must_use]
    pub fn view(&self) -> &Model<V> {
        &self.view
    }

    /// Acts on the view alone: comparisons, texts. Returns frames to send.
    pub fn with_view(&mut self, act: impl FnOnce(&mut Model<V>) -> ModelEffects<V>) -> ModelEffects<V> {
        let mut received = Received::new();
        received.absorb(act(&mut self.view));
        received.effects
    }

    /// Whether the latest time that a frame names lies in no future, see [`Model::witnessed`].
    #[must_use]
    pub fn witnessed(&mut self, latest: Option<Time>, now: f64) -> bool {
        self.view.witnessed(latest, now)
    }

    /// A frame of the peer.
    pub fn receive(&mut self, mut frame: StateFrame<Cell<V>>, state: &Model<V>, now: f64) -> Received<V> {
        let mut received = Received::new();
        self.bound(state);
        let left_out = self.trim(&mut frame, state);
        let peer = self.peer;
        drop(self.view.take_watched());
        received.absorb(self.view.with_node(|node| node.receive(peer, &[], frame, now)));
        received.names = self.view.take_watched();
        let keys: Vec<Key> = left_out
            .iter()
            .filter_map(|cell| Some(parse(&cell.0)?.0))
            .gather();
        self.note_denied(&keys);
        self.delete(left_out, now);
        received
    }

    /// Takes back the writes of cells that could not be deserialised here, by their sorted names: they do not pass.
    pub fn drop_unreadable(&mut self, received: &mut Received<V>, names: &[Key], now: f64) {
        if names.is_empty() {
            return;
        }
        let (unreadable, kept) = std::mem::take(&mut received.cells)
            .into_iter()
            .partition(|cell: &CellChange<V>| names.binary_search(cell.name()).is_ok());
        received.cells = kept;
        received.names.keep(|name| names.binary_search(name).is_err());
        received.absorb(self.view.veto(unreadable, VetoReason::Unreadable, now));
    }

    /// Vetoes what the peer may not write, and returns what the state accepts.
    pub fn check(&mut self, received: &mut Received<V>, state: &Model<V>, now: f64) -> Checked<V> {
        let mut denied: Vec<Key> = Vec::new();
        let mut touched: Vec<Key> = Vec::new();
        let mut passing: Vec<(Key, Written<V>)> = Vec::new();
        let mut noted: Vec<Key> = received.cells.iter().map(|cell| Rc::clone(cell.name())).gather();
        order::sort(&mut noted);
        let mut deleted: Vec<Key> = Vec::new();
        let mut denials = Denials::new();
        for name in std::mem::take(&mut received.names) {
            let (Some((key, part)), Some(cell)) = (parse(&name), self.view.written_to(&name)) else {
                continue;
            };
            let is_noted = noted.binary_search(&name).is_ok();
            let cell_of = (&name, &key, &part);
            if cell.1.is_none() && !self.may_write(&key) {
                deleted.push(Rc::clone(&key));
            }
            let write = write_of(&part, cell.1.as_ref(), cell.2);
            let is_any_denied = match self.incoming(cell, state, now) {
                // Its neighbours may send it again.
                Decision::Pass(_) | Decision::PassPart(..) if self.view.is_denied(&name, write) => false,
                Decision::Pass(cell) => {
                    passing.push((Rc::clone(&key), cell));
                    false
                }
                Decision::PassPart(cell, stamps) => {
                    passing.push((Rc::clone(&key), cell));
                    self.deny(
                        cell_of,
                        |stamp| stamps.contains(&stamp),
                        is_noted,
                        state,
                        &mut denials,
                    )
                }
                Decision::Unwritable if self.restates(&name, &key, state) => false,
                Decision::Deny | Decision::Unwritable => {
                    self.deny(cell_of, |_| true, is_noted, state, &mut denials)
                }
                Decision::Ignore => false,
            };
            if is_any_denied {
                denied.push(Rc::clone(&key));
            }
            touched.push(key);
        }
        order::sort(&mut denied);
        denied.dedup();
        let names = denials.add_to(&mut received.cells);
        self.refuse(received, &names, &denied, state, now);
        let (mut keys, mut news): (Vec<Key>, Vec<Written<V>>) = passing.into_iter().unzip();
        let is_full = !state.node().takes(&news);
        if is_full {
            let mut names: Vec<Key> = news.iter().map(|cell| Rc::clone(&cell.0)).gather();
            order::sort(&mut names);
            news.clear();
            order::sort(&mut keys);
            keys.dedup();
            self.refuse(received, &names, &keys, state, now);
            self.note_denied(&keys);
        }
        self.note_denied(&denied);
        // Of what another gateway forgets, the deletions are forgotten here.
        self.note_denied(&deleted);
        // A transaction that lost a member here has lost the others as well.
        touched.take_in(received.changes.iter().map(|change| Rc::clone(&change.key)));
        order::sort(&mut touched);
        touched.dedup();
        Checked {
            news,
            denied,
            is_full,
            touched,
        }
    }

    /// Takes over from the state the changed cells that the peer may read; `shown` are the keys whose visible value changed.
    /// They are sent with the next flush.
    pub fn forward(&mut self, state: &Model<V>, names: &[Key], shown: &[Key], now: f64) {
        let cells: Vec<Written<V>> = names
            .iter()
            .filter_map(|name| self.outgoing(state.written_to(name)?))
            .gather();
        let written = cells
            .iter()
            .filter_map(|cell| parse(&cell.0).map(|parsed| parsed.0));
        // Also of keys that are not exchanged: a transaction may span them.
        self.changed
            .take_in(names.iter().filter_map(|name| Some(parse(name)?.0)));
        // The visible value of a key may depend on cells of other keys.
        let mut keys: Vec<Key> = written.chain(shown.iter().cloned()).gather();
        if keys.is_empty() {
            return;
        }
        self.take_over(cells, now);
        order::sort(&mut keys);
        keys.dedup();
        if !self.corrected.is_empty() {
            for key in &keys {
                self.corrected.remove(&**key);
            }
        }
        self.correct(state, &keys, now);
    }

    /// Sends what was forwarded.
    pub fn flush(&mut self, now: f64) -> ModelEffects<V> {
        self.with_view(|view| view.with_node(|node| node.flush(now)))
    }

    /// Takes over cells of the state, unchanged.
    fn take_over(&mut self, cells: Vec<Written<V>>, now: f64) {
        // Counts of versions are no times, and far below them: they raise nothing.
        let latest = cells.iter().map(|cell| cell.2.time).max();
        self.ceiling = self.ceiling.max(latest);
        drop(self.view.adopt(cells, None, now));
    }

    /// Whether the state still waits for the contents of a peer without restrictions.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        !self.view.node().is_ready()
    }

    fn is_excluded(&self, key: &str) -> bool {
        self.excluded
            .as_ref()
            .is_some_and(|excluded| excluded.contains(key))
    }

    fn may_read(&self, key: &str) -> bool {
        self.grants.may_read(&self.name, key) && !self.is_excluded(key)
    }

    fn may_write(&self, key: &str) -> bool {
        self.grants.may_write(&self.name, key) && !self.is_excluded(key)
    }
}

fn same<V: Value>(a: Option<&V>, b: Option<&V>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same(b),
        _ => false,
    }
}
