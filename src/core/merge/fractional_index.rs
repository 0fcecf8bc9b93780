//! Fractional indices: texts whose order is the order of a list's elements. Between any two there is another one.
//!
//! An index is a path of steps (run, actor, position). A new index between two neighbours takes the next position in the
//! run that its writer began there, or else begins a run. Runs of different writers do not interleave.

use crate::core::id::Actor;

/// The digits, in ascending order as ASCII characters.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// Digits of an actor.
const ACTOR: u32 = 9;
/// Digits of the longest number.
const LONGEST: u32 = 9;
/// Greater numbers are malformed, so adding one never overflows.
const GREATEST: u64 = 1 << 53;
/// A number begins with a character that says how many digits follow. This one stands for none, and the number 0.
const ZERO: u8 = b'P';
/// Indices grow when elements are put between the last two again and again. A longer one is replaced by a new one.
const MAX_LENGTH: usize = 512;

/// One step of an index. Compares as its text does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    run: i64,
    actor: Actor,
    at: i64,
}

/// A parsed index.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FractionalIndex(Vec<Step>);

impl FractionalIndex {
    /// Parses what [`write`](Self::write) returned. `None` if the text is malformed or longer than [`MAX_LENGTH`].
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut bytes = text.bytes();
        let mut steps = Vec::new();
        while bytes.len() > 0 {
            let run = read_number(&mut bytes)?;
            let actor = Actor::from_f64(read_digits(&mut bytes, ACTOR)? as f64)?;
            let at = read_number(&mut bytes)?;
            steps.push(Step { run, actor, at });
        }
        (!steps.is_empty()).then_some(Self(steps))
    }

    /// The index as a text that compares as the index does.
    pub fn write(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 12);
        for step in &self.0 {
            write_number(&mut text, step.run);
            write_digits(&mut text, step.actor.bits(), ACTOR);
            write_number(&mut text, step.at);
        }
        text
    }

    /// An index for `actor` between `left` and `right`, where `left` is less; `None` stands for no neighbour.
    pub fn between(left: Option<&Self>, right: Option<&Self>, actor: Actor) -> Self {
        let begin = |run| Step { run, actor, at: 0 };
        let fits =
            |index: &Self| left.is_none_or(|left| left < index) && right.is_none_or(|right| index < right);
        let mut candidates = Vec::new();
        if let Some((last, parent)) = left.and_then(|left| left.0.split_last()) {
            if last.actor == actor {
                candidates.push(Self::of(
                    parent,
                    Step {
                        at: last.at + 1,
                        ..*last
                    },
                ));
            }
            candidates.push(Self::of(parent, begin(last.run + 1)));
        }
        if let Some((last, parent)) = right.and_then(|right| right.0.split_last()) {
            if last.actor == actor {
                candidates.push(Self::of(
                    parent,
                    Step {
                        at: last.at - 1,
                        ..*last
                    },
                ));
            }
            candidates.push(Self::of(parent, begin(last.run - 1)));
        }
        if let Some(found) = candidates.into_iter().find(fits) {
            return found;
        }
        // The right neighbour either lies beyond everything that begins with the left one, or begins with it.
        let above = left.map_or(&[][..], |left| &left.0);
        let below = right.and_then(|right| right.0.strip_prefix(above)?.first());
        Self::of(above, begin(below.map_or(0, |step| step.run - 1)))
    }

    fn of(parent: &[Step], last: Step) -> Self {
        let mut steps = parent.to_vec();
        steps.push(last);
        Self(steps)
    }
}

/// A negative number has a smaller first character for each digit, and the complemented digits of its distance to -1.
fn write_number(text: &mut String, number: i64) {
    let distance = if number < 0 { !number } else { number } as u64;
    let count = (64 - distance.leading_zeros()).div_ceil(6).min(LONGEST);
    if number < 0 {
        text.push(char::from(ZERO - 1 - count as u8));
        write_digits(text, !distance, count);
    } else {
        text.push(char::from(ZERO + count as u8));
        write_digits(text, distance, count);
    }
}

