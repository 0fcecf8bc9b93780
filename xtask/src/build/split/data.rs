//! The data of each part: constants go with the functions that read them.

use std::collections::HashSet;

use wasm_encoder::{ConstExpr, DataSection};
use wasmparser::{DataKind, Operator};

use super::bound::Bound;
use super::graph::{Graph, Node};
use crate::Outcome;

/// Constants; what is written to has other names, and stays in the first part, which is there before anything writes.
const CONSTANTS: &str = ".rodata";

/// What is between two pieces and not longer is written with them: a segment has some bytes of its own. (8 or 24: no difference.)
const SEAM: usize = 24;

/// Of which part each byte of each segment is; what nobody reads is of none.
pub struct Data(Vec<Vec<Option<usize>>>);

/// Bytes from a place on.
type Piece = (usize, Vec<u8>);

impl Data {
    /// By what can be reached from the exports of a part and those that it adds to.
    pub fn of(graph: &Graph, reached: &[(usize, HashSet<Node>)]) -> Data {
        let readers: Vec<_> = reached
            .iter()
            .map(|(part, nodes)| (Some(*part), nodes.clone()))
            .collect();
        let join = |one: Option<usize>, other: Option<usize>| Some(super::shared_by(one?, other?));
        Data(graph.readers(&readers, [Some(0), None], join))
    }

    /// What a part has of the module's data.
    pub fn section(&self, module: &Bound<'_>, part: usize) -> Outcome<DataSection> {
        let wrong = |error: wasmparser::Error| format!("cannot split the wasm: {error}");
        let mut section = DataSection::new();
        for (number, segment) in module.data.clone().into_iter().flatten().enumerate() {
            let segment = segment.map_err(wrong)?;
            let DataKind::Active {
                memory_index,
                offset_expr,
            } = segment.kind
            else {
                return Err("the wasm has passive data".to_owned());
            };
            let start = offset_expr.get_operators_reader().read().map_err(wrong)?;
            let Operator::I32Const { value: start } = start else {
                return Err("the data of the wasm has no fixed place".to_owned());
            };
            let parts = self.0.get(number).ok_or("the wasm got a segment of data")?;
            if parts.len() != segment.data.len() {
                return Err(format!("segment {number} of the wasm's data has another length"));
            }
            let pieces = if module.is_segment(number as u32, CONSTANTS) {
                pieces(segment.data, parts, part)
            } else if part == 0 {
                vec![(0, segment.data.to_vec())]
            } else {
                Vec::new()
            };
            for (at, bytes) in pieces {
                let offset = ConstExpr::i32_const(start + at as i32);
                section.active(memory_index, &offset, bytes);
            }
        }
        Ok(section)
    }
}

/// The bytes of a part. Those between them that it does not read are written as they are, for another may have written them
/// already; what nobody reads is zero.
fn pieces(bytes: &[u8], parts: &[Option<usize>], part: usize) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, (byte, of)) in bytes.iter().zip(parts).enumerate() {
        if *of != Some(part) {
            continue;
        }
        match pieces.last_mut() {
            Some((start, piece)) if at - (*start + piece.len()) <= SEAM => {
                let between = bytes.iter().zip(parts).take(at).skip(*start + piece.len());
                piece.extend(between.map(|(byte, of)| if of.is_some() { *byte } else { 0 }));
                piece.push(*byte);
            }
            _ => pieces.push((at, vec![*byte])),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{SEAM, pieces};

    #[test]
    fn each_byte_is_written_by_its_part() {
        let far = 12 + SEAM + 1;
        let bytes: Vec<u8> = (1..).take(far + 4).collect();
        let mut parts = vec![None; bytes.len()];
        parts[0..4].fill(Some(0));
        parts[4..8].fill(Some(1));
        // Two bytes that nobody reads, between two of the first.
        parts[10..12].fill(Some(0));
        parts[far..].fill(Some(1));
        assert_eq!(
            pieces(&bytes, &parts, 0),
            [(0, vec![1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 11, 12])]
        );
        assert_eq!(
            pieces(&bytes, &parts, 1),
            [(4, vec![5, 6, 7, 8]), (far, bytes[far..].to_vec())]
        );
        assert_eq!(pieces(&bytes, &parts, 2), []);
    }
}
