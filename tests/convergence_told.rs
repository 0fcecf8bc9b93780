//! What a neighbour says that it has counts once all that it had seen by then is here too.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::sync::{StateEffect, StateFrame, StateNode};

const NOW: f64 = 1_767_225_600_000.0;
const PEER: PeerRef = 1;

type Node = StateNode<u32>;
type Frames = Vec<StateFrame<u32>>;

fn frames(effects: Vec<StateEffect<u32>>) -> Frames {
    let sent = effects.into_iter().filter_map(|effect| match effect {
        StateEffect::Send { frame, .. } => Some(frame),
        _ => None,
    });
    sent.collect()
}

fn hand(to: &mut Node, sent: Frames) -> Frames {
    let answers = sent
        .into_iter()
        .flat_map(|frame| frames(to.receive(PEER, &[], frame, NOW)));
    answers.collect()
}

fn write(node: &mut Node, key: &str) -> Frames {
    let mut effects = node.write(vec![(Key::from(key), Some(1))], NOW);
    effects.extend(node.flush(NOW));
    frames(effects)
}

/// Two that have met, and know it.
fn pair() -> (Node, Node) {
    let node = |actor| StateNode::new(Actor::from_random(actor), NOW + actor as f64, Vec::new());
    let (mut a, mut b) = (node(1), node(2));
    let (mut to_b, mut to_a) = (frames(a.peer_up(PEER, NOW)), frames(b.peer_up(PEER, NOW)));
    drop((a.settle_ready(), b.settle_ready()));
    while !to_a.is_empty() || !to_b.is_empty() {
        (to_a, to_b) = (hand(&mut b, to_b), hand(&mut a, to_a));
    }
    (a, b)
}

#[test]
fn an_acknowledgement_that_overtakes_the_answer_does_not_count_before_it() {
    let (mut a, mut b) = pair();
    let sent = write(&mut a, "asked");
    assert!(hand(&mut b, sent).is_empty());
    // A veto, say. Its word that it has both comes first.
    let answer = write(&mut b, "answer");
    let word = StateFrame::Sync {
        vector: b.vector().clone(),
        born: (b.born(), b.actor()),
    };
    drop(hand(&mut a, vec![word]));
    assert!(
        !a.has_acknowledged(PEER, a.own_seq()),
        "its own write is not here"
    );
    drop(hand(&mut a, answer));
    assert!(a.has_acknowledged(PEER, a.own_seq()));
}

#[test]
fn an_acknowledgement_in_order_counts_at_once() {
    let (mut a, mut b) = pair();
    let sent = write(&mut a, "asked");
    let seq = a.own_seq();
    assert!(!a.has_acknowledged(PEER, seq));
    drop(hand(&mut b, sent));
    let told = hand(&mut b, frames(a.inquire()));
    drop(hand(&mut a, told));
    assert!(a.has_acknowledged(PEER, seq));
}
