//! Whether a write edits a text or replaces it.
//!
//! If one window replaces 'dark' by 'light' and another by 'night', merging by character would give neither word. So a
//! write that keeps too little of a text replaces it by a new text, and of two replacements the later wins. A write is an
//! edit if it keeps half of the shorter text: half of its characters as a common prefix and suffix, or half of its groups
//! of three characters. Emptying a text and filling an empty one are always edits.

use crate::core::lists::Gather;
use crate::core::value::Value;

/// Whether changing the text `now` into `next` is an edit.
pub(super) fn is_edit<V: Value>(now: &V, next: &V) -> bool {
    let texts = || now.as_text().zip(next.as_text());
    now.shares_half(next) || texts().is_some_and(|(now, next)| is_text_edit(&now, &next))
}

fn is_text_edit(now: &str, next: &str) -> bool {
    let (now, next): (Vec<char>, Vec<char>) = (now.chars().gather(), next.chars().gather());
    let shorter = now.len().min(next.len());
    let same = |(a, b): &(&char, &char)| a == b;
    let head = now.iter().zip(&next).take_while(same).count();
    let ends = now.iter().rev().zip(next.iter().rev()).take(shorter - head);
    let kept = head + ends.take_while(same).count();
    if kept * 2 >= shorter {
        return true;
    }
    let (now, next) = (groups(&now), groups(&next));
    common(&now, &next) * 2 >= now.len().min(next.len()).max(1)
}

fn groups(chars: &[char]) -> Vec<[char; 3]> {
    let mut groups: Vec<[char; 3]> = chars.array_windows().copied().gather();
    crate::core::order::sort(&mut groups);
    groups
}

/// The number of common elements of two sorted lists.
fn common(a: &[[char; 3]], b: &[[char; 3]]) -> usize {
    let mut b = b.iter().peekable();
    let mut count = 0;
    for group in a {
        while b.next_if(|other| *other < group).is_some() {}
        count += usize::from(b.next_if_eq(&group).is_some());
    }
    count
}

#[cfg(test)]
mod tests {
    use super::is_text_edit as is_edit;

    #[test]
    fn edits_and_replacements() {
        let edits = [
            ("", "anything"),
            ("anything", ""),
            ("a", "ab"),
            ("hello", "hallo"),
            ("The quick brown fox", "A quick brown dog"),
            ("a sentence", "a sentence, and more than twice as much again"),
            ("\u{1f600}", "\u{1f600}\u{1f601}"),
        ];
        for (now, next) in edits {
            assert!(is_edit(now, next) && is_edit(next, now), "{now} {next}");
        }
        let replacements = [
            ("dark", "light"),
            ("draft", "done"),
            ("a", "b"),
            ("en", "de"),
            ("hello world", "x"),
            ("\u{1f600}", "\u{1f601}"),
            ("Dear Sir or Madam", "Shopping: milk, eggs"),
        ];
        for (now, next) in replacements {
            assert!(!is_edit(now, next) && !is_edit(next, now), "{now} {next}");
        }
    }
}
