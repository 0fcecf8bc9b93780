//! The blocklist: windows that `disconnect` blocked, until `connect` asks for them.

use crate::core::lists::List;

/// Windows remembered.
const MAX_WINDOWS: usize = 256;

/// Windows or workers `W` from which no connection is accepted.
pub struct Blocklist<W> {
    blocked: Vec<W>,
}

impl<W> Default for Blocklist<W> {
    fn default() -> Blocklist<W> {
        Blocklist { blocked: Vec::new() }
    }
}

impl<W: PartialEq> Blocklist<W> {
    /// Whether a window is blocked.
    pub fn has(&self, window: &W) -> bool {
        self.blocked.contains(window)
    }

    /// Blocks a window. Closed ones are forgotten; of more than 256 the oldest is.
    pub fn add(&mut self, window: W, is_closed: impl Fn(&W) -> bool) {
        self.blocked
            .keep(|blocked| *blocked != window && !is_closed(blocked));
        if self.blocked.len() >= MAX_WINDOWS {
            self.blocked.remove(0);
        }
        self.blocked.push(window);
    }

    /// Unblocks a window.
    pub fn remove(&mut self, window: &W) {
        self.blocked.keep(|blocked| blocked != window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blocked_stays_out_until_it_is_asked_for() {
        let mut list = Blocklist::default();
        list.add(1, |_| false);
        list.add(1, |_| false);
        assert!(list.has(&1) && !list.has(&2));
        list.remove(&1);
        assert!(!list.has(&1));
    }

    #[test]
    fn only_so_many_are_remembered_and_none_that_is_closed() {
        let mut list = Blocklist::default();
        for window in 0..=MAX_WINDOWS {
            list.add(window, |_| false);
        }
        assert!(!list.has(&0) && list.has(&1));
        list.add(999, |&blocked| blocked != MAX_WINDOWS);
        assert_eq!(list.blocked, [MAX_WINDOWS, 999]);
    }
}
