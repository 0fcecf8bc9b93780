//! Sets of characters, as ranges.

use std::collections::BTreeMap;

use crate::update::Id;

/// Ranges of characters by their first one; they neither overlap nor touch.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Ranges(BTreeMap<Id, u32>);

impl Ranges {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each range: its first character, and the clock after its last.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, u32)> + '_ {
        self.0.iter().map(|(&first, &end)| (first, end))
    }

    /// Adds the characters from `first` up to, but without, the clock `end`.
    pub(crate) fn insert(&mut self, mut first: Id, mut end: u32) {
        if first.clock >= end {
            return;
        }
        if let Some((&before, &its_end)) = self.0.range(..=first).next_back()
            && before.client == first.client
            && its_end >= first.clock
        {
            first = before;
            end = end.max(its_end);
        }
        let last = Id { clock: end, ..first };
        while let Some((&next, &its_end)) = self.0.range(first..=last).next_back() {
            end = end.max(its_end);
            self.0.remove(&next);
        }
        self.0.insert(first, end);
    }

    /// Takes out the characters of `client` below `clock`, into `out`.
    pub(crate) fn take_below(&mut self, client: u64, clock: u32, out: &mut Self) {
        let from = Id { client, clock: 0 };
        while let Some((&first, &end)) = self.0.range(from..Id { client, clock }).next() {
            self.0.remove(&first);
            out.insert(first, end.min(clock));
            if end > clock {
                self.0.insert(Id { client, clock }, end);
            }
        }
    }

    /// How many of the characters from `at` on, before the clock `end`, are alike: all in the set, or none; and whether in it.
    pub(crate) fn alike(&self, at: Id, end: u32) -> (u32, bool) {
        if let Some((before, &its_end)) = self.0.range(..=at).next_back()
            && before.client == at.client
            && its_end > at.clock
        {
            return (its_end.min(end) - at.clock, true);
        }
        let next = self.0.range(at..Id { clock: end, ..at }).next();
        (next.map_or(end, |(next, _)| next.clock) - at.clock, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(client: u64, clock: u32) -> Id {
        Id { client, clock }
    }

    fn set(ranges: &[(u64, u32, u32)]) -> Ranges {
        let mut set = Ranges::default();
        for &(client, start, end) in ranges {
            set.insert(id(client, start), end);
        }
        set
    }

    fn list(set: &Ranges) -> Vec<(u64, u32, u32)> {
        set.iter()
            .map(|(first, end)| (first.client, first.clock, end))
            .collect()
    }

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        for (given, expected) in [
            (vec![(1, 0, 2), (1, 2, 4)], vec![(1, 0, 4)]),
            (vec![(1, 2, 4), (1, 0, 2)], vec![(1, 0, 4)]),
            (vec![(1, 0, 2), (2, 2, 4)], vec![(1, 0, 2), (2, 2, 4)]),
            (vec![(1, 0, 9), (1, 2, 4)], vec![(1, 0, 9)]),
            (vec![(1, 0, 1), (1, 2, 3), (1, 4, 5), (1, 1, 4)], vec![(1, 0, 5)]),
            (vec![(1, 0, 1), (1, 5, 6), (1, 3, 9)], vec![(1, 0, 1), (1, 3, 9)]),
            (vec![(1, 3, 3)], vec![]),
        ] {
            assert_eq!(list(&set(&given)), expected, "{given:?}");
        }
    }

    #[test]
    fn below_a_clock_is_taken_out() {
        let mut from = set(&[(1, 0, 4), (1, 6, 9), (2, 0, 9)]);
        let mut out = Ranges::default();
        from.take_below(1, 7, &mut out);
        assert_eq!(list(&out), [(1, 0, 4), (1, 6, 7)]);
        assert_eq!(list(&from), [(1, 7, 9), (2, 0, 9)]);
    }

    #[test]
    fn alike_stops_where_the_set_begins_or_ends() {
        let set = set(&[(1, 2, 4), (1, 6, 7)]);
        assert_eq!(set.alike(id(1, 0), 9), (2, false));
        assert_eq!(set.alike(id(1, 2), 9), (2, true));
        assert_eq!(set.alike(id(1, 3), 9), (1, true));
        assert_eq!(set.alike(id(1, 4), 9), (2, false));
        assert_eq!(set.alike(id(1, 7), 9), (2, false));
        assert_eq!(set.alike(id(2, 2), 9), (7, false));
    }
}
