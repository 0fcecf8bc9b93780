//! Schema versions: windows of one version replicate with each other; the label of each frame identifies windows of another.
//!
//! What older windows hold is kept in a shadow: a model of their version, which takes part in their exchange and writes nothing.
//! `migrate` translates it, and what is new in the result is merged under the stamps it came from. Nothing goes the other way.

use super::id::PeerRef;
use crate::core::lists::List;

/// The version without an option that says otherwise.
pub const FIRST_VERSION: u32 = 1;

/// Which version this window holds, and which neighbours hold another.
#[derive(Debug)]
pub struct Schema {
    version: u32,
    apart: Vec<(PeerRef, u32)>,
}

impl Schema {
    /// Nobody is known yet.
    pub fn new(version: u32) -> Schema {
        Schema {
            version,
            apart: Vec::new(),
        }
    }

    /// This window's.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether a neighbour holds that version, which is another.
    pub fn has_met(&self, version: u32) -> bool {
        self.apart.iter().any(|&(_, theirs)| theirs == version)
    }

    /// A neighbour was heard to hold another version: whether that is news. One that is opened anew may hold a third.
    pub fn part(&mut self, peer: PeerRef, version: u32) -> bool {
        let news = !self.apart.contains(&(peer, version));
        if news {
            self.apart.push((peer, version));
        }
        news
    }

    /// A neighbour was heard to hold this version: whether it had another before.
    pub fn meet(&mut self, peer: PeerRef) -> bool {
        let known = self.apart.len();
        self.apart.keep(|&(other, _)| other != peer);
        self.apart.len() != known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_news_once_for_each_neighbour() {
        let mut schema = Schema::new(2);
        assert_eq!(schema.version(), 2);
        assert!(schema.part(1, 1));
        assert!(!schema.part(1, 1));
        assert!(schema.part(7, 1));
        assert!(schema.part(1, 3), "it was opened anew");
        assert!(schema.has_met(3) && !schema.has_met(2));
    }

    #[test]
    fn who_comes_round_is_met_once_and_may_part_again() {
        let mut schema = Schema::new(2);
        assert!(!schema.meet(1));
        schema.part(1, 1);
        schema.part(7, 1);
        assert!(schema.meet(1));
        assert!(!schema.meet(1));
        assert!(schema.part(1, 1));
        assert!(!schema.part(7, 1), "the other is as it was");
    }
}
