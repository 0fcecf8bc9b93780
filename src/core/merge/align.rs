//! Alignment of two lists: a longest common subsequence by Myers' diff.

use crate::core::lists::{Gather, List};

/// The greatest edit distance that is searched, in elements added and removed. Of lists that differ more, only the common
/// prefix and suffix are aligned.
const MAX_DISTANCE: usize = 400;

/// Aligns two lists. Returns pairs of indices of equal elements, increasing on both sides: a longest common subsequence,
/// unless the lists differ by more than [`MAX_DISTANCE`].
pub(super) fn align<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let same = |(a, b): &(&T, &T)| a == b;
    let head = a.iter().zip(b).take_while(same).count();
    let most = a.len().min(b.len()) - head;
    let tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(most)
        .take_while(same)
        .count();
    let (inner_a, inner_b) = (a.get(head..a.len() - tail), b.get(head..b.len() - tail));
    let inner = within(inner_a.unwrap_or_default(), inner_b.unwrap_or_default());
    let ends = (0..tail).map(|at| (a.len() - tail + at, b.len() - tail + at));
    let inner = inner.into_iter().map(|(a, b)| (a + head, b + head));
    (0..head).map(|at| (at, at)).chain(inner).chain(ends).gather()
}

/// For one edit distance `d`: how far each diagonal from -d to d gets, every other one.
struct Reach(Vec<Option<usize>>);

impl Reach {
    fn new() -> Self {
        Self(vec![None; 2 * MAX_DISTANCE + 3])
    }

    fn at(&self, diagonal: isize) -> Option<usize> {
        let at = usize::try_from(diagonal + MAX_DISTANCE as isize + 1).ok()?;
        *self.0.get(at)?
    }

    fn set(&mut self, diagonal: isize, reach: usize) {
        let at = usize::try_from(diagonal + MAX_DISTANCE as isize + 1).ok();
        if let Some(slot) = at.and_then(|at| self.0.get_mut(at)) {
            *slot = Some(reach);
        }
    }

    /// Where a diagonal begins at the next edit distance: the diagonal it comes from, and the index in the first list.
    fn step(&self, diagonal: isize) -> (isize, usize) {
        let (added, gone) = (
            self.at(diagonal + 1),
            self.at(diagonal - 1).map(|reach| reach + 1),
        );
        match (added, gone) {
            (Some(added), Some(gone)) if gone > added => (diagonal - 1, gone),
            (Some(added), _) => (diagonal + 1, added),
            (None, Some(gone)) => (diagonal - 1, gone),
            (None, None) => (diagonal, 0),
        }
    }
}

/// Myers' algorithm (1986), up to [`MAX_DISTANCE`].
fn within<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let goal = a.len() as isize - b.len() as isize;
    let mut reach = Reach::new();
    let mut history: Vec<Vec<Option<usize>>> = Vec::new();
    for changes in 0..=MAX_DISTANCE.min(a.len() + b.len()) {
        let before = Reach(reach.0.clone());
        for diagonal in (-(changes as isize)..=changes as isize).step_by(2) {
            let (_, begin) = before.step(diagonal);
            let Ok(other) = usize::try_from(begin as isize - diagonal) else {
                continue;
            };
            let (Some(rest_a), Some(rest_b)) = (a.get(begin..), b.get(other..)) else {
                continue;
            };
            let run = rest_a.iter().zip(rest_b).take_while(|(a, b)| a == b).count();
            reach.set(diagonal, begin + run);
            if diagonal == goal && begin + run == a.len() {
                history.push(before.0);
                return back(&history, goal, a.len());
            }
        }
        history.push(before.0);
    }
    Vec::new()
}

/// Walks back from the end to the beginning, and returns the pairs in ascending order.
fn back(history: &[Vec<Option<usize>>], goal: isize, length: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut diagonal, mut at) = (goal, length);
    for before in history.iter().rev() {
        let before = Reach(before.clone());
        let (from, begin) = before.step(diagonal);
        for place in (begin..at).rev() {
            pairs.take_in(usize::try_from(place as isize - diagonal).map(|other| (place, other)));
        }
        at = before.at(from).unwrap_or(0);
        diagonal = from;
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::align;

    /// The plain table.
    fn longest(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut corner = 0;
            for (at, y) in b.iter().enumerate() {
                let (left, up) = (row.get(at).copied(), row.get(at + 1).copied());
                let best = if x == y {
                    corner + 1
                } else {
                    left.max(up).unwrap_or(0)
                };
                corner = up.unwrap_or(0);
                if let Some(slot) = row.get_mut(at + 1) {
                    *slot = best;
                }
            }
        }
        row.last().copied().unwrap_or(0)
    }

    #[test]
    fn as_many_pairs_as_there_can_be() {
        let mut state = 1u64;
        let mut list = || {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) as usize
            };
            (0..next() % 12).map(|_| (next() % 3) as u8).collect::<Vec<u8>>()
        };
        for _ in 0..20_000 {
            let (a, b) = (list(), list());
            let pairs = align(&a, &b);
            assert!(pairs.iter().all(|&(x, y)| a.get(x) == b.get(y) && x < a.len()));
            assert!(pairs.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
            assert_eq!(pairs.len(), longest(&a, &b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn lists_with_little_in_common_are_compared_at_their_ends() {
        let far = |from: u32| -> Vec<u32> { [7].into_iter().chain(from..from + 5000).chain([8]).collect() };
        assert_eq!(align(&far(100), &far(90_000)), [(0, 0), (5001, 5001)]);
    }
}
