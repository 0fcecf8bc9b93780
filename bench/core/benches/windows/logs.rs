//! Two windows with one action log, whose reducer adds up.

use parley_sync::core::id::Actor;
use parley_sync::core::log::{Fold, LogEffect, LogFrame, LogNode, Options};

use super::NOW;

/// A window that folds whole numbers into their sum.
pub type Log = LogNode<u64, u64>;

/// Two that are connected.
pub fn pair() -> [Log; 2] {
    let mut logs = [1, 2].map(|number| Log::new(Actor::from_random(number), NOW, 0, Options::DEFAULT));
    for (at, other) in [(0, 1), (1, 0)] {
        let effects = logs[at].peer_up(other, NOW);
        deliver(&mut logs, at, effects);
    }
    logs
}

/// Carries out what a log wants, and what comes of it on the other side, until both are quiet.
pub fn deliver(logs: &mut [Log; 2], at: usize, effects: Vec<LogEffect<u64, u64>>) {
    let mut todo = vec![(at, effects)];
    while let Some((at, effects)) = todo.pop() {
        for frame in carry_out(&mut logs[at], effects) {
            let to = 1 - at;
            todo.push((to, logs[to].receive(at as u32, &[], frame, NOW)));
        }
    }
}

/// Runs the reducer; returns the frames to send, and how many actions were folded.
pub fn carry_out(log: &mut Log, effects: Vec<LogEffect<u64, u64>>) -> Vec<LogFrame<u64, u64>> {
    let mut frames = Vec::new();
    for effect in effects {
        match effect {
            LogEffect::Fold(fold) => fold_all(log, fold),
            LogEffect::Send { frame, .. } => frames.push(frame),
            LogEffect::Ready => {}
            LogEffect::Refused { code, .. } => panic!("an honest frame was refused: {code}"),
        }
    }
    frames
}

fn fold_all(log: &mut Log, fold: Fold<u64, u64>) {
    let mut state = fold.start;
    for (position, step) in (fold.position + 1..).zip(fold.steps) {
        state += step.action;
        log.record(fold.epoch, position, state);
    }
}
