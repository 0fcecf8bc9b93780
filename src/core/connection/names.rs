//! The ids of peers that were connected before: the return of one is a reconnection, unless `disconnect` let it go.

use crate::core::lists::List;

/// Ids remembered, to tell a return from a first arrival: a tab that stays for weeks connects with thousands.
const MAX_KNOWN: usize = 256;
/// Ids that `disconnect` let go of, remembered: to let go of one again is no error.
const MAX_DISCONNECTED: usize = 64;

/// Ids of former peers.
#[derive(Default)]
pub struct Names {
    known: Vec<String>,
    parted: Vec<String>,
}

impl Names {
    /// A peer of this id is connected; whether one was before.
    pub fn arrived(&mut self, id: &str) -> bool {
        let again = self.was_connected(id);
        if !again {
            remember(&mut self.known, id.to_owned(), MAX_KNOWN);
        }
        again
    }

    /// `disconnect` removed it: the next peer of that id is new, not reconnected.
    pub fn parted(&mut self, id: String) {
        self.known.keep(|known| *known != id);
        remember(&mut self.parted, id, MAX_DISCONNECTED);
    }

    /// Whether a peer of that id was connected, and was not let go of.
    #[must_use]
    pub fn was_connected(&self, id: &str) -> bool {
        self.known.iter().any(|known| known == id)
    }

    /// The same, or was let go of.
    #[must_use]
    pub fn was_known(&self, id: &str) -> bool {
        self.was_connected(id) || self.parted.iter().any(|parted| parted == id)
    }
}

fn remember(list: &mut Vec<String>, id: String, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_returns_was_here_before_unless_let_go_of() {
        let mut names = Names::default();
        assert!(!names.arrived("a") && names.arrived("a"));
        names.parted("a".to_owned());
        assert!(!names.was_connected("a") && names.was_known("a") && !names.was_known("b"));
        assert!(!names.arrived("a") && names.arrived("a"));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut names = Names::default();
        for number in 0..=MAX_KNOWN {
            names.arrived(&number.to_string());
        }
        assert!(!names.was_connected("0") && names.was_connected("1") && names.known.len() == MAX_KNOWN);
        for number in 0..=MAX_DISCONNECTED {
            names.parted(format!("p{number}"));
        }
        assert!(!names.was_known("p0") && names.was_known("p1"));
    }
}
