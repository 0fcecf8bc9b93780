//! One wasm becomes several parts: what a page needs that only sends messages, what states add to it, what stores add to both.
//!
//! The crate is compiled as one program. The linker leaves its relocations in the file (`--emit-relocs`): each says that one
//! function or datum refers to another. What can be reached from the exports of the first part belongs to it, what else can be
//! reached from those of the second to that, and so on ([`graph`]). After wasm-bindgen the functions are found again by their names
//! ([`bound`]). A later part imports memory, tables, globals and the functions it calls from the earlier ones, and puts its own
//! into their places of the table ([`write`], [`part`]). So nothing is there twice, and a call across is a call of wasm. What only panics is left
//! out ([`silent`]), and constants go with the functions that read them ([`data`]).

mod bound;
mod data;
mod graph;
mod part;
mod silent;
mod write;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bound::Bound;
use graph::Graph;

use crate::Outcome;

/// One part of the wasm.
pub struct Part {
    /// What the files and the glue call it.
    pub name: &'static str,
    /// What its exports begin with: the glue names those of a class after it. Whatever is of no other part is of the first.
    exports: &'static str,
    /// The part that it adds to, by its index, and so to all that this one adds to.
    parent: usize,
}

/// Each after the one it adds to. Two that add to the same one know nothing of each other: what both need is in that one.
pub const PARTS: [Part; 5] = [
    Part {
        name: "messages",
        exports: "",
        parent: 0,
    },
    Part {
        name: "states",
        exports: "syncedstate_",
        parent: 0,
    },
    Part {
        name: "stores",
        exports: "syncedstore_",
        parent: 1,
    },
    Part {
        name: "conflicts",
        exports: "conflicts_",
        parent: 1,
    },
    Part {
        name: "gateways",
        exports: "gateways_",
        parent: 3,
    },
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
    let part = PARTS.iter().rposition(|part| name.starts_with(part.exports));
    part.unwrap_or_default()
}

/// The part that a part adds to.
fn parent(part: usize) -> usize {
    PARTS.get(part).map_or(0, |part| part.parent)
}

/// Whether a part is `of` or one that `of` adds to: it is there whenever `of` is.
pub fn is_there(part: usize, of: usize) -> bool {
    part == of || (of != 0 && is_there(part, parent(of)))
}

/// The latest part that is there for both.
pub fn shared_by(one: usize, other: usize) -> usize {
    if is_there(one, other) {
        one
    } else {
        shared_by(parent(one), other)
    }
}

/// Splits `bound`, which wasm-bindgen made of `raw`. The parts are written beside it.
pub fn split(raw: &Path, bound: &Path) -> Outcome<Parts> {
    let read =
        |path: &Path| fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    let (raw, bytes) = (read(raw)?, read(bound)?);
    let wrong = |error: wasmparser::Error| format!("cannot split the wasm: {error}");
    let graph = Graph::read(&raw).map_err(wrong)?;
    let module = Bound::read(&bytes).map_err(wrong)?;
    let linked = graph.all();
    // The part of each function; in the end, of all that are not left out.
    let mut parts: HashMap<u32, usize> = HashMap::new();
    let mut reached = Vec::new();
    for part in 0..PARTS.len() {
        reached.push((part, graph.reached(|export| is_there(part_of(export), part))));
    }
    for (part, reached) in &reached {
        let (part, known) = (*part, graph.names_of(reached));
        for function in module.reached(part, &known, &linked) {
            let place = parts.entry(function).or_insert(part);
            *place = shared_by(*place, part);
        }
    }
    // What wasm-bindgen added and nobody is known to call may be used by its glue. What the linker had and nobody reaches is left
    // out: only a panic ran it.
    for function in module.imported()..module.functions().end {
        if !linked.contains(module.name(function)) {
            parts.entry(function).or_insert(PARTS.len() - 1);
        }
    }
    let (files, names) = write::parts(&module, &parts, &data::Data::of(&graph, &reached))?;
    let write = |path: PathBuf, content: &[u8]| {
        fs::write(&path, content).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    let name = |part: &str| bound.with_file_name(format!("{part}.wasm"));
    let files = PARTS.iter().zip(&files);
    Ok(Parts {
        files: files
            .map(|(part, content)| write(name(part.name), content))
            .collect::<Outcome<_>>()?,
        names: write(bound.with_file_name("names.json"), names.as_bytes())?,
    })
}

#[cfg(test)]
mod tests {
    use super::{PARTS, is_there, part_of, shared_by};

    #[test]
    fn parts_form_a_tree() {
        for (index, part) in PARTS.iter().enumerate() {
            assert!(
                part.parent <= index,
                "{} stands before what it adds to",
                part.name
            );
            assert!(is_there(0, index) && is_there(index, index));
        }
        let [stores, gateways] = [part_of("syncedstore_new"), part_of("gateways_start")];
        assert!(!is_there(stores, gateways) && !is_there(gateways, stores));
        assert_eq!(shared_by(stores, gateways), part_of("__wbg_syncedstate_free"));
        assert_eq!(
            shared_by(gateways, part_of("conflicts_start")),
            part_of("conflicts_start")
        );
        assert_eq!(shared_by(gateways, 0), 0);
        assert_eq!(shared_by(1, gateways), 1);
    }
}
