//! Peers whose options differ: what windows announce, what is compared, and what is reported.
//!
//! Each Sync and Delta frame ends with how its sender treats its keys, see [`Treatments`]. A peer that differs leaves the
//! exchange of the state and gets a gateway that excludes the keys in question, and does the same itself. Frames of such
//! gateways are marked. A frame without the mark was sent to others too, or before the peer knew.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::StateHost;
use crate::bindings::messenger::Messenger;
use crate::bindings::wire::list;
use crate::core::codes;
use crate::core::compat::{Excluded, Mismatch, Treatments};
use crate::core::frame::Kind;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::model::Strategy;
use crate::core::order;
use crate::platform::cell::RefCell;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The most errors reported about one peer: each calls the listeners.
const MAX_REPORTED: usize = 64;
/// How many peers are remembered after they have gone.
const REMEMBERED: usize = 256;

/// What is known of the options of the peers.
pub(super) struct Compat {
    own: RefCell<Option<Rc<(Treatments, JsValue)>>>,
    /// How the writes to keys are settled that this window does not sync but relays.
    carried: RefCell<Treatments>,
    apart: RefCell<Vec<Apart>>,
}

/// A peer whose options differ, or differed.
struct Apart {
    peer: PeerRef,
    is_up: bool,
    excluded: Option<Rc<Excluded>>,
    reported: Vec<Option<Key>>,
}

impl Compat {
    pub(super) fn none() -> Compat {
        Compat {
            own: RefCell::new(None),
            carried: RefCell::new(Treatments::default()),
            apart: RefCell::new(Vec::new()),
        }
    }
}

impl StateHost {
    fn treatments(&self) -> Rc<(Treatments, JsValue)> {
        if let Some(own) = &*self.compat.own.borrow() {
            return Rc::clone(own);
        }
        let options = &self.options;
        let mut treatments = Treatments::new(&options.strategies, options.synced_keys.as_deref());
        treatments.carry(&self.compat.carried.borrow());
        let announced = treatments_out(&treatments);
        let own = Rc::new((treatments, announced));
        self.compat.own.replace(Some(Rc::clone(&own)));
        own
    }

    /// Announces to earlier peers what was learned of keys that this window does not sync.
    fn learn(&self, from: PeerRef, theirs: &Treatments) {
        let most = self.node.borrow().node().bounds().keys;
        let has_capacity = self.compat.carried.borrow().by_key.len() < most;
        let learns = self.options.synced_keys.is_some() && self.restriction(from).is_none() && has_capacity;
        if !learns || !self.compat.carried.borrow_mut().learn(theirs) {
            return;
        }
        self.compat.own.replace(None);
        self.decide(|model, _| {
            model.with_node(|node| {
                let others: Vec<PeerRef> = node.followers().filter(|peer| *peer != from).gather();
                let asked = others
                    .into_iter()
                    .flat_map(|peer| node.peer_up(peer, host::now()));
                asked.gather()
            })
        });
    }

    /// The keys announced to a restricted peer: those it may read or write. `None` for others, which learn of every key.
    fn treatments_for(&self, peer: PeerRef) -> Option<Treatments> {
        let (grants, name) = (self.restriction(peer)?, &self.options.name);
        let is_partial = !grants.may_read_all(name) && !grants.may_write_all(name);
        is_partial.then(|| self.treatments().0.of_these(grants.named(name)))
    }

    /// Adds to a frame how this state treats its keys, and the mark of a gateway that excludes some.
    pub(super) fn announce(&self, to: &[PeerRef], kind: Kind, frame: &Array) {
        let only = match to {
            [only] => Some(*only),
            _ => None,
        };
        if matches!(kind, Kind::Sync | Kind::Delta) {
            let some = only.and_then(|peer| self.treatments_for(peer));
            let announced = some.map_or_else(|| self.treatments().1.clone(), |some| treatments_out(&some));
            frame.push(&announced);
        }
        if only.is_some_and(|peer| self.excluded(peer).is_some()) {
            frame.push(&JsValue::TRUE);
        }
    }