fn read_number(bytes: &mut std::str::Bytes<'_>) -> Option<i64> {
    let kind = bytes.next()?;
    let negative = kind < ZERO;
    let count = u32::from(if negative {
        (ZERO - 1).checked_sub(kind)?
    } else {
        kind - ZERO
    });
    if count > LONGEST {
        return None;
    }
    let digits = read_digits(bytes, count)?;
    let distance = if negative {
        !digits & ((1 << (6 * count)) - 1)
    } else {
        digits
    };
    // Only numbers without leading zeros are accepted, so each number has one text.
    let canonical = (64 - distance.leading_zeros()).div_ceil(6) == count && distance <= GREATEST;
    let number = i64::try_from(distance).ok()?;
    canonical.then_some(if negative { !number } else { number })
}

fn write_digits(text: &mut String, number: u64, count: u32) {
    for at in (0..count).rev() {
        let digit = (number >> (6 * at)) & 63;
        text.push(char::from(DIGITS.get(digit as usize).copied().unwrap_or(b'-')));
    }
}

fn read_digits(bytes: &mut std::str::Bytes<'_>, count: u32) -> Option<u64> {
    let mut number = 0;
    for _ in 0..count {
        let digit = DIGITS.binary_search(&bytes.next()?).ok()?;
        number = (number << 6) | digit as u64;
    }
    Some(number)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{FractionalIndex, read_number, write_number};
    use crate::core::id::Actor;

    #[test]
    fn numbers_compare_as_their_texts_do() {
        let mut numbers: Vec<i64> = (0..54).flat_map(|bit| [(1 << bit) - 1, 1 << bit]).collect();
        numbers.extend(numbers.clone().iter().map(|number| !number));
        numbers.sort_unstable();
        numbers.dedup();
        let texts: Vec<String> = numbers
            .iter()
            .map(|&number| {
                let mut text = String::new();
                write_number(&mut text, number);
                assert_eq!(read_number(&mut text.bytes()), Some(number));
                text
            })
            .collect();
        assert!(texts.is_sorted_by(|a, b| a < b), "{texts:?}");
    }

    #[test]
    fn there_is_room_between_any_two() {
        let actors: Vec<Actor> = [3, 1 << 40, 7].map(Actor::from_random).into();
        let mut indices: Vec<FractionalIndex> = Vec::new();
        let mut state = 1u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for _ in 0..3000 {
            let at = next(indices.len() + 1);
            let left = at.checked_sub(1).map(|before| &indices[before]);
            let index = FractionalIndex::between(left, indices.get(at), actors[next(3)]);
            indices.insert(at, index);
        }
        let texts: Vec<String> = indices.iter().map(FractionalIndex::write).collect();
        assert!(texts.is_sorted_by(|a, b| a < b));
        for (index, text) in indices.iter().zip(&texts) {
            assert!(FractionalIndex::parse(text).is_none_or(|parsed| parsed == *index));
        }
    }

    #[test]
    fn adding_at_an_end_stays_short() {
        let actors = [3, 5].map(Actor::from_random);
        let (mut first, mut last) = (None, None);
        for at in 0..20_000 {
            let actor = actors[at % 2];
            let (front, back) = (
                FractionalIndex::between(None, first.as_ref(), actor),
                FractionalIndex::between(last.as_ref(), None, actor),
            );
            assert!(front.write().len() < 20 && back.write().len() < 20);
            (first, last) = (Some(front), Some(back));
        }
    }

    #[test]
    fn what_nobody_writes_is_no_index() {
        for text in [
            "",
            "P",
            "P--------2",
            "P---------P",
            "PP",
            "Q-",
            "ä",
            "~",
            "P--------2Q-",
        ] {
            assert!(FractionalIndex::parse(text).is_none(), "{text}");
        }
        assert!(FractionalIndex::parse("P--------0P").is_some());
        assert!(FractionalIndex::parse(&"P--------0P".repeat(60)).is_none());
    }
}
