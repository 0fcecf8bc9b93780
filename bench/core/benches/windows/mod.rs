//! Windows whose wires are function calls, and times of what one of them does.

pub mod logs;

use std::collections::VecDeque;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::sync::{StateEffect, StateFrame, StateNode};

/// How many keys a state has.
pub const SIZES: [usize; 3] = [10, 1000, 10_000];

/// 2026-01-01. Time stands still: stamps count on from it.
pub const NOW: f64 = 1_767_225_600_000.0;

/// A window that shares whole numbers.
pub type Window = StateNode<u64>;

/// The name of the key at this place.
pub fn key(at: usize) -> Key {
    format!("key-{at}").into()
}

/// The names of so many keys, made once.
pub fn keys(count: usize) -> Vec<Key> {
    (0..count).map(key).collect()
}

/// A window with nothing, which no other stands for.
pub fn empty(number: u64) -> Window {
    Window::new(Actor::from_random(number + 1), NOW, Vec::new())
}

/// So many windows. The one at 0 has written `keys`, and each pair of `wires` is connected and agrees.
pub fn connected(count: usize, wires: &[(usize, usize)], keys: &[Key]) -> Vec<Window> {
    let mut windows: Vec<Window> = (0..count as u64).map(empty).collect();
    let mut queue = VecDeque::new();
    write(&mut windows[0], keys, 0);
    for &(a, b) in wires {
        for (at, other) in [(a, b), (b, a)] {
            let effects = windows[at].peer_up(other as PeerRef, NOW);
            queue.push_back((at, effects));
        }
        settle(&mut windows, &mut queue);
    }
    for window in &windows {
        assert_eq!(window.iter().count(), keys.len(), "a window lacks keys");
    }
    windows
}

/// Writes to all of these keys, in one turn.
pub fn write(window: &mut Window, keys: &[Key], value: u64) {
    let entries = keys.iter().map(|key| (Rc::clone(key), Some(value))).collect();
    window.write(entries, NOW);
}

/// The frame in which a window sends what it has written.
pub fn flushed(window: &mut Window) -> StateFrame<u64> {
    frame(window.flush(NOW)).expect("something was written, and somebody listens")
}

/// The first frame among these effects.
pub fn frame(effects: Vec<StateEffect<u64>>) -> Option<StateFrame<u64>> {
    effects.into_iter().find_map(|effect| match effect {
        StateEffect::Send { frame, .. } => Some(frame),
        _ => None,
    })
}

fn settle(windows: &mut [Window], queue: &mut VecDeque<(usize, Vec<StateEffect<u64>>)>) {
    while let Some((from, effects)) = queue.pop_front() {
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => {
                    for peer in to {
                        let at = peer as usize;
                        let answers = windows[at].receive(from as PeerRef, &[], frame.clone(), NOW);
                        queue.push_back((at, answers));
                    }
                }
                StateEffect::Refused { code, .. } => panic!("an honest frame was refused: {code}"),
                _ => {}
            }
        }
    }
}

/// The time of `run` alone, so many times: what it needs is made before, so much of it at once.
pub fn timed<T, R>(
    times: u64,
    at_once: u64,
    mut make: impl FnMut() -> T,
    mut run: impl FnMut(T) -> R,
) -> Duration {
    let mut total = Duration::ZERO;
    let mut left = times;
    while left > 0 {
        let count = left.min(at_once);
        let made: Vec<T> = (0..count).map(|_| make()).collect();
        let start = Instant::now();
        for one in made {
            black_box(run(one));
        }
        total += start.elapsed();
        left -= count;
    }
    total
}
