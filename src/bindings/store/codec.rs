//! Codec of log frames as JavaScript arrays. Decoding is strict: a frame with any wrong part is rejected whole.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::bindings::wire::{
    digest_in, digest_out, floats, list, numbers, pairs_in, pairs_out, vector_in, vector_out,
};
use crate::core::clock::Time;
use crate::core::frame::Kind;
use crate::core::id::{Actor, whole};
use crate::core::lists::List;
use crate::core::log::{Checkpoint, LogContent, LogDelta, LogFrame, Logged, Tip};
use crate::core::register::{Dot, Stamp};
use crate::core::version::VersionVector;
use crate::platform::host;

type Frame = LogFrame<JsValue, JsValue>;

fn tip_out(tip: &Tip) -> JsValue {
    numbers(&[tip.cuts as f64, tip.born, tip.actor.as_f64(), tip.digest as f64])
}

fn tip_in(value: &JsValue) -> Option<Tip> {
    let flat = floats(value)?;
    let [cuts, born, actor, digest] = flat.as_slice() else {
        return None;
    };
    Some(Tip {
        cuts: whole(*cuts)?,
        born: Some(*born).filter(|born| born.is_finite())?,
        actor: Actor::from_f64(*actor)?,
        digest: whole(*digest)?,
    })
}

/// Actor, sequence and time of each; what each needs; the actions.
fn actions_out(out: &Array, actions: &[Logged<JsValue>]) {
    let mut places = Vec::with_capacity(actions.len() * 3);
    let (needs, list) = (Array::new(), Array::new());
    for logged in actions {
        places.take_in([
            logged.dot.actor.as_f64(),
            logged.dot.seq as f64,
            logged.time.as_f64(),
        ]);
        needs.push(&pairs_out(&logged.deps));
        list.push(&logged.action);
    }
    out.push(&numbers(&places));
    out.push(&needs);
    out.push(&list);
}

fn actions_in(frame: &Array, at: u32) -> Option<Vec<Logged<JsValue>>> {
    let places = floats(&frame.get(at))?;
    let (needs, list) = (list(&frame.get(at + 1))?, list(&frame.get(at + 2))?);
    let count = list.length();
    // A list's length is what its sender says, without anything in it: only the numbers take the memory that they claim.
    if needs.length() != count || places.len() as u64 != u64::from(count) * 3 {
        return None;
    }
    let mut actions = Vec::with_capacity(places.len() / 3);
    for (at, place) in (0..count).zip(places.chunks(3)) {
        let [actor, seq, time] = place else {
            return None;
        };
        let action = list.get(at);
        if !action.is_object() {
            return None;
        }
        actions.push(Logged {
            dot: Dot {
                actor: Actor::from_f64(*actor)?,
                seq: whole(*seq)?,
            },
            time: Time::from_f64(*time)?,
            deps: pairs_in(&needs.get(at))?,
            action: host::hand_out(&action),
        });
    }
    Some(actions)
}

fn checkpoint_out(checkpoint: Option<&Checkpoint<JsValue>>) -> JsValue {
    let Some(checkpoint) = checkpoint else {
        return JsValue::NULL;
    };
    let last = checkpoint.last.map_or(JsValue::NULL, |last| {
        numbers(&[last.time.as_f64(), last.actor.as_f64()])
    });
    Array::of3(&vector_out(&checkpoint.vector), &last, &checkpoint.state).into()
}

fn checkpoint_in(value: &JsValue) -> Option<Option<Checkpoint<JsValue>>> {
    if value.is_null() {
        return Some(None);
    }
    let parts = list(value)?;
    let last = parts.get(1);
    let last = if last.is_null() {
        None
    } else {
        let flat = floats(&last)?;
        let [time, actor] = flat.as_slice() else {
            return None;
        };
        Some(Stamp {
            time: Time::from_f64(*time)?,
            actor: Actor::from_f64(*actor)?,
        })
    };
    Some(Some(Checkpoint {
        vector: vector_in(&parts.get(0))?,
        last,
        state: host::hand_out(&parts.get(2)),
    }))
}

fn content_out(out: &Array, content: LogContent) {
    out.push(&digest_out(content.tail));
    out.push(&digest_out(content.root));
}

fn content_in(frame: &Array, at: u32) -> Option<LogContent> {
    Some(LogContent {
        tail: digest_in(&frame.get(at))?,
        root: digest_in(&frame.get(at + 1))?,
    })
}

fn head(kind: Kind, label: &JsValue) -> Array {
    Array::of2(&JsValue::from_f64(kind.tag()), label)
}

/// A frame for the wire.
pub(super) fn encode(label: &JsValue, frame: &Frame) -> JsValue {
    let out = match frame {
        LogFrame::Append(actions) => {
            let out = head(Kind::Append, label);
            actions_out(&out, actions);
            out
        }
        LogFrame::Sync {
            vector,
            tip,
            asker,
            content,
        } => {
            let out = head(Kind::LogSync, label);
            out.push(&vector_out(vector));
            out.push(&tip_out(tip));
            out.push(&JsValue::from_f64(asker.as_f64()));
            content_out(&out, *content);
            out
        }
        LogFrame::Delta(delta) => {
            let out = head(Kind::LogDelta, label);
            out.push(&vector_out(&delta.vector));
            out.push(&tip_out(&delta.tip));
            out.push(&checkpoint_out(delta.checkpoint.as_ref()));
            actions_out(&out, &delta.actions);
            out.push(&JsValue::from_f64(delta.asker.as_f64()));
            content_out(&out, delta.content);
            out
        }
        LogFrame::Ack { vector } => {
            let out = head(Kind::LogAck, label);
            out.push(&vector_out(vector));
            out
        }
    };
    out.into()
}

/// A frame from the wire; None if it is malformed anywhere.
pub(super) fn decode(kind: Kind, frame: &Array) -> Option<Frame> {
    let vector = |at| -> Option<VersionVector> { vector_in(&frame.get(at)) };
    let actor = |at| Actor::from_f64(frame.get(at).as_f64()?);
    Some(match kind {
        Kind::Append => LogFrame::Append(actions_in(frame, 2)?),
        Kind::LogSync => LogFrame::Sync {
            vector: vector(2)?,
            tip: tip_in(&frame.get(3))?,
            asker: actor(4)?,
            content: content_in(frame, 5)?,
        },
        Kind::LogDelta => LogFrame::Delta(LogDelta {
            vector: vector(2)?,
            tip: tip_in(&frame.get(3))?,
            checkpoint: checkpoint_in(&frame.get(4))?,
            actions: actions_in(frame, 5)?,
            asker: actor(8)?,
            content: content_in(frame, 9)?,
        }),
        Kind::LogAck => LogFrame::Ack { vector: vector(2)? },
        _ => return None,
    })
}
