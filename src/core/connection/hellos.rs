//! What this Parley said to other windows, so that it knows which offers answer it.
//!
//! Each window gets a hello with a nonce of its own. An offer is accepted only if it names that nonce, once from each Parley.
//! When a connection ends, the nonce of its window is replaced: an old offer is worth nothing.

use super::handshake::{self, OnOffer, Phase};
use crate::core::limits::PARLEYS_PER_WINDOW;
use crate::core::lists::List;

/// Windows remembered: parent and opener, and those that asked last.
const MAX_WINDOWS: usize = 256;

struct SentHello<W> {
    to: W,
    nonce: String,
    /// The ids whose offers were accepted on it.
    taken: Vec<String>,
    /// An offer on it was ignored because its sender seemed to be connected. The sender still waits for an answer to it.
    is_ignored: bool,
    /// To a parent or opener: never forgotten for the sake of others.
    is_relative: bool,
}

/// All hellos. `W`: a window or worker.
pub struct Hellos<W> {
    list: Vec<SentHello<W>>,
}

/// What an offer is, given what was said to its sender's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Nothing was ever said to that window.
    Unasked,
    /// It answers what was said before: a hello with today's nonce is worth an answer.
    Stale,
    /// As many Parleys of that window are connected as may be.
    Full,
    /// It answers what was said.
    Asked(OnOffer),
}

impl<W> Default for Hellos<W> {
    fn default() -> Hellos<W> {
        Hellos { list: Vec::new() }
    }
}

impl<W: Clone + PartialEq> Hellos<W> {
    /// The nonce that the hello to `to` carries. `fresh` makes a random one.
    pub fn send_to(&mut self, to: &W, is_relative: bool, fresh: impl FnOnce() -> String) -> String {
        if let Some(hello) = self.to(to) {
            return hello.nonce.clone();
        }
        if self.list.len() >= MAX_WINDOWS
            && let Some(at) = self.list.iter().position(|hello| !hello.is_relative)
        {
            self.list.remove(at);
        }
        let nonce = fresh();
        self.list.push(SentHello {
            to: to.clone(),
            nonce: nonce.clone(),
            taken: Vec::new(),
            is_ignored: false,
            is_relative,
        });
        nonce
    }

    /// Whether that was said to the window: the message may be meant for another Parley of this one.
    pub fn has_said(&self, to: &W, nonce: &str) -> bool {
        let mut list = self.list.iter();
        list.any(|hello| hello.nonce == nonce && hello.to == *to)
    }

    /// An offer of the Parley `uid` in the window `from`. `phase`, `is_here` and `mine`: see [`handshake::on_offer`].
    pub fn on_offer(
        &mut self,
        from: &W,
        nonce: &str,
        uid: &str,
        phase: Option<&Phase>,
        is_here: bool,
        mine: &str,
    ) -> Offered {
        let Some(hello) = self.to(from) else {
            return Offered::Unasked;
        };
        if hello.nonce != nonce {
            return Offered::Stale;
        }
        if hello.taken.len() >= PARLEYS_PER_WINDOW {
            return Offered::Full;
        }
        let before = hello.taken.iter().any(|taken| taken == uid);
        let response = handshake::on_offer(phase, is_here, before, mine, uid);
        if response != OnOffer::Ignore {
            hello.taken.push(uid.to_owned());
        } else if before || is_here {
            hello.is_ignored = true;
        }
        Offered::Asked(response)
    }

    /// What the Parley `uid` in the window `from` offers next may be accepted again.
    pub fn reopen(&mut self, from: &W, uid: &str) {
        if let Some(hello) = self.to(from) {
            hello.taken.keep(|taken| taken != uid);
        }
    }

    /// An invitation from the window `from`: the nonce that proves who accepts it; None if it is not to be accepted.
    pub fn on_invitation(&mut self, from: &W, token: &str) -> Option<String> {
        let hello = self.to(from)?;
        let before = hello.taken.iter().any(|taken| taken == token);
        if before || hello.taken.len() >= PARLEYS_PER_WINDOW {
            return None;
        }
        hello.taken.push(token.to_owned());
        Some(hello.nonce.clone())
    }

    /// The connection with `uid` is over, which came from `window`. `connected`: the uids of those who are still there.
    /// Whether `window` is to receive the new nonce at once: an offer of it was ignored, which came before the goodbye of the
    /// connection that it follows. Window messages and ports are not ordered with each other.
    pub fn forget(
        &mut self,
        uid: &str,
        window: Option<&W>,
        connected: &[String],
        fresh: impl Fn() -> String,
    ) -> bool {
        let mut is_ignored = false;
        for hello in &mut self.list {
            if window == Some(&hello.to) {
                hello.nonce = fresh();
                hello.taken.keep(|taken| connected.contains(taken));
                is_ignored |= std::mem::take(&mut hello.is_ignored);
            }
            hello.taken.keep(|taken| taken != uid);
        }
        is_ignored
    }

