//! What happens at a later time.

use std::collections::BTreeMap;
use std::rc::Rc;

use parley_sync::core::id::PeerRef;
use parley_sync::core::sync::StateFrame;

use super::window::Value;

/// Something that reaches a window.
#[derive(Clone)]
pub enum Arrival {
    Frame {
        from: usize,
        also: Rc<[PeerRef]>,
        frame: Rc<StateFrame<Value>>,
    },
    Up(usize),
    Down(usize),
}

/// Something that will happen.
pub enum Event {
    /// `life` is that of the wire it goes by.
    Arrive {
        at: usize,
        peer: usize,
        life: u32,
        arrival: Arrival,
    },
    /// The window has looked round; `life` is that of the window.
    Settle { at: usize, life: u32 },
    /// The window's storage has answered.
    Load { at: usize, life: u32 },
}

/// Events by time; those of one time in the order they were put.
#[derive(Default)]
pub struct Queue {
    events: BTreeMap<(u64, u64), Event>,
    count: u64,
}

impl Queue {
    pub fn put(&mut self, at: u64, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    /// The next event until then.
    pub fn next(&mut self, until: u64) -> Option<(u64, Event)> {
        let entry = self.events.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((at, _), event) = entry.remove_entry();
        Some((at, event))
    }

    /// Takes out what goes from one window to another.
    pub fn take_between(&mut self, from: usize, to: usize) -> Vec<Event> {
        let on_way =
            |event: &Event| matches!(event, Event::Arrive { at, peer, .. } if *at == to && *peer == from);
        let keys: Vec<_> = self
            .events
            .iter()
            .filter(|(_, event)| on_way(event))
            .map(|(key, _)| *key)
            .collect();
        keys.iter().filter_map(|key| self.events.remove(key)).collect()
    }
}
