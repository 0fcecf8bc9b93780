//! What happens at a later time.

use std::collections::BTreeMap;
use std::rc::Rc;

/// Something that reaches a window.
#[derive(Clone)]
pub enum Arrival<F> {
    /// A frame of a neighbour.
    Frame {
        /// Whose.
        from: usize,
        /// Neighbours that surely get the same frame.
        also: Rc<[u32]>,
        /// What it carries.
        frame: Rc<F>,
    },
    /// It is connected to that window.
    Up(usize),
    /// It is not any more.
    Down(usize),
}

/// Something that will happen.
pub enum Event<F> {
    /// `life` is that of the wire it goes by.
    Arrive {
        at: usize,
        peer: usize,
        life: u32,
        arrival: Arrival<F>,
    },
    /// The window has looked round; `life` is that of the window.
    Settle { at: usize, life: u32 },
    /// The window's storage has answered.
    Load { at: usize, life: u32 },
}

/// Events by time; those of one time in the order they were put.
pub struct Queue<F> {
    events: BTreeMap<(u64, u64), Event<F>>,
    count: u64,
}

impl<F> Default for Queue<F> {
    fn default() -> Self {
        Self {
            events: BTreeMap::new(),
            count: 0,
        }
    }
}

impl<F> Queue<F> {
    /// Notes what happens when.
    pub fn put(&mut self, at: u64, event: Event<F>) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    /// The next event until then.
    pub fn next(&mut self, until: u64) -> Option<(u64, Event<F>)> {
        let entry = self.events.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((at, _), event) = entry.remove_entry();
        Some((at, event))
    }

    /// Takes out what goes from one window to another.
    pub fn take_between(&mut self, from: usize, to: usize) -> Vec<Event<F>> {
        let on_way =
            |event: &Event<F>| matches!(event, Event::Arrive { at, peer, .. } if *at == to && *peer == from);
        let keys: Vec<_> = self
            .events
            .iter()
            .filter(|(_, event)| on_way(event))
            .map(|(key, _)| *key)
            .collect();
        keys.iter().filter_map(|key| self.events.remove(key)).collect()
    }
}
