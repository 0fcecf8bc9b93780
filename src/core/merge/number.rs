//! Numbers: a base and what each writer added to it. The sum is exact and rounded once at the end, so it does not depend on
//! the order, and decimals look as they were written.

use super::path::Detail;
use super::tree::Tree;
use super::{Era, Node};
use crate::core::id::Actor;
use crate::core::lists::{Gather, List};

/// The counts of the writers for the number of this era.
pub(super) fn counts<V>(tree: &Tree<V>, era: Era) -> impl Iterator<Item = (Actor, f64)> {
    tree.details
        .iter()
        .filter_map(move |(detail, cell)| match (detail, &cell.node) {
            (Detail::Count(actor), Some(Node::Count(sum, of))) if *of == era => Some((*actor, *sum)),
            _ => None,
        })
}

/// The value of the number of this era.
pub(super) fn total<V>(tree: &Tree<V>, base: f64, era: Era) -> f64 {
    let mut numbers = vec![base];
    numbers.take_in(counts(tree, era).map(|count| count.1));
    sum(&numbers)
}

/// The count `actor` must have so that the number is `next`. `None` if no count gives exactly that.
pub(super) fn count_for<V>(tree: &Tree<V>, base: f64, era: Era, actor: Actor, next: f64) -> Option<f64> {
    let mut numbers = vec![base];
    let others = counts(tree, era).filter(|count| count.0 != actor);
    numbers.take_in(others.map(|count| count.1));
    let mut missing: Vec<f64> = numbers.iter().map(|number| -number).gather();
    missing.push(next);
    let own = sum(&missing);
    numbers.push(own);
    (sum(&numbers).to_bits() == next.to_bits()).then_some(own)
}

/// The count of `actor`; 0 if it has none.
pub(super) fn own_count<V>(tree: &Tree<V>, era: Era, actor: Actor) -> f64 {
    counts(tree, era)
        .find(|count| count.0 == actor)
        .map_or(0.0, |count| count.1)
}

/// The sum, rounded once (Shewchuk 1997): it keeps non-overlapping partial sums, the least first. Once a sum overflows, the
/// rest is added in order.
pub(super) fn sum(numbers: &[f64]) -> f64 {
    let mut partials: Vec<f64> = Vec::new();
    for number in numbers {
        let mut carry = *number;
        partials.retain_mut(|partial| {
            let (high, low) = two_sum(carry, *partial);
            carry = high;
            *partial = low;
            low != 0.0
        });
        if !carry.is_finite() {
            return numbers.iter().sum();
        }
        partials.push(carry);
    }
    round(&partials)
}

/// The sum and its rounding error.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// Adds from the greatest partial down until one is rounded away. The sign of the rest then decides a tie.
fn round(partials: &[f64]) -> f64 {
    let mut rest = partials.iter().rev().copied();
    let Some(mut high) = rest.next() else {
        return 0.0;
    };
    for partial in rest.by_ref() {
        let (sum, low) = two_sum(high, partial);
        high = sum;
        if low == 0.0 {
            continue;
        }
        let next = rest.next().unwrap_or(0.0);
        if (low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0) {
            let doubled = low * 2.0;
            let up = high + doubled;
            if up - high == doubled {
                high = up;
            }
        }
        break;
    }
    high
}

#[cfg(test)]
mod tests {
    use super::sum;

    fn of(numbers: &[f64]) -> f64 {
        sum(numbers)
    }

    #[test]
    fn it_rounds_once() {
        assert_eq!(of(&[0.1; 10]), 1.0);
        assert_eq!(of(&[1e100, 1.0, -1e100, 1e-3]), 1.001);
        assert_eq!(of(&[0.1, 0.2, -0.3]), 2.775_557_561_562_891_4e-17);
        assert_eq!(of(&[1.0, f64::EPSILON / 2.0, 1e-300]), 1.0 + f64::EPSILON);
        assert_eq!(of(&[1.0, f64::EPSILON / 2.0]), 1.0);
        assert_eq!(of(&[]), 0.0);
    }

    #[test]
    fn one_number_is_itself() {
        assert_eq!(of(&[-0.0]).to_bits(), (-0.0f64).to_bits());
        assert_eq!(of(&[f64::MAX]), f64::MAX);
        assert!(of(&[f64::NAN]).is_nan());
    }

    #[test]
    fn too_great_a_sum_is_infinite() {
        assert_eq!(of(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert!(of(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }
}
