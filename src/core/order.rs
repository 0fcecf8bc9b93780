//! Sorting, for where its weight matters more than its speed: the standard sorts are some kilobytes of WebAssembly for each
//! type that is sorted, this is written once and adds little for each.

use crate::core::lists::Gather;
use std::cmp::Ordering;

/// Sorts a list; what is equal stays in its order.
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let after = |a: u32, b: u32| match (list.get(a as usize), list.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b) == Ordering::Greater,
        _ => false,
    };
    let mut order = ordered(list.len() as u32, &after);
    arrange(&mut order, &mut |a, b| list.swap(a, b));
}

/// Sorts a list by what the elements say of themselves.
pub fn sort<T: Ord>(list: &mut [T]) {
    sort_by(list, T::cmp);
}

/// Sorts a list by a key of each.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// The places of `count` elements in their order: merges runs of doubling length. Not generic, on purpose.
fn ordered(count: u32, after: &dyn Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut from: Vec<u32> = (0..count).gather();
    let mut width = 1usize;
    while width < from.len() {
        let mut to = Vec::with_capacity(from.len());
        for pair in from.chunks(width * 2) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let Some(next) = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if after(**a, **b) => right.next(),
                (Some(_), _) => left.next(),
                (None, _) => right.next(),
            } {
                to.push(*next);
            }
        }
        from = to;
        width *= 2;
    }
    from
}

/// Puts the element that is at `order[i]` into the place `i`, for each: each of those numbers once. Not generic, on purpose.
fn arrange(order: &mut [u32], swap: &mut dyn FnMut(usize, usize)) {
    for first in 0..order.len() {
        let mut at = first;
        while let Some(place) = order.get_mut(at) {
            let from = std::mem::replace(place, at as u32) as usize;
            if from == first {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_does() {
        let mut state = 7u32;
        for length in 0..70 {
            let list: Vec<(u32, u32)> = (0..length)
                .map(|at| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((state >> 20) % 16, at)
                })
                .collect();
            let (mut ours, mut theirs) = (list.clone(), list);
            sort_by_key(&mut ours, |one| one.0);
            theirs.sort_by_key(|one| one.0);
            assert_eq!(ours, theirs);
            sort(&mut ours);
            theirs.sort();
            assert_eq!(ours, theirs);
        }
    }
}
