//! Discovery at the start: finds the peers that were there before this window. It ends when all of them are connected, or
//! there were none.
//!
//! On a channel the locks of its members name those to wait for; where locks cannot be listed, discovery takes 250 ms. A parent or
//! opener is given 1 s, because one without a Parley cannot say that it has none.

use crate::core::lists::List;

/// How long members are waited for whose locks say they are there: a frozen tab does not answer, ms.
const MEMBERS: f64 = 1000.0;
/// The same where locks cannot be listed, so that the members are unknown, ms.
pub const UNLISTED_MEMBERS: f64 = 250.0;
/// How long a parent or opener has to answer: it may have no Parley, and cannot say so, ms.
pub const RELATIVES: f64 = 1000.0;
/// How long one is waited for at most whose connection is under way, ms; and how often that is looked at.
const LATEST: f64 = 5000.0;
/// How often a connection that is under way is looked at, ms.
pub const UNDER_WAY: f64 = 100.0;

/// How long a connection that is under way is waited for, ms, by a Parley whose calls have this timeout.
#[must_use]
pub fn patience(timeout: f64) -> f64 {
    timeout.clamp(RELATIVES, LATEST)
}

enum Members {
    /// The lock manager has not listed the members yet.
    Asked,
    /// These have not joined yet.
    Awaited(Vec<String>),
    /// The members are unknown.
    Blind,
    Over,
}

/// The peers that this window still awaits. `W`: a window or worker.
pub struct Discovery<W> {
    members: Members,
    members_end: f64,
    relatives: Vec<W>,
    relatives_end: f64,
    /// A relative whose connection is under way is waited for until then.
    latest: f64,
}

/// What [`Discovery::check`] finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// A peer is awaited, until then, ms.
    Until(f64),
    /// Everybody has come, or is waited for no longer.
    Over,
}

impl<W: PartialEq> Discovery<W> {
    /// Begins at `now`: the relatives (parent, opener, or the page of a worker) were sent a hello, and on a channel the lock manager
    /// is being asked. `patience`: see [`patience`].
    pub fn begin(now: f64, relatives: Vec<W>, on_channel: bool, patience: f64) -> Discovery<W> {
        Discovery {
            members: if on_channel { Members::Asked } else { Members::Over },
            members_end: now + MEMBERS,
            relatives,
            relatives_end: now + RELATIVES,
            latest: now + patience,
        }
    }

    /// One that has not begun, and does not end: a prerendered document can ask no peer.
    pub fn postponed(relatives: Vec<W>) -> Discovery<W> {
        Discovery {
            members: Members::Asked,
            members_end: f64::INFINITY,
            relatives,
            relatives_end: f64::INFINITY,
            latest: f64::INFINITY,
        }
    }

    /// For the one that begins after this.
    pub fn into_relatives(self) -> Vec<W> {
        self.relatives
    }

    /// The lock manager has named the members that have not joined; None: it could not.
    pub fn listed(&mut self, now: f64, missing: Option<Vec<String>>) {
        match missing {
            Some(missing) => self.members = Members::Awaited(missing),
            None => {
                self.members = Members::Blind;
                self.members_end = now + UNLISTED_MEMBERS;
            }
        }
    }

    /// A member has joined, or is gone.
    pub fn settled(&mut self, uid: &str) {
        if let Members::Awaited(missing) = &mut self.members {
            missing.keep(|other| other != uid);
        }
    }

    /// A relative is connected.
    pub fn connected(&mut self, from: &W) {
        self.relatives.keep(|relative| relative != from);
    }

    /// A relative asks who is here: it has a Parley, and is about to connect.
    pub fn hello_requested(&mut self, now: f64, from: &W) {
        if self.relatives.contains(from) {
            let until = (now + RELATIVES).min(self.latest);
            self.relatives_end = self.relatives_end.max(until);
        }
    }

