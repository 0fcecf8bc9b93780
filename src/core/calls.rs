//! Outgoing calls that wait for an answer.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::id::PeerRef;
use crate::core::lists::{Gather, List};

/// Calls in flight, each with the host's handle `T` (what resolves or rejects it, and what a retry sends again).
///
/// Beginning and finishing a call is O(log n) at worst and mostly O(1); nothing scans the pending calls but the loss
/// of a peer.
pub struct Calls<T> {
    /// Rising by id, so found by binary search. A finished call leaves a hole; holes go when they are the majority.
    slots: Vec<Slot<T>>,
    live: usize,
    next_id: u64,
    /// At most one entry for a live call; entries of finished calls are dropped when they surface or outnumber the rest.
    alarms: BinaryHeap<Alarm>,
}

struct Slot<T> {
    id: u64,
    call: Option<Call<T>>,
}

struct Call<T> {
    peer: PeerRef,
    attempts_left: u32,
    timeout: f64,
    handle: T,
}

/// What a call whose deadline has passed needs.
pub enum Due<T> {
    /// Send it again to the same peer; its next deadline is set. The handle stays: see [`Calls::get`].
    Retry {
        /// The call.
        id: u64,
        /// Who was asked.
        peer: PeerRef,
    },
    /// No attempt is left: the call is over.
    TimedOut {
        /// The call.
        id: u64,
        /// Who was asked.
        peer: PeerRef,
        /// What the host gave with it.
        handle: T,
    },
}

impl<T> Default for Calls<T> {
    fn default() -> Self {
        Calls {
            slots: Vec::new(),
            live: 0,
            next_id: 1,
            alarms: BinaryHeap::new(),
        }
    }
}

impl<T> Calls<T> {
    /// No calls; the first will have the id 1.
    pub fn new() -> Calls<T> {
        Calls::default()
    }

    /// The calls in flight.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether none is in flight.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Notes a call to `peer` and returns its id: rising, from 1, below 2^53 for as long as any page lives.
    ///
    /// It is due at `deadline`; each of `attempts_left` retries then gives it `timeout` more. A deadline that is
    /// infinite or not a number never comes.
    pub fn begin(
        &mut self,
        peer: PeerRef,
        deadline: f64,
        attempts_left: u32,
        timeout: f64,
        handle: T,
    ) -> u64 {
        let id = self.next_id();
        self.slots.push(Slot {
            id,
            call: Some(Call {
                peer,
                attempts_left,
                timeout,
                handle,
            }),
        });
        self.live += 1;
        self.alarm(deadline, id);
        id
    }

    /// An id from the same sequence for a message that waits for nothing.
    pub fn next_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// The handle of a call in flight.
    pub fn get(&self, id: u64) -> Option<&T> {
        let slot = self.slots.get(self.place(id)?)?;
        slot.call.as_ref().map(|call| &call.handle)
    }

    /// The handle of a call in flight, to change.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let place = self.place(id)?;
        let slot = self.slots.get_mut(place)?;
        slot.call.as_mut().map(|call| &mut call.handle)
    }

    /// Ends a call by an answer. Only the peer that was asked may answer: from any other, and for a call that is over,
    /// the answer is nobody's.
    pub fn finish(&mut self, id: u64, from: PeerRef) -> Option<T> {
        let place = self.place(id)?;
        let slot = self.slots.get_mut(place)?;
        let call = slot.call.take_if(|call| call.peer == from)?;
        self.ended();
        Some(call.handle)
    }

    /// Ends a call from this side; whom to tell, and the handle.
    pub fn cancel(&mut self, id: u64) -> Option<(PeerRef, T)> {
        let place = self.place(id)?;
        let call = self.slots.get_mut(place)?.call.take()?;
        self.ended();
        Some((call.peer, call.handle))
    }

    /// Ends every call to a peer that is gone, the oldest first.
    pub fn lost(&mut self, peer: PeerRef) -> Vec<(u64, T)> {
        let mut over = Vec::new();
        for slot in &mut self.slots {
            if let Some(call) = slot.call.take_if(|call| call.peer == peer) {
                over.push((slot.id, call.handle));
            }
        }
        self.live -= over.len();
        self.tidy();
        over
    }

    /// Ends every call, the oldest first.
    pub fn all(&mut self) -> Vec<(u64, PeerRef, T)> {
        self.alarms.clear();
        self.live = 0;
        let slots = std::mem::take(&mut self.slots);
        slots
            .into_iter()
            .filter_map(|slot| slot.call.map(|call| (slot.id, call.peer, call.handle)))
            .gather()
    }

    /// When [`Calls::due`] next has something to say.
    pub fn next_deadline(&self) -> Option<f64> {
        self.alarms.peek().map(|alarm| alarm.at)
    }

    /// Everything whose deadline is not after `now`, in the order of the deadlines.
    ///
    /// A retry's next deadline counts from `now`: a window that was frozen for a minute does not burn all its
    /// attempts at once.
    pub fn due(&mut self, now: f64) -> Vec<Due<T>> {
        let mut due = Vec::new();
        while let Some(alarm) = self.alarms.peek()
            && alarm.at <= now
        {
            let id = alarm.id;
            self.alarms.pop();
            let Some(slot) = self.place(id).and_then(|place| self.slots.get_mut(place)) else {
                continue;
            };
            let Some(call) = &mut slot.call else { continue };
            if call.attempts_left > 0 {
                call.attempts_left -= 1;
                due.push(Due::Retry { id, peer: call.peer });
                // A timeout of zero must not make this loop endless: the next deadline lies after `now`.
                let next = now + call.timeout.max(1.0);
                self.alarm(next, id);
            } else if let Some(call) = slot.call.take() {
                self.live -= 1;
                due.push(Due::TimedOut {
                    id,
                    peer: call.peer,
                    handle: call.handle,
                });
            }
        }
        self.tidy();
        due
    }

    fn place(&self, id: u64) -> Option<usize> {
        self.slots.binary_search_by(|slot| slot.id.cmp(&id)).ok()
    }

    fn alarm(&mut self, at: f64, id: u64) {
        if at < f64::INFINITY {
            self.alarms.push(Alarm { at, id });
        }
    }

    fn ended(&mut self) {
        self.live -= 1;
        self.tidy();
    }

    /// Amortised: each pass removes at least as much as it keeps. The alarm on top always belongs to a live call.
    fn tidy(&mut self) {
        if self.slots.len() > 2 * self.live + 16 || self.live == 0 {
            self.slots.keep(|slot| slot.call.is_some());
        }
        if self.alarms.len() > 2 * self.live + 16 {
            let mut kept = std::mem::take(&mut self.alarms).into_vec();
            kept.keep(|alarm| self.get(alarm.id).is_some());
            self.alarms = kept.into();
        }
        while let Some(alarm) = self.alarms.peek()
            && self.get(alarm.id).is_none()
        {
            self.alarms.pop();
        }
    }
}

/// The earliest deadline is the greatest alarm; equal deadlines ring in the order of the calls.
struct Alarm {
    at: f64,
    id: u64,
}

impl Ord for Alarm {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for Alarm {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Alarm {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Alarm {}
