//! What happens in a schedule: each step is made of the numbers that follow a seed of its own.

use parley_sync::core::connection::targets::Target;
use parley_sync::core::origin::OPAQUE;

use super::asking::Asked;
use super::document::{Life, Loading};
use super::handles::Test;
use super::world::World;
use super::{A, B, C};

/// Origins of liars: nobody lets the first in, some the second. One of an honest document's origin could do anything anyway.
const EVIL: &str = "https://evil.example";
const LIAR: &str = "https://liar.example";
const MOST_WINDOWS: usize = 8;

impl World {
    fn some(&mut self, windows: &[usize]) -> Option<usize> {
        (!windows.is_empty()).then(|| windows[self.random.below(windows.len())])
    }

    fn present(&self) -> Vec<usize> {
        let all = self.windows.iter().filter(|slot| !slot.win.is_gone.get());
        all.map(|slot| slot.win.id).collect()
    }

    /// A window shows some document.
    pub fn load_some(&mut self, window: usize) {
        let is_hostile = self.random.percent(15);
        let origin = match self.random.below(20) {
            0..=5 if is_hostile => EVIL,
            _ if is_hostile => LIAR,
            10..=13 => B,
            14..=16 => C,
            17 if self.windows[window].parent.is_some() => OPAQUE,
            _ => A,
        };
        let mut allowed = Vec::new();
        for other in [A, B, C, LIAR] {
            if self.random.percent(70) {
                allowed.push(other.to_owned());
            }
        }
        let is_tab = !is_hostile && origin != OPAQUE && self.random.percent(40);
        self.load(Loading {
            window,
            origin: origin.to_owned(),
            allowed,
            channel: is_tab.then_some(0),
            is_hostile,
            is_prerendered: false,
        });
    }

    /// Something happens.
    pub fn step(&mut self) {
        let windows = self.present();
        let Some(window) = self.some(&windows) else { return };
        let shown = self.shown(window);
        match self.random.below(100) {
            0..=17 if windows.len() < MOST_WINDOWS => self.open(window),
            0..=44 => self.connect_some(shown, &windows),
            45..=56 => self.navigate(window),
            57..=60 => {
                if window != 0 {
                    self.unload(window, true);
                    self.windows[window].win.is_gone.set(true);
                }
            }
            61..=64 => {
                // It crashes: the window is still there, and shows nothing.
                if let Some(doc) = shown {
                    self.unload(window, false);
                    self.docs[doc].life = Life::Dead;
                }
            }
            65..=69 => {
                if let Some(doc) = shown {
                    self.freeze(doc);
                }
            }
            70..=74 => (0..self.docs.len()).for_each(|doc| self.resume(doc)),
            75..=79 => {
                if self.cache(window) {
                    self.load_some(window);
                }
            }
            80..=85 => self.restore(window),
            86..=88 => self.disconnect_some(shown),
            _ => {
                let hostile = windows.iter().filter_map(|&window| self.shown(window));
                let hostile: Vec<usize> = hostile.filter(|&doc| self.docs[doc].is_hostile).collect();
                if let Some(doc) = self.some(&hostile) {
                    self.attack(doc);
                }
            }
        }
    }

    fn open(&mut self, window: usize) {
        let is_live = self.shown(window).is_some_and(|doc| self.is_live(doc));
        let new = match self.random.below(10) {
            0..=4 if is_live => self.add_window(Some(window), None),
            5..=7 if is_live => self.add_window(None, Some(window)),
            _ => self.add_window(None, None),
        };
        if self.random.percent(90) {
            self.load_some(new);
        }
    }

    fn navigate(&mut self, window: usize) {
        if self.random.percent(20) && self.cache(window) {
            return self.load_some(window);
        }
        let says_goodbye = self.random.percent(80);
        self.unload(window, says_goodbye);
        self.load_some(window);
    }

    fn connect_some(&mut self, shown: Option<usize>, windows: &[usize]) {
        let Some(doc) = shown.filter(|&doc| self.is_live(doc) && !self.docs[doc].is_hostile) else {
            return;
        };
        let own = self.docs[doc].window;
        let mut near: Vec<usize> = windows.iter().copied().filter(|&other| other != own).collect();
        if self.random.percent(70) {
            near.retain(|&other| {
                let (slot, mine) = (&self.windows[other], &self.windows[own]);
                let is_below = slot.parent == Some(own) || slot.opener == Some(own);
                is_below || mine.parent == Some(other) || mine.opener == Some(other)
            });
        }
        if let Some(other) = self.some(&near) {
            let asked = Asked {
                opaque: self.random.percent(30),
                any_origin: self.random.percent(10),
                is_restricted: self.random.percent(25),
                timeout: self.random.pick(&[100.0, 5000.0, 60_000.0]),
            };
            self.connect(doc, other, asked);
        }
    }

    fn disconnect_some(&mut self, shown: Option<usize>) {
        let Some(doc) = shown.filter(|&doc| self.is_live(doc) && !self.docs[doc].is_hostile) else {
            return;
        };
        let targets = self.docs[doc].connections.targets.iter();
        let peers = &self.docs[doc].connections.peers;
        let is_on_mesh = |target: &&Target<Test>| {
            let holder = target.peer.or(peers.by_alias(target.alias()));
            holder.is_some_and(|at| peers.is_on_mesh(at))
        };
        let own = targets.filter(|target| !is_on_mesh(target));
        let own: Vec<_> = own
            .map(|target| (target.alias().to_owned(), target.window()))
            .collect();
        if !own.is_empty() {
            let (name, window) = own[self.random.below(own.len())].clone();
            self.disconnect(doc, &name, window.map(|window| window.id));
        }
    }
}
