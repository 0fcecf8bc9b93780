//! The replica: the registers of one window, what it has seen, and what it has not sent yet. Pure data, without peers and
//! time.

mod capacity;
mod content;
mod forget;
mod index;
mod outgoing;
mod writers;

use super::batch::Entry;
use super::change::KeyChange;
use super::clock::Time;
use super::fingerprint::{Content, hash};
use super::id::{Actor, Key};
use super::order;
use super::register::{Dot, Register, Stamp};
use super::version::{DIGEST_BITS, VersionVector, mix};
use crate::core::limits::Bounds;
use crate::core::lists::{Gather, List};
use index::KeyIndex;
use writers::WriterCollector;

/// How far a write has been sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has a dot.
    Sent,
    /// In the open batch: sent at the next flush.
    Open,
    /// It is sent only when a delta has to carry everything: initial values, and updates that came without a frame.
    Silent,
}

struct Slot<V> {
    key: Key,
    register: Register<V>,
    stage: Stage,
    /// This window has it as an initial value, as the next window will have it. Its deletion is not forgotten.
    is_own_initial: bool,
    /// What the register adds to the content of the replica; 0 until it is computed.
    content: u64,
}

/// The registers by key, what has been seen, and what was written but not sent.
///
/// Invariant: for every write that `vector` covers, the key's register has that stamp or a greater one, or the key was
/// deleted by a greater one and the deletion was forgotten. Only because of this may a delta leave out writes that lost. So
/// no delta is made while a register that beat one has no dot.
pub struct Replica<V> {
    actor: Actor,
    /// In the order of first writes. A deletion keeps its stamp until it is forgotten.
    slots: Vec<Slot<V>>,
    index: KeyIndex,
    vector: VersionVector,
    /// Slots written since the last batch. One that lost meanwhile may still be listed.
    open: Vec<u32>,
    /// Slots in [`Stage::Silent`], and perhaps some that no longer are.
    silent: Vec<u32>,
    /// Actors of whom something was seen since the last batch, ascending: the dependencies of the next batch.
    fresh: Vec<Actor>,
    bounds: Bounds,
    /// The number of registers with a value.
    live: usize,
    /// The bytes of all names.
    names: usize,
    /// The sum of a hash of each live register's name and stamp.
    fingerprint: u64,
    /// The sum of the slots' contents; 0 until it is computed.
    content: u64,
    /// The latest time of a forgotten deletion.
    forgotten: Option<Time>,
    /// The number of deletions at which to check again which may be forgotten.
    surplus_at: usize,
    collector: WriterCollector,
}

