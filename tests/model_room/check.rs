//! What the windows hold, and whether they agree.

use std::collections::BTreeMap;

use parley_sync::core::id::{Actor, Key};
use parley_sync::core::model::WriteId;

use super::text::Text;
use super::{Room, Window};

impl Window {
    fn state(&self) -> BTreeMap<Key, Text> {
        let all = self.model.iter();
        all.map(|(key, value)| (key, value.clone())).collect()
    }

    fn check_listener(&self, at: usize) {
        let known = self.mirror.check(&self.state());
        known.unwrap_or_else(|error| panic!("window {at}: {error}"));
    }
}

impl Room {
    /// Whatever it is that they show, all show the same, and their listeners know it.
    pub fn all_equal(&self, seed: u64) {
        let first = &self.windows[0];
        let state = first.state();
        for (at, window) in self.windows.iter().enumerate() {
            assert_eq!(window.state(), state, "window {at}, seed {seed}");
            window.check_listener(at);
            for key in state.keys() {
                let told = |window: &Window| -> Vec<_> {
                    let list = window.model.candidates(key);
                    list.into_iter().map(|one| (one.stamp, one.value)).collect()
                };
                assert_eq!(told(window), told(first), "window {at}, seed {seed}");
            }
        }
    }

    pub fn refuses(&mut self, at: usize, value: &str) {
        self.windows[at].refuses = Some(value.to_owned());
    }

    pub fn asked(&self, at: usize) -> usize {
        self.windows[at].asked
    }

    pub fn rejected(&self, at: usize) -> usize {
        self.windows[at].rejected
    }

    pub fn lost(&self, at: usize) -> Vec<WriteId> {
        self.windows[at].lost.clone()
    }

    pub fn candidates(&self, at: usize, key: &str) -> Vec<Option<Text>> {
        let key = Key::from(key);
        let list = self.windows[at].model.candidates(&key);
        list.into_iter().map(|one| one.value).collect()
    }

    pub fn contested(&self, at: usize) -> Vec<String> {
        let keys = self.windows[at].model.contested();
        keys.iter().map(ToString::to_string).collect()
    }

    /// All windows show this, and their listeners know it.
    pub fn agree(&self, expected: &[(&str, &str)]) {
        let expected = expected.iter();
        let expected: BTreeMap<Key, Text> = expected
            .map(|(key, value)| (Key::from(*key), Text((*value).to_owned())))
            .collect();
        for (at, window) in self.windows.iter().enumerate() {
            assert_eq!(window.state(), expected, "window {at}");
            window.check_listener(at);
        }
    }

    pub fn actors(&self) -> Vec<Actor> {
        let nodes = self.windows.iter().map(|window| window.model.node());
        nodes.map(|node| node.actor()).collect()
    }

    pub fn now(&self) -> f64 {
        self.now
    }
}
