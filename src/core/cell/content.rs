//! What a cell's content is for its fingerprint: all that goes to the other windows, but for the name of who wrote, which is no
//! more than what a peer is called.

use super::{Cell, Slot, Veto};
use crate::core::fingerprint::{Content, Fingerprint};
use crate::core::merge::Node;
use crate::core::value::Value;

impl<V: Value> Content for Cell<V> {
    fn fingerprint(&self) -> u64 {
        match self {
            Cell::Plain(value) => value.fingerprint(),
            Cell::Slot(slot) => slot
                .history()
                .fold(Fingerprint::of(1), |fingerprint, entry| {
                    add_entry(fingerprint, entry)
                })
                .end(),
            Cell::Veto(vetoes) => vetoes.iter().fold(Fingerprint::of(2), add_veto).end(),
            Cell::Count(count) => Fingerprint::of(3).stamp(count.to).number(count.sum).end(),
            Cell::Node(node) => of_node(node),
        }
    }
}

fn add_entry<V: Value>(fingerprint: Fingerprint, slot: &Slot<V>) -> Fingerprint {
    let fingerprint = fingerprint
        .number(slot.time.as_f64())
        .content(slot.value.as_ref())
        .stamp(slot.base.as_ref().map(|base| base.1))
        .content(slot.base.as_ref().and_then(|base| base.0.as_ref()));
    let fingerprint = slot.seen.iter().fold(fingerprint, |fingerprint, (actor, time)| {
        fingerprint.bits(actor.bits()).number(time.as_f64())
    });
    slot.group
        .iter()
        .fold(fingerprint, |fingerprint, key| fingerprint.text(key))
}

fn add_veto<V: Value>(fingerprint: Fingerprint, veto: &Veto<V>) -> Fingerprint {
    fingerprint
        .text(&veto.part)
        .stamp(Some(veto.stamp))
        .number(veto.reason.code())
        .stamp(veto.base.as_ref().map(|base| base.1))
        .content(veto.base.as_ref().map(|base| &base.0))
}

fn of_node<V: Value>(node: &Node<V>) -> u64 {
    let fingerprint = match node {
        Node::Leaf(value) => Fingerprint::of(4).content(Some(value)),
        Node::Object(_) => Fingerprint::of(5),
        Node::Set(_) => Fingerprint::of(6),
        Node::List(by, _) => Fingerprint::of(7).text(by),
        Node::Number(number, _) => Fingerprint::of(8).number(*number),
        Node::Text(text, _) => Fingerprint::of(9).text(text),
        Node::Item(place) => Fingerprint::of(10).text(place),
        Node::Count(count, _) => Fingerprint::of(11).number(*count),
        Node::Members(_) => Fingerprint::of(13),
        Node::Map(_) => Fingerprint::of(14),
        Node::Edits(edits, seed, _) => Fingerprint::of(12).content(Some(edits)).number(*seed),
    };
    fingerprint.stamp(node.era()).end()
}