impl<V: Content> Replica<V> {
    /// An empty replica.
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            slots: Vec::new(),
            index: KeyIndex::new(actor.bits()),
            vector: VersionVector::new(),
            open: Vec::new(),
            silent: Vec::new(),
            fresh: Vec::new(),
            bounds: Bounds::DEFAULT,
            live: 0,
            names: 0,
            fingerprint: 0,
            content: 0,
            forgotten: None,
            surplus_at: 0,
            collector: WriterCollector::default(),
        }
    }

    /// The actor of this window.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// What has been seen, own batches included.
    pub fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// A fingerprint of the visible registers, 53 bits. It is equal in windows that have seen the same, unless one lacks a
    /// deletion that the other has forgotten.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint & DIGEST_BITS
    }

    /// The number of batches that this replica has closed.
    pub fn own_seq(&self) -> u64 {
        self.vector.get(self.actor)
    }

    /// The register of a key, even if it is deleted.
    pub fn register(&self, key: &str) -> Option<&Register<V>> {
        let slot = self.find(key)?;
        self.slots.get(slot).map(|slot| &slot.register)
    }

    /// Whether a plain key has no other cells. The names of those begin with the key and a NUL.
    pub fn is_alone(&self, key: &str) -> bool {
        let beside = |slot: &Slot<V>| {
            slot.key
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('\0'))
        };
        !key.as_bytes().contains(&0) && !self.slots.iter().any(beside)
    }

    /// Every register in the order of first writes, with deleted ones.
    pub fn registers(&self) -> impl Iterator<Item = (&Key, &Register<V>)> {
        self.slots.iter().map(|slot| (&slot.key, &slot.register))
    }

    /// Writes a key; the write has no dot yet. Returns the change if the write won.
    pub fn write(&mut self, key: Key, value: Option<V>, stamp: Stamp, stage: Stage) -> Option<KeyChange<V>> {
        self.put(
            key,
            value,
            stamp,
            Dot {
                actor: self.actor,
                seq: 0,
            },
            stage,
        )
    }

    /// Merges a write of another window. Returns the change if the write won.
    pub fn merge(&mut self, entry: Entry<V>) -> Option<KeyChange<V>> {
        self.put(entry.key, entry.value, entry.stamp, entry.dot, Stage::Sent)
    }

    /// Records that everything of `actor` up to `seq` has been merged.
    pub fn saw(&mut self, actor: Actor, seq: u64) {
        if self.vector.advance(actor, seq) && actor != self.actor {
            self.collector.heard(actor);
            if let Err(at) = self.fresh.binary_search(&actor) {
                self.fresh.insert(at, actor);
            }
        }
    }

    /// Records that everything that `vector` covers has been merged.
    pub fn saw_all(&mut self, vector: &VersionVector) {
        let own = self.actor;
        let news = vector
            .iter()
            .filter(|&(actor, seq)| actor != own && self.vector.get(actor) < seq);
        let news: Vec<Actor> = news.map(|(actor, _)| actor).gather();
        if news.is_empty() {
            return;
        }
        self.vector.join(vector);
        self.collector.heard_all(&news);
        self.fresh.take_in(news);
        order::sort(&mut self.fresh);
        self.fresh.dedup();
    }

    /// Makes room for so many writes, if most of them must be of new keys: no more than they need.
    pub fn expect(&mut self, writes: usize) {
        if writes > self.slots.len() {
            self.slots.reserve_exact(writes);
        }
    }

    /// The only place where a write wins or loses.
    fn put(
        &mut self,
        key: Key,
        value: Option<V>,
        stamp: Stamp,
        dot: Dot,
        stage: Stage,
    ) -> Option<KeyChange<V>> {
        let slot = self.find(&key).unwrap_or(self.slots.len());
        let added = value.as_ref().map(|_| fingerprint_of(&key, stamp));
        let own_initial = stage == Stage::Silent && stamp.time.is_initial();
        let (old, was, before) = match self.slots.get_mut(slot) {
            Some(found) if found.register.stamp >= stamp => {
                // A register from storage meets the window that wrote it, or one that knows the write. The write has a dot
                // already and need not be sent with another. Of two dots the greater counts, in all windows.
                let is_number = found.stage != Stage::Sent || found.register.dot.order() < dot.order();
                if found.register.stamp == stamp && stage == Stage::Sent && is_number {
                    found.register.dot = dot;
                    found.stage = Stage::Sent;
                }
                return None;
            }
            Some(found) => {
                let old = std::mem::replace(
                    &mut found.register,
                    Register {
                        value: value.clone(),
                        stamp,
                        dot,
                    },
                );
                let before = Some(old.stamp);
                found.content = 0;
                if old.value.is_some() {
                    self.live -= 1;
                    self.fingerprint = self.fingerprint.wrapping_sub(fingerprint_of(&key, old.stamp));
                }
                (old.value, std::mem::replace(&mut found.stage, stage), before)
            }
            None => {
                self.index
                    .insert(&key, slot, self.slots.iter().map(|slot| &*slot.key));
                let register = Register {
                    value: value.clone(),
                    stamp,
                    dot,
                };
                self.names += key.len();
                self.slots.push(Slot {
                    key: key.clone(),
                    register,
                    stage,
                    is_own_initial: own_initial,
                    content: 0,
                });
                (None, Stage::Sent, None)
            }
        };
        if let Some(added) = added {
            self.live += 1;
            self.fingerprint = self.fingerprint.wrapping_add(added);
        }
        self.content = 0;
        if was != stage {
            match stage {
                Stage::Open => self.open.push(slot as u32),
                Stage::Silent => self.silent.push(slot as u32),
                Stage::Sent => {}
            }
        }
        Some(KeyChange {
            key,
            old,
            new: value,
            was: before,
            stamp,
        })
    }

    fn next_dot(&self) -> Dot {
        Dot {
            actor: self.actor,
            seq: self.own_seq() + 1,
        }
    }

    fn stage(&self, slot: u32) -> Option<Stage> {
        self.slots.get(slot as usize).map(|slot| slot.stage)
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.index.find(key, |slot| {
            self.slots.get(slot).is_some_and(|slot| *slot.key == *key)
        })
    }
}

impl<V: Clone> Slot<V> {
    fn entry(&self) -> Entry<V> {
        Entry {
            key: self.key.clone(),
            value: self.register.value.clone(),
            stamp: self.register.stamp,
            dot: self.register.dot,
        }
    }
}

/// What a live register adds to the fingerprint of its replica: the same in every window.
fn fingerprint_of(key: &str, stamp: Stamp) -> u64 {
    let name = hash(key.as_bytes(), 0);
    mix(mix(name, stamp.time.as_f64().to_bits()), stamp.actor.bits())
}
