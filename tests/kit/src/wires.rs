//! Wires that are moved by hand: one queue for each direction, and a frame arrives when somebody says so.

use std::collections::{BTreeMap, VecDeque};

/// The wires of windows that are connected; a window is a number.
#[derive(Clone, Debug)]
pub struct Wires<F> {
    /// By from and to: each frame with its number.
    queues: BTreeMap<(usize, usize), VecDeque<(u64, F)>>,
    /// How many were sent.
    sent: u64,
}

impl<F> Default for Wires<F> {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            sent: 0,
        }
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
            self.sent += 1;
            queue.push_back((self.sent, frame));
        }
    }

    /// The next frame on that way, which arrives, or is lost, as the caller likes.
    pub fn next(&mut self, from: usize, to: usize) -> Option<F> {
        let queue = self.queues.get_mut(&(from, to))?;
        queue.pop_front().map(|(_, frame)| frame)
    }

    /// All that is on that way, in order: it is on it no more.
    pub fn take(&mut self, from: usize, to: usize) -> Vec<F> {
        let queue = self.queues.get_mut(&(from, to)).map(std::mem::take);
        let frames = queue.into_iter().flatten();
        frames.map(|(_, frame)| frame).collect()
    }

    /// The frame that was sent first of all that are on their way, with its from and to.
    pub fn next_sent(&mut self) -> Option<(usize, usize, F)> {
        let ways = self.queues.iter();
        let first = ways.filter_map(|(&way, queue)| Some((queue.front()?.0, way)));
        let (from, to) = first.min()?.1;
        Some((from, to, self.next(from, to)?))
    }

    /// The next frame comes twice: again behind all others.
    pub fn double(&mut self, from: usize, to: usize)
    where
        F: Clone,
    {
        let first = self.queues.get(&(from, to)).and_then(VecDeque::front);
        if let Some((_, first)) = first.cloned() {
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
        self.queues.get(&(from, to))?.back().map(|(_, frame)| frame)
    }

    /// What is on that way, in order.
    pub fn on(&self, from: usize, to: usize) -> impl Iterator<Item = &F> {
        let queue = self.queues.get(&(from, to)).into_iter();
        queue.flatten().map(|(_, frame)| frame)
    }

    /// All that is on its way.
    pub fn frames(&self) -> impl Iterator<Item = &F> {
        self.queues.values().flatten().map(|(_, frame)| frame)
    }
}

#[cfg(test)]
mod tests {
    use super::Wires;

    fn rest(wires: &mut Wires<u8>) -> Vec<u8> {
        wires.take(0, 1)
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
    fn frames_of_all_wires_come_in_the_order_they_were_sent() {
        let mut wires = Wires::default();
        wires.join(0, 1);
        wires.join(1, 2);
        for (from, to, frame) in [(2, 1, 1), (0, 1, 2), (2, 1, 3), (1, 0, 4)] {
            wires.post(from, to, frame);
        }
        let all: Vec<u8> = std::iter::from_fn(|| Some(wires.next_sent()?.2)).collect();
        assert_eq!(all, [1, 2, 3, 4]);
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
