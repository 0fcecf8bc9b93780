//! Membership of a broadcast messenger: who was heard on it, under which handle, and who has fallen silent.
//!
//! Nobody tells who is there: a member is known from the first message that names it until it says goodbye or is not
//! heard for long. Messages may be lost, repeated and reordered, so a goodbye may overtake what was said before it.

use super::id::PeerRef;
use crate::core::lists::{Gather, List};

/// How long a member may be silent before it is dropped, ms: a hidden page's timers run once a minute.
pub const SILENCE_MS: f64 = 75_000.0;
/// How many of this window's own beats it must also have missed: a page that slept has heard nobody.
const MISSED_BEATS: u32 = 3;
/// How many members that said goodbye are remembered.
const DEPARTED_KEPT: usize = 64;

/// One member.
struct Member {
    id: u64,
    peer: PeerRef,
    heard_at: f64,
    beats: u32,
}

/// The other members.
pub struct Members {
    list: Vec<Member>,
    departed: Vec<u64>,
    last: PeerRef,
    most: usize,
}

/// What a message says of its sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// A member that is known under this handle.
    Known(PeerRef),
    /// A member that has this handle from now on.
    New(PeerRef),
    /// A member that has said goodbye: the message was sent before.
    Departed,
    /// One too many.
    Full,
}

impl Members {
    /// Nobody yet, and never more than `most`.
    #[must_use]
    pub fn new(most: usize) -> Members {
        Members {
            list: Vec::new(),
            departed: Vec::new(),
            last: 0,
            most,
        }
    }

    /// A message of that member was heard at `now` (ms of any clock that only goes forward).
    pub fn hear(&mut self, id: u64, now: f64) -> Heard {
        if let Some(member) = self.list.iter_mut().find(|member| member.id == id) {
            member.heard_at = now;
            member.beats = 0;
            return Heard::Known(member.peer);
        }
        if self.departed.contains(&id) {
            return Heard::Departed;
        }
        if self.list.len() >= self.most {
            return Heard::Full;
        }
        Heard::New(self.add(id, now))
    }

    /// A handle for a member that has said goodbye, for as long as it takes to hear what it said before: see
    /// [`leave`](Self::leave).
    pub fn recall(&mut self, id: u64, now: f64) -> PeerRef {
        self.add(id, now)
    }

    fn add(&mut self, id: u64, now: f64) -> PeerRef {
        self.last = self.last.wrapping_add(1).max(1);
        self.list.push(Member {
            id,
            peer: self.last,
            heard_at: now,
            beats: 0,
        });
        self.last
    }

    /// A member said goodbye: the handle that it had.
    pub fn leave(&mut self, id: u64) -> Option<PeerRef> {
        if !self.departed.contains(&id) {
            if self.departed.len() >= DEPARTED_KEPT {
                self.departed.remove(0);
            }
            self.departed.push(id);
        }
        let at = self.list.iter().position(|member| member.id == id)?;
        Some(self.list.remove(at).peer)
    }

    /// This window's regular beat: drops and returns those who have been silent for too long.
    pub fn beat(&mut self, now: f64) -> Vec<PeerRef> {
        for member in &mut self.list {
            member.beats += 1;
        }
        let silent = |member: &Member| member.beats >= MISSED_BEATS && now - member.heard_at >= SILENCE_MS;
        let gone = self.list.iter().filter(|member| silent(member));
        let gone = gone.map(|member| member.peer).gather();
        self.list.keep(|member| !silent(member));
        gone
    }

    /// The ids of those of the handles that are known.
    pub fn ids<'a>(&'a self, peers: &'a [PeerRef]) -> impl Iterator<Item = u64> + 'a {
        let known = self.list.iter().filter(|member| peers.contains(&member.peer));
        known.map(|member| member.id)
    }

    /// The handle of a known member.
    #[must_use]
    pub fn peer(&self, id: u64) -> Option<PeerRef> {
        let member = self.list.iter().find(|member| member.id == id);
        member.map(|member| member.peer)
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_keeps_its_handle_until_it_says_goodbye() {
        let mut members = Members::new(8);
        assert!(members.is_empty());
        assert_eq!(members.hear(70, 0.0), Heard::New(1));
        assert_eq!(members.hear(71, 1.0), Heard::New(2));
        assert_eq!(members.hear(70, 2.0), Heard::Known(1));
        assert_eq!((members.peer(71), members.peer(72)), (Some(2), None));
        assert_eq!(members.ids(&[2, 1, 9]).collect::<Vec<_>>(), [70, 71]);
        assert_eq!((members.leave(70), members.leave(70)), (Some(1), None));
        assert_eq!(members.ids(&[1, 2]).collect::<Vec<_>>(), [71]);
    }

    #[test]
    fn what_a_goodbye_overtook_brings_nobody_back() {
        let mut members = Members::new(8);
        members.hear(70, 0.0);
        members.leave(70);
        assert_eq!(members.hear(70, 1.0), Heard::Departed);
        // A goodbye may even come first.
        assert_eq!(members.leave(71), None);
        assert_eq!(members.hear(71, 1.0), Heard::Departed);
        let peer = members.recall(71, 1.0);
        assert_eq!(members.leave(71), Some(peer));
        assert!(members.is_empty());
    }

    #[test]
    fn only_so_many_departed_are_remembered() {
        let mut members = Members::new(8);
        for id in 1..=DEPARTED_KEPT as u64 + 1 {
            members.leave(id);
        }
        assert_eq!(members.departed.len(), DEPARTED_KEPT);
        assert_eq!(members.hear(1, 0.0), Heard::New(1));
    }

    #[test]
    fn the_silent_are_dropped_after_beats_and_time() {
        let mut members = Members::new(8);
        members.hear(70, 0.0);
        members.hear(71, 0.0);
        for _ in 0..9 {
            assert_eq!(members.beat(SILENCE_MS - 1.0), []);
        }
        members.hear(71, SILENCE_MS);
        assert_eq!(members.beat(SILENCE_MS), [1]);
        assert_eq!(members.hear(70, SILENCE_MS), Heard::New(3));
    }

    #[test]
    fn a_window_that_slept_drops_nobody_at_its_first_beat() {
        let mut members = Members::new(8);
        members.hear(70, 0.0);
        assert_eq!(members.beat(9.0 * SILENCE_MS), []);
        assert_eq!(members.hear(70, 9.0 * SILENCE_MS), Heard::Known(1));
        for _ in 0..MISSED_BEATS {
            assert_eq!(members.beat(9.0 * SILENCE_MS), []);
        }
    }

    #[test]
    fn no_more_members_than_may_be() {
        let mut members = Members::new(1);
        members.hear(70, 0.0);
        assert_eq!(members.hear(71, 0.0), Heard::Full);
        assert_eq!(members.hear(70, 0.0), Heard::Known(1));
        members.leave(70);
        assert_eq!(members.hear(71, 0.0), Heard::New(2));
    }
}
