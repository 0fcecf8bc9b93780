//! Rounds: each window changes what it shows, then all hear of all.

use std::collections::{BTreeMap, BTreeSet};

use super::value::Json;
use super::{Batch, Window, same};
use parley_sync_kit::Random;

/// Every window hears what the others have sent, in any order, and shows what it has so far now and then. What all show then.
pub fn all_hear(windows: &mut [Window], sent: &[Vec<Batch>], random: &mut Random) -> Json {
    for (at, window) in windows.iter_mut().enumerate() {
        let others = (0..sent.len()).filter(|from| *from != at);
        let mut mail: Vec<&Batch> = others.flat_map(|from| &sent[from]).collect();
        while !mail.is_empty() {
            window.receive(mail.swap_remove(random.below(mail.len())));
            if random.percent(30) {
                window.show();
            }
        }
    }
    all_show(windows).unwrap()
}

/// What all windows show, which is what one shows that hears of the cells only now.
pub fn all_show(windows: &mut [Window]) -> Option<Json> {
    let first = windows[0].show();
    for window in windows {
        let (shown, afresh) = (window.show(), window.afresh());
        assert!(same(shown.as_ref(), first.as_ref()), "{shown:?} is not {first:?}");
        assert!(
            same(shown.as_ref(), afresh.as_ref()),
            "{shown:?}, but afresh {afresh:?}"
        );
    }
    first
}

/// Two windows that start alike, each with its write; what both show then.
pub fn both(start: Json, one: Json, other: Json) -> Json {
    let mut windows = [Window::starting(0, &start), Window::starting(1, &start)];
    let first = windows[0].write(Some(&one));
    let second = windows[1].write(Some(&other));
    windows[0].receive(&second);
    windows[1].receive(&first);
    all_show(&mut windows).unwrap()
}

/// What all windows did in one round to records, or to entries whose values are objects.
#[derive(Default)]
pub struct Round {
    pub added: BTreeSet<String>,
    pub gone: BTreeSet<String>,
    /// Fields that only one window writes: by record.
    pub edits: BTreeMap<(String, String), Json>,
}

impl Round {
    /// Whether just those are there, each once, that should be after what was there at the start.
    pub fn check_names(&self, start: impl Iterator<Item = String>, shown: &[String]) {
        let there: BTreeSet<String> = shown.iter().cloned().collect();
        assert_eq!(there.len(), shown.len(), "one is there twice: {shown:?}");
        let mut expected: BTreeSet<String> = start.collect();
        expected.extend(self.added.iter().cloned());
        expected.retain(|name| !self.gone.contains(name));
        let (added, gone) = (&self.added, &self.gone);
        assert_eq!(there, expected, "added {added:?}, gone {gone:?}");
    }

    /// What became of that one.
    pub fn edited(&self, name: &str, was: Json) -> Json {
        let Json::Object(mut fields) = was else {
            panic!("no object: {was:?}");
        };
        let edits = self.edits.iter().filter(|(place, _)| place.0 == name);
        fields.extend(edits.map(|((_, field), value)| (field.clone(), value.clone())));
        Json::Object(fields)
    }
}

/// Plays the schedules of the first so many seeds.
pub fn for_each_seed(count: u64, play: impl Fn(u64) + std::panic::RefUnwindSafe) {
    for seed in 0..count {
        if std::panic::catch_unwind(|| play(seed)).is_err() {
            panic!("seed {seed}");
        }
    }
}