    /// The keys that are not exchanged with a peer; `None` if all are.
    pub(super) fn excluded(&self, peer: PeerRef) -> Option<Rc<Excluded>> {
        let apart = self.compat.apart.borrow();
        apart.iter().find(|one| one.peer == peer)?.excluded.clone()
    }

    /// Whether a key is not exchanged with some connected peer.
    pub(super) fn is_excluded(&self, key: &str) -> bool {
        let apart = self.compat.apart.borrow();
        let mut excluded = apart
            .iter()
            .filter(|one| one.is_up)
            .filter_map(|one| one.excluded.as_ref());
        excluded.any(|excluded| excluded.contains(key))
    }

    pub(super) fn note_up(&self, peer: PeerRef, is_up: bool) {
        let mut apart = self.compat.apart.borrow_mut();
        if let Some(one) = apart.iter_mut().find(|one| one.peer == peer) {
            one.is_up = is_up;
        }
        let gone = apart.iter().filter(|one| !one.is_up).count();
        if gone > REMEMBERED
            && let Some(at) = apart.iter().position(|one| !one.is_up)
        {
            apart.remove(at);
        }
    }

    /// Reads the options that a well-formed frame announces. Returns whether the frame belongs to the exchange that this
    /// window has with the peer; `None` if it is malformed.
    pub(super) fn heard_options(&self, from: PeerRef, kind: Kind, frame: &Array) -> Option<bool> {
        let (announced, mark) = match kind {
            Kind::Sync => (5, 6),
            Kind::Delta => (10, 11),
            Kind::Batch => (u32::MAX, 8),
            Kind::Digest => (u32::MAX, 6),
            _ => (u32::MAX, 5),
        };
        let mark = frame.get(mark);
        let announced = frame.get(announced);
        let is_marked = mark.is_truthy();
        if is_marked && mark != JsValue::TRUE {
            return None;
        }
        // An older build announces nothing.
        if !announced.is_undefined() {
            let theirs = treatments_in(&announced, self.node.borrow().node().bounds().keys)?;
            self.compare_with(from, &theirs);
        }
        let is_apart = self.excluded(from).is_some();
        if is_marked == is_apart {
            return Some(true);
        }
        if kind == Kind::Sync {
            // The peer does not know of the difference yet, or not any more. The question tells it.
            if is_apart {
                self.ask_filtered_peer(from);
            } else {
                self.peer_anew(from);
            }
        }
        Some(false)
    }

    fn compare_with(&self, peer: PeerRef, theirs: &Treatments) {
        self.learn(peer, theirs);
        let mismatches = match self.treatments_for(peer) {
            Some(some) => some.compare(theirs),
            None => self.treatments().0.compare(theirs),
        };
        let (mismatches, excluded) = mismatches;
        let known = self.compat.apart.borrow().iter().any(|one| one.peer == peer);
        if mismatches.is_empty() && !known {
            return;
        }
        let before = self.excluded(peer);
        let excluded = excluded.map(Rc::new);
        let has_changed = before != excluded;
        {
            let mut apart = self.compat.apart.borrow_mut();
            if let Some(one) = apart.iter_mut().find(|one| one.peer == peer) {
                one.excluded = excluded;
                one.is_up = true;
            } else {
                apart.push(Apart {
                    peer,
                    is_up: true,
                    excluded,
                    reported: Vec::new(),
                });
            }
        }
        if has_changed {
            self.peer_anew(peer);
        }
        self.report_mismatches(peer, mismatches);
    }

