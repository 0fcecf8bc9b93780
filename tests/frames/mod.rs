//! Frames of a state: what a node does with them, and what they carry.

use parley_sync::core::fingerprint::Content;
use parley_sync::core::id::{Key, PeerRef};
use parley_sync::core::sync::{StateEffect, StateFrame, StateNode};
use parley_sync_kit::event::Arrival;

/// Hands a node what has reached its window, at that time of its clock and of the one that nobody sets.
pub fn receive<V: Content>(
    node: &mut StateNode<V>,
    arrival: Arrival<StateFrame<V>>,
    now: f64,
    steady: f64,
) -> Vec<StateEffect<V>> {
    match arrival {
        Arrival::Up(peer) => node.peer_up(peer as PeerRef, steady),
        Arrival::Down(peer) => node.peer_down(peer as PeerRef, now),
        Arrival::Frame { from, also, frame } => {
            node.receive(from as PeerRef, &also, StateFrame::clone(&frame), now)
        }
    }
}

/// The entries of batches and deltas.
pub fn entries<V>(frame: &StateFrame<V>) -> Vec<(&Key, Option<&V>)> {
    match frame {
        StateFrame::Batch(batch) => {
            let entries = batch.entries.iter();
            entries.map(|entry| (&entry.0, entry.1.as_ref())).collect()
        }
        StateFrame::Delta(delta) => {
            let entries = delta.entries.iter();
            entries.map(|entry| (&entry.key, entry.value.as_ref())).collect()
        }
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => Vec::new(),
    }
}

/// How many registers batches and deltas carry.
pub fn carried<V>(frame: &StateFrame<V>) -> usize {
    entries(frame).len()
}