    /// Whether anybody is waited for. `is_under_way`: whether a relative is being connected.
    pub fn check(&mut self, now: f64, is_under_way: impl Fn(&W) -> bool) -> Progress {
        let nobody = matches!(&self.members, Members::Awaited(missing) if missing.is_empty());
        if nobody || self.members_end <= now {
            self.members = Members::Over;
        }
        if self.relatives_end <= now {
            self.relatives_end = now + UNDER_WAY;
            let latest = self.latest;
            self.relatives
                .keep(|relative| now < latest && is_under_way(relative));
        }
        let members = match self.members {
            Members::Over => f64::INFINITY,
            _ => self.members_end,
        };
        if self.relatives.is_empty() {
            return match self.members {
                Members::Over => Progress::Over,
                _ => Progress::Until(members),
            };
        }
        Progress::Until(members.min(self.relatives_end))
    }
}

/// How often members that hold a lock but have not joined are called again.
const CALLS: u32 = 8;
/// How many of these calls come quickly, while `ready` waits.
const QUICK_CALLS: u32 = 4;
/// The pause before each of them, ms.
pub const QUICK: f64 = 200.0;
/// The pause before the others, ms.
const SLOW: f64 = 1000.0;

/// Members that have not answered. What a page's channel delivers while it waits in window.open() was seen to get lost
/// (Chromium), so they are called again, a few times: frozen ones never answer.
pub struct Unanswered {
    uids: Vec<String>,
    next: f64,
    calls: u32,
}

impl Unanswered {
    /// These were called at `now`; None: unknown members.
    #[must_use]
    pub fn called(now: f64, missing: Option<Vec<String>>) -> Option<Unanswered> {
        let is_nobody = missing.as_ref().is_some_and(Vec::is_empty);
        (!is_nobody).then(|| Unanswered {
            uids: missing.unwrap_or_default(),
            next: now + QUICK,
            calls: 0,
        })
    }

    /// A member has joined, or is gone. Whether it was the last of those that are known.
    pub fn settled(&mut self, uid: &str) -> bool {
        let before = self.uids.len();
        self.uids.keep(|other| other != uid);
        self.uids.is_empty() && before > 0
    }

