//! Updates of texts, any bytes at all: refused or applied, and what is edited afterwards is what is read.

use parley_sync_text::{Doc, merge};

use crate::choices::Choices;

const SEED: &str = "a seed \u{1f600} of text";

/// An honest update with some bytes of the case in it.
fn mixed(choices: &mut Choices, honest: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = choices.pick(honest);
    for _ in 0..=choices.below(4) {
        let at = choices.below(bytes.len() + 1);
        match choices.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, choices.byte()),
            2 => {
                let other = choices.pick(honest);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[at.min(other.len())..]);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = choices.byte();
                }
            }
        }
    }
    bytes
}

pub fn run(choices: &mut Choices) {
    let mut writer = Doc::open(SEED, 1);
    let honest: Vec<Vec<u8>> = [
        "a seed of text",
        "a seed of some text",
        "so",
        "so \u{1f600}\u{1f600} it goes",
    ]
    .iter()
    .filter_map(|next| writer.edit(next))
    .collect();
    let mut reader = Doc::open(SEED, 2);
    let mut all: Vec<Vec<u8>> = Vec::new();
    let mut steps = 0;
    while !choices.is_over() && steps < 12 {
        steps += 1;
        let update = match choices.below(4) {
            0 => (0..choices.below(40)).map(|_| choices.byte()).collect(),
            1 => choices.pick(&honest),
            _ => mixed(choices, &honest),
        };
        let before = reader.text();
        let taken = reader.apply(&update, choices.once(2).then_some(1));
        assert!(taken || reader.text() == before, "refused, and yet applied");
        choices.note(0, usize::from(taken));
        choices.note(1, reader.text().len());
        if taken {
            all.push(update);
        }
    }
    // Again changes nothing.
    let text = reader.text();
    for update in &all {
        reader.apply(update, None);
    }
    assert_eq!(reader.text(), text, "once is as good as twice");
    let parts: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    choices.note(2, merge(&parts).len());
    let next = format!("{text} and on");
    assert!(reader.edit(&next).is_some(), "nothing was edited");
    assert_eq!(reader.text(), next, "what is edited is what is read");
}
