//! The windows of a browser, and what they show.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::document::{Document, Life};
use super::handles::Win;
use super::random::Random;
use super::traffic::{Event, Frame, Stream};

/// A window, whatever it shows.
pub struct Slot {
    pub win: Win,
    pub parent: Option<usize>,
    pub opener: Option<usize>,
    pub shows: Option<usize>,
    /// Documents in the back/forward cache.
    pub cached: Vec<usize>,
}

/// One end of a channel; the other is the number with the last bit changed.
#[derive(Default)]
pub struct Port {
    pub owner: Option<usize>,
    pub is_closed: bool,
    pub session: Option<u32>,
    pub(super) waiting: Vec<Frame>,
}

pub struct World {
    pub now: f64,
    pub random: Random,
    pub windows: Vec<Slot>,
    pub docs: Vec<Document>,
    pub ports: Vec<Port>,
    pub fault: Option<String>,
    pub connected: u64,
    pub queue: BTreeMap<(u64, u64), Event>,
    pub(super) last: BTreeMap<Stream, u64>,
    pub(super) posted: u64,
    pub(super) slow: u64,
    /// The page whose document decides right now.
    pub(super) deciding: Rc<Cell<usize>>,
    /// Whether what happens is printed.
    pub(super) is_traced: bool,
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut random = Random::new(seed);
        let slow = [2, 20, 400][random.below(3)];
        World {
            now: 1000.0,
            random,
            windows: Vec::new(),
            docs: Vec::new(),
            ports: Vec::new(),
            fault: None,
            connected: 0,
            queue: BTreeMap::new(),
            last: BTreeMap::new(),
            posted: 0,
            slow,
            deciding: Rc::default(),
            is_traced: std::env::var_os("PARLEY_TRACE").is_some(),
        }
    }

    pub fn add_window(&mut self, parent: Option<usize>, opener: Option<usize>) -> usize {
        let id = self.windows.len();
        let win = Win {
            id,
            page: parent.map_or(id, |parent| self.windows[parent].win.page),
            is_gone: Rc::new(Cell::new(false)),
            deciding: self.deciding.clone(),
        };
        self.windows.push(Slot {
            win,
            parent,
            opener,
            shows: None,
            cached: Vec::new(),
        });
        id
    }

    /// Prints what happens, if that is wanted.
    pub fn trace(&self, what: impl FnOnce() -> String) {
        if self.is_traced {
            eprintln!("{:10.3} {}", self.now, what());
        }
    }

    /// The page that a document is in, by its top window.
    pub fn page_of(&self, doc: usize) -> usize {
        self.windows[self.docs[doc].window].win.page
    }

    pub fn win(&self, id: usize) -> Win {
        self.windows[id].win.clone()
    }

    /// The document that a window shows, unless it has ended.
    pub fn shown(&self, window: usize) -> Option<usize> {
        let is_gone = self.windows[window].win.is_gone.get();
        self.windows[window]
            .shows
            .filter(|&doc| !is_gone && self.docs[doc].life != Life::Dead)
    }

    pub fn is_live(&self, doc: usize) -> bool {
        self.docs[doc].life == Life::Awake && self.shown(self.docs[doc].window) == Some(doc)
    }

    /// Itself, and the windows that it is in or was opened by.
    pub fn lineage(&self, window: usize, own: usize) -> Vec<Win> {
        let mut out = vec![window];
        let mut at = 0;
        while at < out.len() {
            let slot = &self.windows[out[at]];
            for next in [slot.parent, slot.opener].into_iter().flatten() {
                if next != own && !out.contains(&next) {
                    out.push(next);
                }
            }
            at += 1;
        }
        out.into_iter().map(|id| self.win(id)).collect()
    }

    pub fn channel(&mut self) -> (usize, usize) {
        self.ports.push(Port::default());
        self.ports.push(Port::default());
        (self.ports.len() - 2, self.ports.len() - 1)
    }

    /// Takes one end of a channel: what came before is heard now.
    pub fn take(&mut self, port: usize, doc: usize, session: Option<u32>) {
        let end = &mut self.ports[port];
        end.owner = Some(doc);
        end.session = session;
        for frame in std::mem::take(&mut end.waiting) {
            self.schedule(Some(Stream::Port(port)), Event::Frame { port, frame });
        }
    }
}