    /// Whether to call now; and when to look again, None: never, these calls were enough.
    pub fn due(&mut self, now: f64) -> (bool, Option<f64>) {
        if now < self.next {
            return (false, Some(self.next));
        }
        self.calls += 1;
        self.next = now + if self.calls < QUICK_CALLS { QUICK } else { SLOW };
        (true, (self.calls < CALLS).then_some(self.next))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NOBODY: fn(&u32) -> bool = |_| false;
    const EVERYBODY: fn(&u32) -> bool = |_| true;

    fn uids(uids: &[&str]) -> Option<Vec<String>> {
        Some(uids.iter().map(|&uid| uid.to_owned()).collect())
    }

    fn on_channel() -> Discovery<u32> {
        Discovery::begin(0.0, Vec::new(), true, 5000.0)
    }

    fn with_parent() -> Discovery<u32> {
        Discovery::begin(0.0, vec![7], false, 5000.0)
    }

    #[test]
    fn alone_it_is_over_at_once() {
        let mut alone = Discovery::<u32>::begin(0.0, Vec::new(), false, 5000.0);
        assert_eq!(alone.check(0.0, NOBODY), Progress::Over);
        let mut first = on_channel();
        assert_eq!(first.check(0.0, NOBODY), Progress::Until(1000.0));
        first.listed(3.0, uids(&[]));
        assert_eq!(first.check(3.0, NOBODY), Progress::Over);
    }

    #[test]
    fn every_member_that_holds_a_lock_is_waited_for_a_second_at_most() {
        let mut discovery = on_channel();
        discovery.listed(5.0, uids(&["a", "b"]));
        discovery.settled("a");
        assert_eq!(discovery.check(6.0, NOBODY), Progress::Until(1000.0));
        discovery.settled("b");
        assert_eq!(discovery.check(7.0, NOBODY), Progress::Over);
        let mut frozen = on_channel();
        frozen.listed(5.0, uids(&["a"]));
        assert_eq!(frozen.check(999.0, NOBODY), Progress::Until(1000.0));
        assert_eq!(frozen.check(1000.0, NOBODY), Progress::Over);
    }

    #[test]
    fn where_locks_cannot_be_listed_it_takes_a_quarter_of_a_second() {
        let mut discovery = on_channel();
        discovery.listed(10.0, None);
        discovery.settled("a");
        assert_eq!(discovery.check(20.0, NOBODY), Progress::Until(260.0));
        assert_eq!(discovery.check(260.0, NOBODY), Progress::Over);
    }

    #[test]
    fn a_parent_without_a_parley_costs_a_second() {
        let mut discovery = with_parent();
        assert_eq!(discovery.check(0.0, NOBODY), Progress::Until(1000.0));
        assert_eq!(discovery.check(1000.0, NOBODY), Progress::Over);
    }

    #[test]
    fn a_parent_that_is_being_connected_is_waited_for_as_long_as_calls_are() {
        let mut discovery = with_parent();
        assert_eq!(discovery.check(1000.0, EVERYBODY), Progress::Until(1100.0));
        assert_eq!(discovery.check(4999.0, EVERYBODY), Progress::Until(5099.0));
        assert_eq!(discovery.check(5099.0, EVERYBODY), Progress::Over);
        let mut connected = with_parent();
        connected.connected(&7);
        assert_eq!(connected.check(1.0, EVERYBODY), Progress::Over);
        assert_eq!(
            (patience(60_000.0), patience(10.0), patience(2000.0)),
            (5000.0, 1000.0, 2000.0)
        );
    }

    #[test]
    fn a_parent_that_requests_a_hello_has_another_second_to_offer() {
        let mut discovery = with_parent();
        discovery.hello_requested(900.0, &8);
        assert_eq!(discovery.check(901.0, NOBODY), Progress::Until(1000.0));
        discovery.hello_requested(900.0, &7);
        assert_eq!(discovery.check(1000.0, NOBODY), Progress::Until(1900.0));
        // A window that asks again and again is not awaited without end.
        discovery.hello_requested(4900.0, &7);
        assert_eq!(discovery.check(4901.0, NOBODY), Progress::Until(5000.0));
        assert_eq!(discovery.check(5000.0, NOBODY), Progress::Over);
    }

    #[test]
    fn a_postponed_one_does_not_end() {
        let mut discovery = Discovery::postponed(vec![7]);
        assert_eq!(discovery.check(1e9, NOBODY), Progress::Until(f64::INFINITY));
        assert_eq!(discovery.into_relatives(), [7]);
    }

    #[test]
    fn members_that_do_not_answer_are_called_again_and_not_for_ever() {
        assert!(Unanswered::called(0.0, uids(&[])).is_none());
        let mut unanswered = Unanswered::called(0.0, uids(&["a"])).unwrap();
        let mut now = 0.0;
        let mut calls = Vec::new();
        loop {
            let (call, next) = unanswered.due(now);
            if call {
                calls.push(now);
            }
            match next {
                Some(next) => now = next,
                None => break,
            }
        }
        assert_eq!(
            calls,
            [200.0, 400.0, 600.0, 800.0, 1800.0, 2800.0, 3800.0, 4800.0]
        );
    }

    #[test]
    fn who_has_joined_is_not_called_again() {
        let mut called = Unanswered::called(0.0, uids(&["a", "b"]));
        let mut settled = |uid| called.as_mut().map(|unanswered| unanswered.settled(uid));
        let last = ["a", "a", "b"].map(&mut settled);
        assert_eq!(last, [Some(false), Some(false), Some(true)]);
        // Among unknown members none is the last.
        let mut unnamed = Unanswered::called(0.0, None);
        assert_eq!(
            unnamed.as_mut().map(|unanswered| unanswered.settled("a")),
            Some(false)
        );
    }
}
