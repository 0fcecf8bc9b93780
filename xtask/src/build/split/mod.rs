//! One wasm becomes several parts: what a page needs that only sends messages, what states add to it, what stores add to both.
//!
//! The crate is compiled as one program. The linker leaves its relocations in the file (`--emit-relocs`): each says that one
//! function or datum refers to another. What can be reached from the exports of the first part belongs to it, what else can be
//! reached from those of the second to that, and so on ([`graph`]). After wasm-bindgen the functions are found again by their names
//! ([`bound`]). A later part imports memory, tables, globals and the functions it calls from the earlier ones, and puts its own
//! into their places of the table ([`write`]). So nothing is there twice, and a call across is a call of wasm.

mod bound;
mod graph;
mod write;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bound::Bound;
use graph::Graph;

use crate::Outcome;

/// The parts in the order in which they are added, and what the exports of each begin with: the glue names those of a class after
/// it. Whatever is of no other part is of the first.
const PARTS: [(&str, &str); 3] = [
    ("messages", ""),
    ("states", "syncedstate_"),
    ("stores", "syncedstore_"),
];

/// What became of a module.
pub struct Parts {
    /// The files of the parts, in order.
    pub files: Vec<PathBuf>,
    /// How imports and exports are called now, and in which part: for the glue.
    pub names: PathBuf,
}

/// The part that an export is of.
fn part_of(export: &str) -> usize {
    let name = export.strip_prefix("__wbg_").unwrap_or(export);
    let part = PARTS.iter().rposition(|(_, class)| name.starts_with(class));
    part.unwrap_or_default()
}

/// Splits `bound`, which wasm-bindgen made of `raw`. The parts are written beside it.
pub fn split(raw: &Path, bound: &Path) -> Outcome<Parts> {
    let read =
        |path: &Path| fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    let (raw, bytes) = (read(raw)?, read(bound)?);
    let wrong = |error: wasmparser::Error| format!("cannot split the wasm: {error}");
    let graph = Graph::read(&raw).map_err(wrong)?;
    let module = Bound::read(&bytes).map_err(wrong)?;
    // The part of each function; in the end, of all.
    let mut parts: HashMap<u32, usize> = HashMap::new();
    for part in 0..PARTS.len() {
        let known = graph.reachable(|export| part_of(export) <= part);
        for function in module.reached(part, &known, &graph.all()) {
            parts.entry(function).or_insert(part);
        }
    }
    for function in module.imported()..module.functions().end {
        parts.entry(function).or_insert(PARTS.len() - 1);
    }
    let (files, names) = write::parts(&module, &parts)?;
    let write = |path: PathBuf, content: &[u8]| {
        fs::write(&path, content).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    let name = |part: &str| bound.with_file_name(format!("{part}.wasm"));
    let files = PARTS.iter().zip(&files);
    Ok(Parts {
        files: files
            .map(|((part, _), content)| write(name(part), content))
            .collect::<Outcome<_>>()?,
        names: write(bound.with_file_name("names.json"), names.as_bytes())?,
    })
}