    fn report_mismatches(&self, peer: PeerRef, mut mismatches: Vec<Mismatch>) {
        let is_plain = matches!(self.messenger, Messenger::Plain(_));
        let more = {
            let mut apart = self.compat.apart.borrow_mut();
            // Members of a plain messenger have no names that a user knows, so only the first error is reported.
            let is_told = |mismatch: &Mismatch| {
                let mut those = apart.iter().filter(|one| is_plain || one.peer == peer);
                those.any(|one| one.reported.contains(&mismatch.key))
            };
            mismatches.keep(|mismatch| !is_told(mismatch));
            let Some(one) = apart.iter_mut().find(|one| one.peer == peer) else {
                return;
            };
            let left = MAX_REPORTED.saturating_sub(one.reported.len());
            let more = mismatches.len().saturating_sub(left);
            mismatches.truncate(left);
            one.reported
                .take_in(mismatches.iter().map(|mismatch| mismatch.key.clone()));
            more
        };
        let count = mismatches.len();
        for (at, mismatch) in mismatches.iter().enumerate() {
            self.report_mismatch(peer, mismatch, if at + 1 == count { more } else { 0 });
        }
    }

    fn report_mismatch(&self, peer: PeerRef, mismatch: &Mismatch, more: usize) {
        let name = &self.options.name;
        let key = mismatch.key.as_deref().unwrap_or("*");
        let details = [
            ("name", JsValue::from_str(name)),
            ("peer", self.messenger.info(peer)),
            ("key", JsValue::from_str(key)),
            ("mine", JsValue::from_str(&mismatch.mine)),
            ("theirs", JsValue::from_str(&mismatch.theirs)),
        ];
        let more = if more > 0 {
            text(&[" (and ", &more.to_string(), " more keys)"])
        } else {
            String::new()
        };
        let message = text(&[
            "the key '",
            key,
            "' of the state '",
            name,
            "' is '",
            &mismatch.mine,
            "' here and '",
            &mismatch.theirs,
            "' there",
            &more,
            ": it is not exchanged. Give all windows the same conflict and syncedKeys, or another version",
        ]);
        self.report(&fail_with(codes::CONFIG_MISMATCH, &message, &details));
    }
}

/// Encodes one treatment: null for the most common one.
fn treatment_out(treatment: &str) -> JsValue {
    match treatment == Strategy::default().name() {
        true => JsValue::NULL,
        false => JsValue::from_str(treatment),
    }
}

fn treatment_in(value: &JsValue) -> Option<Rc<str>> {
    if value.is_null() {
        return Some(Rc::from(Strategy::default().name()));
    }
    value.as_string().map(Rc::from)
}

/// Encodes treatments: null for a state without such options, else `[keys, treatments]`, followed by the treatment of
/// unnamed keys if there is one.
fn treatments_out(treatments: &Treatments) -> JsValue {
    let (keys, names) = (Array::new(), Array::new());
    for (key, treatment) in treatments.by_key.iter() {
        keys.push(&JsValue::from_str(key));
        names.push(&treatment_out(treatment));
    }
    let default = treatments.default.as_deref().map(treatment_out);
    match default {
        Some(default) if default.is_null() && keys.length() == 0 => default,
        Some(default) => Array::of3(&keys, &names, &default).into(),
        None => Array::of2(&keys, &names).into(),
    }
}

/// Decodes treatments; `None` if they are malformed or have more than `most` keys.
fn treatments_in(value: &JsValue, most: usize) -> Option<Treatments> {
    let mut treatments = Treatments::default();
    if value.is_null() {
        treatments.default = treatment_in(value);
        return Some(treatments);
    }
    let parts = list(value)?;
    let (keys, names) = (list(&parts.get(0))?, list(&parts.get(1))?);
    let count = keys.length();
    if names.length() != count || count as usize > most {
        return None;
    }
    let default = parts.get(2);
    if !default.is_undefined() {
        treatments.default = Some(treatment_in(&default)?);
    }
    let mut named: Vec<(Key, Rc<str>)> = Vec::new();
    for at in 0..count {
        let key = Key::from(keys.get(at).as_string()?);
        named.push((key, treatment_in(&names.get(at))?));
    }
    // Sorted, so that each one is appended.
    order::sort_by(&mut named, |a, b| a.0.cmp(&b.0));
    for (key, treatment) in named {
        treatments.by_key.insert(key, treatment);
    }
    Some(treatments)
}
