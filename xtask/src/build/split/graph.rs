//! What refers to what in a linked module, by the relocations that the linker left in it.
//!
//! Sections `linking`, `reloc.CODE` and `reloc.DATA`: the WebAssembly object file linking convention
//! (WebAssembly/tool-conventions, Linking.md).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use wasmparser::{
    ExternalKind, KnownCustom, Linking, Name, Parser, Payload, RelocationEntry, RelocationType, SymbolInfo,
    TypeRef,
};

use super::silent;

/// A function by its index, or a datum by its symbol.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    Function(u32),
    Data(u32),
}

struct Datum {
    segment: u32,
    place: Range<usize>,
    symbol: u32,
}

/// Functions and data of a module, and which refers to which.
#[derive(Default)]
pub struct Graph {
    names: HashMap<u32, String>,
    exports: Vec<(String, u32)>,
    arrows: HashMap<Node, Vec<Node>>,
    data: Vec<Datum>,
    /// How long each segment of data is.
    segments: Vec<usize>,
}

/// What is known before the relocations can be understood.
#[derive(Default)]
struct Layout {
    imported: u32,
    code_start: usize,
    data_start: usize,
    code_section: u32,
    bodies: Vec<Range<usize>>,
    segments: Vec<Range<usize>>,
    symbols: Vec<Option<Node>>,
    data: Vec<Datum>,
}

fn range(place: Range<u64>) -> Range<usize> {
    place.start as usize..place.end as usize
}

impl Graph {
    /// Reads a module that was linked with `--emit-relocs`.
    pub fn read(bytes: &[u8]) -> wasmparser::Result<Graph> {
        let mut graph = Graph::default();
        let mut layout = Layout::default();
        let mut relocations = Vec::new();
        let mut section = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                // Neither is a section of its own.
                Payload::Version { .. } | Payload::End(_) => continue,
                Payload::CodeSectionEntry(body) => {
                    layout.bodies.push(range(body.range()));
                    continue;
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        layout.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            graph.exports.push((export.name.to_owned(), export.index));
                        }
                    }
                }
                Payload::CodeSectionStart { unchecked_range, .. } => {
                    layout.code_start = range(unchecked_range).start;
                    layout.code_section = section;
                }
                Payload::DataSection(data) => {
                    layout.data_start = range(data.range()).start;
                    for segment in data {
                        let segment = segment?;
                        let end = range(segment.range).end;
                        layout.segments.push(end - segment.data.len()..end);
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(symbols) = part? {
                                layout.read_symbols(symbols)?;
                            }
                        }
                    }
                    KnownCustom::Reloc(entries) => {
                        let is_code = entries.section_index() == layout.code_section;
                        relocations.push((is_code, entries));
                    }
                    KnownCustom::Name(names) => {
                        for part in names {
                            if let Name::Function(functions) = part? {
                                for naming in functions {
                                    let naming = naming?;
                                    graph.names.insert(naming.index, naming.name.to_owned());
                                }
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
            section += 1;
        }
        for (is_code, entries) in relocations {
            for entry in entries.entries() {
                let entry = entry?;
                if let Some((from, to)) = layout.arrow(is_code, &entry) {
                    graph.arrows.entry(from).or_default().push(to);
                }
            }
        }
        let segments = layout.segments.iter().map(|place| bytes.get(place.clone()));
        let segments: Vec<&[u8]> = segments.map(Option::unwrap_or_default).collect();
        graph.segments = segments.iter().map(|segment| segment.len()).collect();
        graph.data = layout.data;
        graph.forget_panics(&segments);
        Ok(graph)
    }

    /// What only panics refers to nothing, and nothing refers to the places of panics.
    fn forget_panics(&mut self, segments: &[&[u8]]) {
        let bytes = |datum: &Datum| {
            let segment = segments.get(datum.segment as usize);
            segment.and_then(|segment| segment.get(datum.place.clone()))
        };
        let of_symbol: HashMap<u32, &Datum> = self.data.iter().map(|datum| (datum.symbol, datum)).collect();
        let is_file = |node: &Node| match node {
            Node::Data(symbol) => of_symbol
                .get(symbol)
                .and_then(|datum| bytes(datum))
                .is_some_and(silent::is_source_file),
            Node::Function(_) => false,
        };
        let places = self.data.iter().filter(|datum| {
            let refers_to = self.arrows.get(&Node::Data(datum.symbol));
            datum.place.len() == silent::LOCATION
                && refers_to.is_some_and(|to| to.len() == 1 && to.iter().all(is_file))
        });
        let places: HashSet<Node> = places.map(|place| Node::Data(place.symbol)).collect();
        for (from, to) in &mut self.arrows {
            let panics = match from {
                Node::Function(index) => self
                    .names
                    .get(index)
                    .is_some_and(|name| silent::only_panics(name)),
                Node::Data(_) => false,
            };
            if panics {
                to.clear();
            } else {
                to.retain(|to| !places.contains(to));
            }
        }
    }

    /// The names of all functions.
    pub fn all(&self) -> HashSet<&str> {
        self.names.values().map(String::as_str).collect()
    }

    /// The names of the functions among these.
    pub fn names_of<'a>(&'a self, reached: &HashSet<Node>) -> HashSet<&'a str> {
        let reached = reached.iter();
        let names = reached.filter_map(|node| match node {
            Node::Function(index) => self.names.get(index),
            Node::Data(_) => None,
        });
        names.map(String::as_str).collect()
    }

    /// Who reads each byte of each segment of data: the readers that its functions give, joined by `join`, or `unread`. What belongs
    /// to no symbol is `padding`.
    pub fn readers<T: Copy + PartialEq>(
        &self,
        readers: &[(T, HashSet<Node>)],
        [padding, unread]: [T; 2],
        join: impl Fn(T, T) -> T,
    ) -> Vec<Vec<T>> {
        let mut segments: Vec<Vec<T>> = self
            .segments
            .iter()
            .map(|length| vec![padding; *length])
            .collect();
        let place = |segments: &mut Vec<Vec<T>>, datum: &Datum, of: &dyn Fn(T) -> T| {
            let bytes = segments
                .get_mut(datum.segment as usize)
                .and_then(|segment| segment.get_mut(datum.place.clone()));
            for byte in bytes.into_iter().flatten() {
                *byte = of(*byte);
            }
        };
        for datum in &self.data {
            place(&mut segments, datum, &|_| unread);
        }
        // Symbols can share bytes.
        for datum in &self.data {
            for (reader, _) in readers
                .iter()
                .filter(|(_, reached)| reached.contains(&Node::Data(datum.symbol)))
            {
                place(&mut segments, datum, &|known| {
                    if known == unread {
                        *reader
                    } else {
                        join(known, *reader)
                    }
                });
            }
        }
        segments
    }

    /// What can be reached from exports of which `is_root` holds.
    pub fn reached(&self, is_root: impl Fn(&str) -> bool) -> HashSet<Node> {
        // wasm-bindgen calls these while it runs, and takes them out.
        let describes = |export: &str| export.starts_with("__wbindgen_describe");
        let roots = self
            .exports
            .iter()
            .filter(|(name, _)| is_root(name) && !describes(name));
        let mut next: Vec<Node> = roots.map(|(_, index)| Node::Function(*index)).collect();
        let mut seen = HashSet::new();
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                next.extend(self.arrows.get(&node).into_iter().flatten());
            }
        }
        seen
    }
}