    fn to(&mut self, to: &W) -> Option<&mut SentHello<W>> {
        self.list.iter_mut().find(|hello| hello.to == *to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: Offered = Offered::Asked(OnOffer::Accept);
    const IGNORED: Offered = Offered::Asked(OnOffer::Ignore);

    fn offer(hellos: &mut Hellos<u32>, from: u32, nonce: &str, uid: &str) -> Offered {
        hellos.on_offer(&from, nonce, uid, None, false, "me")
    }

    #[test]
    fn only_an_offer_that_names_what_was_said_to_its_window_counts() {
        let mut hellos = Hellos::default();
        assert_eq!(hellos.send_to(&1, false, || "n".into()), "n");
        assert_eq!(hellos.send_to(&1, false, || "other".into()), "n");
        hellos.send_to(&2, false, || "m".into());
        assert!(hellos.has_said(&1, "n") && !hellos.has_said(&1, "m"));
        assert_eq!(offer(&mut hellos, 3, "n", "a"), Offered::Unasked);
        assert_eq!(offer(&mut hellos, 1, "m", "a"), Offered::Stale);
        assert_eq!(offer(&mut hellos, 1, "n", "a"), ACCEPTED);
    }

    #[test]
    fn each_parley_of_a_window_is_accepted_once() {
        let mut hellos = Hellos::default();
        hellos.send_to(&1, false, || "n".into());
        assert_eq!(offer(&mut hellos, 1, "n", "a"), ACCEPTED);
        assert_eq!(offer(&mut hellos, 1, "n", "a"), IGNORED);
        assert_eq!(offer(&mut hellos, 1, "n", "b"), ACCEPTED);
        for other in 2..PARLEYS_PER_WINDOW {
            assert_eq!(offer(&mut hellos, 1, "n", &other.to_string()), ACCEPTED);
        }
        assert_eq!(offer(&mut hellos, 1, "n", "one more"), Offered::Full);
        assert_eq!(hellos.on_invitation(&1, "one more"), None);
    }

    #[test]
    fn an_offer_that_is_ignored_may_be_made_again() {
        let mut hellos = Hellos::default();
        hellos.send_to(&1, false, || "n".into());
        let joined = Phase::Joined { mark: 1.0 };
        let ignored = hellos.on_offer(&1, "n", "z", Some(&joined), true, "me");
        assert_eq!(ignored, IGNORED);
        assert_eq!(offer(&mut hellos, 1, "n", "z"), ACCEPTED);
    }

    #[test]
    fn what_was_said_before_a_connection_ended_is_worth_nothing() {
        let mut hellos = Hellos::default();
        hellos.send_to(&1, false, || "n".into());
        hellos.send_to(&2, false, || "m".into());
        for (window, nonce) in [(1, "n"), (2, "m")] {
            assert_eq!(offer(&mut hellos, window, nonce, "a"), ACCEPTED);
        }
        assert_eq!(offer(&mut hellos, 1, "n", "b"), ACCEPTED);
        hellos.forget("a", Some(&1), &["b".to_owned()], || "new".into());
        assert_eq!(offer(&mut hellos, 1, "n", "a"), Offered::Stale);
        assert_eq!(offer(&mut hellos, 1, "new", "b"), IGNORED);
        assert_eq!(offer(&mut hellos, 1, "new", "a"), ACCEPTED);
        // In the other window it may be accepted again too, on the nonce that holds there.
        assert_eq!(offer(&mut hellos, 2, "m", "a"), ACCEPTED);
    }

    #[test]
    fn an_offer_that_overtakes_the_goodbye_before_it_is_asked_for_again() {
        let mut hellos = Hellos::default();
        hellos.send_to(&1, false, || "n".into());
        assert_eq!(offer(&mut hellos, 1, "n", "a"), ACCEPTED);
        assert!(!hellos.forget("a", Some(&1), &[], || "m".into()));
        assert_eq!(offer(&mut hellos, 1, "m", "a"), ACCEPTED);
        // "a" has disconnected and connects again. Its goodbye is still on the way.
        assert_eq!(offer(&mut hellos, 1, "m", "a"), IGNORED);
        assert!(hellos.forget("a", Some(&1), &[], || "o".into()));
        assert!(!hellos.forget("a", Some(&1), &[], || "p".into()));
        // The same where this side made the offer of the connection before.
        let joined = Phase::Joined { mark: 1.0 };
        let ignored = hellos.on_offer(&1, "p", "z", Some(&joined), true, "me");
        assert_eq!(ignored, IGNORED);
        assert!(hellos.forget("z", Some(&1), &[], || "q".into()));
    }

    #[test]
    fn an_invitation_is_accepted_once_where_something_was_said() {
        let mut hellos = Hellos::default();
        assert_eq!(hellos.on_invitation(&1, "t"), None);
        hellos.send_to(&1, true, || "n".into());
        assert_eq!(hellos.on_invitation(&1, "t").as_deref(), Some("n"));
        assert_eq!(hellos.on_invitation(&1, "t"), None);
    }

    #[test]
    fn strangers_make_room_for_each_other_and_not_for_a_parent() {
        let mut hellos = Hellos::default();
        hellos.send_to(&0, true, || "parent".into());
        for window in 1..=MAX_WINDOWS as u32 {
            hellos.send_to(&window, false, || window.to_string());
        }
        assert_eq!(hellos.list.len(), MAX_WINDOWS);
        assert!(hellos.has_said(&0, "parent") && !hellos.has_said(&1, "1"));
        assert!(hellos.has_said(&2, "2"));
    }
}
