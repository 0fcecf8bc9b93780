//! Codec of state frames as JavaScript arrays. Decoding is strict: a frame with any wrong part is rejected whole.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::cell_codec::{cell_in, cell_out, name_out, number};
use super::entry::JsEntry;
use crate::bindings::wire::{
    digest_in, digest_out, floats, numbers, pairs_in, pairs_out, vector_in, vector_out,
};
use crate::core::batch::{Batch, Delta, Entry};
use crate::core::cell::Cell;
use crate::core::clock::Time;
use crate::core::frame::Kind;
use crate::core::id::{Actor, whole};
use crate::core::lists::{Gather, List};
use crate::core::register::{Dot, Stamp};
use crate::core::sync::StateFrame;

fn lists(frame: &Array, keys: u32) -> Option<(Array, Array, u32)> {
    let (keys, values) = (frame.get(keys), frame.get(keys + 1));
    if !Array::is_array(&keys) || !Array::is_array(&values) {
        return None;
    }
    let (keys, values): (Array, Array) = (keys.unchecked_into(), values.unchecked_into());
    let count = keys.length();
    (values.length() == count).then_some((keys, values, count))
}

fn batch_lists(batch: &Batch<Cell<JsEntry>>) -> (Array, Array) {
    let (keys, values) = (Array::new(), Array::new());
    for (key, cell, _) in &batch.entries {
        keys.push(&name_out(key, cell.as_ref()));
        values.push(&cell_out(cell.as_ref()));
    }
    (keys, values)
}

/// Encodes a frame.
pub(super) fn encode(name: &JsValue, frame: &StateFrame<Cell<JsEntry>>) -> Array {
    let out = Array::new();
    match frame {
        StateFrame::Batch(batch) => {
            let (keys, values) = batch_lists(batch);
            out.push(&number(Kind::Batch.tag()));
            out.push(name);
            out.push(&number(batch.actor.as_f64()));
            out.push(&number(batch.seq as f64));
            out.push(&pairs_out(&batch.deps));
            let times: Vec<f64> = batch.entries.iter().map(|(_, _, time)| time.as_f64()).gather();
            match times.as_slice() {
                [only] => out.push(&number(*only)),
                many => out.push(&numbers(many)),
            };
            out.push(&keys);
            out.push(&values);
        }
        StateFrame::Sync { vector, born } => {
            out.push(&number(Kind::Sync.tag()));
            out.push(name);
            out.push(&vector_out(vector));
            out.push(&number(born.0));
            out.push(&number(born.1.as_f64()));
        }
        StateFrame::Delta(delta) => {
            let (keys, values) = (Array::new(), Array::new());
            let mut stamps = Vec::with_capacity(delta.entries.len() * 4);
            for entry in &delta.entries {
                keys.push(&name_out(&entry.key, entry.value.as_ref()));
                values.push(&cell_out(entry.value.as_ref()));
                stamps.take_in([
                    entry.stamp.time.as_f64(),
                    entry.stamp.actor.as_f64(),
                    entry.dot.actor.as_f64(),
                    entry.dot.seq as f64,
                ]);
            }
            out.push(&number(Kind::Delta.tag()));
            out.push(name);
            out.push(&vector_out(&delta.since));
            out.push(&vector_out(&delta.vector));
            out.push(&numbers(&stamps));
            out.push(&keys);
            out.push(&values);
            out.push(&number(delta.fingerprint as f64));
            out.push(&JsValue::from_bool(delta.whole));
            out.push(&digest_out(delta.content));
        }
        StateFrame::Digest {
            seen,
            fingerprint,
            content,
            is_answer,
        } => {
            out.push(&number(Kind::Digest.tag()));
            out.push(name);
            out.push(&number(*seen as f64));
            out.push(&number(*fingerprint as f64));
            out.push(&JsValue::from_bool(*is_answer));
            out.push(&digest_out(*content));
        }
    }
    out
}

/// The latest time that a cell of the frame names besides its stamp.
pub(super) fn latest(frame: &StateFrame<Cell<JsEntry>>) -> Option<Time> {
    let named = |cell: &Option<Cell<JsEntry>>| cell.as_ref().and_then(Cell::latest);
    match frame {
        StateFrame::Batch(batch) => batch.entries.iter().filter_map(|entry| named(&entry.1)).max(),
        StateFrame::Delta(delta) => delta.entries.iter().filter_map(|entry| named(&entry.value)).max(),
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => None,
    }
}

/// Decodes a frame; `None` if any part is malformed.
pub(super) fn decode(kind: Kind, frame: &Array) -> Option<StateFrame<Cell<JsEntry>>> {
    match kind {
        Kind::Batch => decode_batch(frame),
        Kind::Sync => Some(StateFrame::Sync {
            vector: vector_in(&frame.get(2))?,
            born: (frame.get(3).as_f64()?, Actor::from_f64(frame.get(4).as_f64()?)?),
        }),
        Kind::Delta => decode_delta(frame),
        Kind::Digest => Some(StateFrame::Digest {
            seen: whole(frame.get(2).as_f64()?)?,
            fingerprint: whole(frame.get(3).as_f64()?)?,
            is_answer: frame.get(4).as_bool()?,
            content: digest_in(&frame.get(5))?,
        }),
        _ => None,
    }
}

fn decode_batch(frame: &Array) -> Option<StateFrame<Cell<JsEntry>>> {
    let actor = Actor::from_f64(frame.get(2).as_f64()?)?;
    let seq = whole(frame.get(3).as_f64()?)?;
    let deps = pairs_in(&frame.get(4))?;
    let times = match frame.get(5).as_f64() {
        Some(only) => vec![only],
        None => floats(&frame.get(5))?,
    };
    let (keys, values, count) = lists(frame, 6)?;
    if times.len() != count as usize {
        return None;
    }
    let mut entries = Vec::with_capacity(times.len());
    for (at, time) in (0..count).zip(times) {
        let (key, cell) = cell_in(&keys.get(at), values.get(at))?;
        entries.push((key, cell, Time::from_f64(time)?));
    }
    Some(StateFrame::Batch(Batch {
        actor,
        seq,
        deps,
        entries,
    }))
}

fn decode_delta(frame: &Array) -> Option<StateFrame<Cell<JsEntry>>> {
    let (since, vector) = (vector_in(&frame.get(2))?, vector_in(&frame.get(3))?);
    let stamps = floats(&frame.get(4))?;
    let (keys, values, count) = lists(frame, 5)?;
    // The length of a list is its sender's claim. Only the typed array of numbers must have the memory that it claims.
    if stamps.len() as u64 != u64::from(count) * 4 {
        return None;
    }
    let mut entries = Vec::with_capacity(stamps.len() / 4);
    for (at, stamp) in (0..count).zip(stamps.chunks(4)) {
        let [time, actor, dot_actor, seq] = stamp else {
            return None;
        };
        let (key, value) = cell_in(&keys.get(at), values.get(at))?;
        entries.push(Entry {
            key,
            value,
            stamp: Stamp {
                time: Time::from_f64(*time)?,
                actor: Actor::from_f64(*actor)?,
            },
            dot: Dot {
                actor: Actor::from_f64(*dot_actor)?,
                seq: whole(*seq)?,
            },
        });
    }
    Some(StateFrame::Delta(Delta {
        since,
        vector,
        entries,
        fingerprint: whole(frame.get(7).as_f64()?)?,
        whole: frame.get(8).as_bool()?,
        content: digest_in(&frame.get(9))?,
    }))
}