impl Layout {
    fn read_symbols(&mut self, symbols: wasmparser::SymbolInfoMap<'_>) -> wasmparser::Result<()> {
        for (number, symbol) in symbols.into_iter().enumerate() {
            let number = number as u32;
            self.symbols.push(match symbol? {
                SymbolInfo::Func { index, .. } => Some(Node::Function(index)),
                SymbolInfo::Data {
                    symbol: Some(datum), ..
                } => {
                    let start = datum.offset as usize;
                    self.data.push(Datum {
                        segment: datum.index,
                        place: start..start + datum.size as usize,
                        symbol: number,
                    });
                    Some(Node::Data(number))
                }
                _ => None,
            });
        }
        Ok(())
    }

    /// What a relocation says: who refers to what.
    fn arrow(&self, is_code: bool, entry: &RelocationEntry) -> Option<(Node, Node)> {
        if matches!(
            entry.ty,
            RelocationType::TypeIndexLeb | RelocationType::GlobalIndexLeb | RelocationType::TableNumberLeb
        ) {
            return None;
        }
        let to = (*self.symbols.get(entry.index as usize)?)?;
        if is_code {
            let at = self.code_start + entry.offset as usize;
            let body = self.bodies.partition_point(|body| body.end <= at);
            return Some((Node::Function(self.imported + body as u32), to));
        }
        let at = self.data_start + entry.offset as usize;
        let segment = self.segments.iter().position(|segment| segment.contains(&at))?;
        let offset = at - self.segments.get(segment)?.start;
        let datum = self
            .data
            .iter()
            .find(|datum| datum.segment as usize == segment && datum.place.contains(&offset))?;
        Some((Node::Data(datum.symbol), to))
    }
}
