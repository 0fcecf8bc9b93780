//! The sequence beside yrs, the Rust port of Yjs: the same updates in the same order make the same text.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{Fate, Random, Style, Window, first_seed, human, schedules};
use yrs::updates::decoder::Decode;
use yrs::{ClientID, GetString, OffsetKind, Options, TextRef, Transact};

struct Yrs {
    doc: yrs::Doc,
    text: TextRef,
}

impl Yrs {
    fn open(seed: &str) -> Self {
        let mut options = Options::with_guid_and_client_id("t".into(), ClientID::new(1 << 40));
        options.offset_kind = OffsetKind::Utf16;
        let doc = yrs::Doc::with_options(options);
        let text = doc.get_or_insert_text("t");
        let made = Self { doc, text };
        if !seed.is_empty() {
            // One run of writer 0, put between nothing and nothing; nothing is deleted.
            let mut update = vec![1, 1, 0, 0, 4, 1, 1, b't', seed.len() as u8];
            update.extend_from_slice(seed.as_bytes());
            update.push(0);
            made.hear(&update);
        }
        made
    }

    fn hear(&self, update: &[u8]) {
        let update = yrs::Update::decode_v1(update).unwrap();
        self.doc.transact_mut().apply_update(update).unwrap();
    }

    fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }
}

/// Many windows insert at few places, so that most of what they write competes with something. A window hears all that another
/// knows, in the order in which that one came to know it: yrs gets what it can apply at once, as from a gate.
#[test]
fn the_same_updates_make_the_same_text() {
    for seed in first_seed()..first_seed() + schedules(2_000) {
        let mut random = Random::new(seed);
        let beginning = ["", "The quick fox.", "😀e\u{301}"][random.below(3)];
        let count = 2 + random.below(4);
        let mut fate = Fate::default();
        let mut windows: Vec<Window> = (0..count)
            .map(|_| Window::open(beginning, random.next() >> 11))
            .collect();
        let theirs: Vec<Yrs> = (0..count).map(|_| Yrs::open(beginning)).collect();
        let mut known: Vec<Vec<Vec<u8>>> = vec![Vec::new(); count];
        for _ in 0..10 + random.below(40) {
            let at = random.below(count);
            if random.percent(60) {
                let style = Style {
                    characters: human,
                    places: 3,
                };
                let written = windows[at].written.len();
                windows[at].edit(&mut random, style, &mut fate);
                for update in &windows[at].written[written..] {
                    theirs[at].hear(update);
                    known[at].push(update.clone());
                }
            } else {
                let from = random.below(count);
                for update in known[from].clone() {
                    if !known[at].contains(&update) {
                        windows[at].hear(&update);
                        theirs[at].hear(&update);
                        known[at].push(update);
                    }
                }
            }
            assert_eq!(windows[at].doc.text(), theirs[at].text(), "seed {seed}");
        }
    }
}
