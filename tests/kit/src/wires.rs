//! Wires that are moved by hand: one queue for each direction, and a frame arrives when somebody says so.

use std::collections::{BTreeMap, VecDeque};

/// The wires of windows that are connected; a window is a number.
#[derive(Clone, Debug)]
pub struct Wires<F> {
    /// By from and to.
    queues: BTreeMap<(usize, usize), VecDeque<F>>,
}

impl<F> Default for Wires<F> {
    fn default() -> Self {
        let queues = BTreeMap::new();
        Self { queues }
    }
}

impl<F> Wires<F> {
    /// Connects two windows. Whether they were not connected.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let is_new = !self.is_joined(a, b);
        if is_new {
            self.queues.insert((a, b), VecDeque::new());
            self.queues.insert((b, a), VecDeque::new());
        }
        is_new
    }

    /// Parts two windows: what is on its way between them is lost. Whether they were connected.
    pub fn cut(&mut self, a: usize, b: usize) -> bool {
        self.queues.remove(&(b, a));
        self.queues.remove(&(a, b)).is_some()
    }

    /// Whether the two are connected.
    #[must_use]
    pub fn is_joined(&self, a: usize, b: usize) -> bool {
        self.queues.contains_key(&(a, b))
    }

    /// Both directions of each wire, in order.
    #[must_use]
    pub fn ways(&self) -> Vec<(usize, usize)> {
        self.queues.keys().copied().collect()
    }

    /// Sends a frame. It is lost if the two are not connected.
    pub fn post(&mut self, from: usize, to: usize, frame: F) {
        if let Some(queue) = self.queues.get_mut(&(from, to)) {
            queue.push_back(frame);
        }
    }

    /// The next frame on that way, which arrives, or is lost, as the caller likes.
    pub fn next(&mut self, from: usize, to: usize) -> Option<F> {
        self.queues.get_mut(&(from, to))?.pop_front()
    }

    /// The next frame comes twice: again behind all others.
    pub fn double(&mut self, from: usize, to: usize)
    where
        F: Clone,
    {
        let first = self.queues.get(&(from, to)).and_then(VecDeque::front).cloned();
        if let Some(first) = first {
            self.post(from, to, first);
        }
    }

    /// All others overtake the next frame.
    pub fn overtake(&mut self, from: usize, to: usize) {
        if let Some(first) = self.next(from, to) {
            self.post(from, to, first);
        }
    }

    /// What was sent last on that way, if it is still on it.
    #[must_use]
    pub fn last(&self, from: usize, to: usize) -> Option<&F> {
        self.queues.get(&(from, to))?.back()
    }

    /// All that is on its way.
    pub fn frames(&self) -> impl Iterator<Item = &F> {
        self.queues.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::Wires;

    fn rest(wires: &mut Wires<u8>) -> Vec<u8> {
        std::iter::from_fn(|| wires.next(0, 1)).collect()
    }

    #[test]
    fn frames_keep_their_order_unless_they_are_doubled_or_overtaken() {
        let mut wires = Wires::default();
        assert!(wires.join(0, 1) && !wires.join(1, 0));
        (1..=3).for_each(|frame| wires.post(0, 1, frame));
        assert_eq!(wires.last(0, 1), Some(&3));
        wires.double(0, 1);
        wires.overtake(0, 1);
        assert_eq!(rest(&mut wires), [2, 3, 1, 1]);
    }

    #[test]
    fn what_is_on_its_way_is_lost_when_two_part() {
        let mut wires = Wires::default();
        wires.post(0, 1, 1);
        wires.join(0, 1);
        wires.post(0, 1, 2);
        assert!(wires.cut(1, 0) && !wires.is_joined(0, 1));
        wires.join(0, 1);
        assert_eq!(rest(&mut wires), []);
    }
}
