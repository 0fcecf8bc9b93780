//! What a neighbour could not read is sent again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::sync::{StateEffect, StateFrame, StateNode};

const NOW: f64 = 1_767_225_600_000.0;
const PEER: PeerRef = 1;

type Node = StateNode<&'static str>;
type Frames = Vec<StateFrame<&'static str>>;

fn node(actor: u64) -> Node {
    StateNode::new(Actor::from_random(actor), NOW + actor as f64, Vec::new())
}

fn frames(effects: Vec<StateEffect<&'static str>>) -> Frames {
    let sent = effects.into_iter().filter_map(|effect| match effect {
        StateEffect::Send { frame, .. } => Some(frame),
        _ => None,
    });
    sent.collect()
}

/// Hands frames over, back and forth, until nobody has anything to say.
fn exchange(to: &mut Node, from: &mut Node, mut sent: Frames) {
    let mut forth = true;
    while !sent.is_empty() {
        let receiver = if forth { &mut *to } else { &mut *from };
        let answers = sent
            .into_iter()
            .flat_map(|frame| frames(receiver.receive(PEER, &[], frame, NOW)));
        sent = answers.collect();
        forth = !forth;
    }
}

fn write(node: &mut Node, key: &str, value: &'static str) -> Frames {
    let mut effects = node.write(vec![(Key::from(key), Some(value))], NOW);
    effects.extend(node.flush(NOW));
    frames(effects)
}

#[test]
fn a_batch_that_could_not_be_read_comes_again_with_all_that_followed() {
    let (mut a, mut b) = (node(1), node(2));
    let asked = frames(a.peer_up(PEER, NOW));
    let asked_too = frames(b.peer_up(PEER, NOW));
    drop(a.settle_ready());
    drop(b.settle_ready());
    exchange(&mut b, &mut a, asked);
    exchange(&mut a, &mut b, asked_too);
    let sent = write(&mut a, "first", "read");
    exchange(&mut b, &mut a, sent);
    // Nothing of these is read.
    drop(write(&mut a, "second", "unread"));
    drop(write(&mut a, "third", "unread"));
    assert_eq!(b.get("third"), None);
    let again = frames(a.resend(PEER));
    assert!(
        matches!(again.as_slice(), [StateFrame::Delta(_)]),
        "everything in one"
    );
    exchange(&mut b, &mut a, again);
    assert_eq!(
        (b.get("second"), b.get("third")),
        (Some(&"unread"), Some(&"unread"))
    );
    assert_eq!(b.vector(), a.vector());
    // What comes next follows on that.
    let sent = write(&mut a, "fourth", "read");
    exchange(&mut b, &mut a, sent);
    assert_eq!(b.get("fourth"), Some(&"read"));
}

#[test]
fn who_never_said_what_it_has_is_sent_nothing_again() {
    let mut a = node(1);
    drop(a.peer_up(PEER, NOW));
    drop(a.settle_ready());
    assert!(a.resend(PEER).is_empty());
    assert!(a.resend(7).is_empty());
}
