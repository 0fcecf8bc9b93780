//! A module as wasm-bindgen leaves it, and which of its functions belong to a part or an earlier one.

use std::collections::{HashMap, HashSet};

use wasmparser::{
    DataSectionReader, Element, ElementItems, ElementKind, Export, ExternalKind, FunctionBody,
    GlobalSectionReader, Import, KnownCustom, MemorySectionReader, Name, Operator, Parser, Payload,
    TableSectionReader, TypeRef, TypeSectionReader,
};

use super::silent;

/// Entries of a table from a place on: functions by their index.
pub struct Run {
    pub table: u32,
    pub place: i32,
    pub functions: Vec<u32>,
}

/// The module.
#[derive(Default)]
pub struct Bound<'a> {
    pub types: Option<TypeSectionReader<'a>>,
    pub imports: Vec<Import<'a>>,
    /// The type of each function that is no import.
    pub function_types: Vec<u32>,
    pub tables: Option<TableSectionReader<'a>>,
    pub memories: Option<MemorySectionReader<'a>>,
    pub globals: Option<GlobalSectionReader<'a>>,
    pub exports: Vec<Export<'a>>,
    pub runs: Vec<Run>,
    pub bodies: Vec<FunctionBody<'a>>,
    /// Those that only panic: they trap at once.
    pub silent: HashSet<u32>,
    pub data: Option<DataSectionReader<'a>>,
    names: HashMap<u32, &'a str>,
    /// The names of segments of data.
    segments: HashMap<u32, &'a str>,
    /// The functions that a function calls or takes a reference of.
    calls: HashMap<u32, Vec<u32>>,
}

impl<'a> Bound<'a> {
    /// Reads a module.
    pub fn read(bytes: &'a [u8]) -> wasmparser::Result<Bound<'a>> {
        let mut module = Bound::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(types) => module.types = Some(types),
                Payload::ImportSection(imports) => {
                    module.imports = imports.into_imports().collect::<Result<_, _>>()?;
                }
                Payload::FunctionSection(types) => {
                    module.function_types = types.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::TableSection(tables) => module.tables = Some(tables),
                Payload::MemorySection(memories) => module.memories = Some(memories),
                Payload::GlobalSection(globals) => module.globals = Some(globals),
                Payload::ExportSection(exports) => {
                    module.exports = exports.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        module.runs.extend(run(element?)?);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let index = module.imported() + module.bodies.len() as u32;
                    module.calls.insert(index, calls(&body)?);
                    module.bodies.push(body);
                }
                Payload::DataSection(data) => module.data = Some(data),
                Payload::CustomSection(custom) => {
                    if let KnownCustom::Name(names) = custom.as_known() {
                        for part in names {
                            let (known, named) = match part? {
                                Name::Function(functions) => (&mut module.names, functions),
                                Name::Data(segments) => (&mut module.segments, segments),
                                _ => continue,
                            };
                            for naming in named {
                                let naming = naming?;
                                known.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        module.find_silent()?;
        Ok(module)
    }

    fn find_silent(&mut self) -> wasmparser::Result<()> {
        for (body, function) in self.bodies.iter().zip(self.imported()..) {
            if silent::only_panics(self.name(function)) && silent::diverges(body)? {
                self.silent.insert(function);
                self.calls.remove(&function);
            }
        }
        Ok(())
    }

    /// How many functions are imports; they come first.
    pub fn imported(&self) -> u32 {
        self.imports.len() as u32
    }

    /// The name of a function.
    pub fn name(&self, function: u32) -> &str {
        self.names.get(&function).copied().unwrap_or_default()
    }

    /// Whether a segment of data has this name.
    pub fn is_segment(&self, segment: u32, name: &str) -> bool {
        self.segments.get(&segment) == Some(&name)
    }

    /// Every function.
    pub fn functions(&self) -> std::ops::Range<u32> {
        0..self.imported() + self.bodies.len() as u32
    }

    /// The type of a function.
    pub fn type_of(&self, function: u32) -> Option<u32> {
        match self.imports.get(function as usize) {
            Some(import) => match import.ty {
                TypeRef::Func(index) => Some(index),
                _ => None,
            },
            None => self
                .function_types
                .get((function - self.imported()) as usize)
                .copied(),
        }
    }

    /// What these functions call or take a reference of.
    pub fn called_by(&self, functions: &[u32]) -> HashSet<u32> {
        let of = |function: &u32| self.calls.get(function).into_iter().flatten().copied();
        functions.iter().flat_map(of).collect()
    }

    /// The functions of a part and the earlier ones, without imports: those that the linker's module has under the names `known`,
    /// and of what wasm-bindgen added to `all` what they need. An export that it added goes with what it calls.
    pub fn reached(&self, part: usize, known: &HashSet<&str>, all: &HashSet<&str>) -> HashSet<u32> {
        let own = |function: &u32| *function >= self.imported();
        let mut reached: HashSet<u32> = self
            .functions()
            .filter(|function| own(function) && known.contains(self.name(*function)))
            .collect();
        let added: Vec<u32> = self
            .functions()
            .filter(|function| own(function) && !all.contains(self.name(*function)))
            .collect();
        let entries: HashSet<u32> = self
            .runs
            .iter()
            .flat_map(|run| run.functions.iter().copied())
            .collect();
        let mut exported = HashSet::new();
        for export in self
            .exports
            .iter()
            .filter(|export| export.kind == ExternalKind::Func)
        {
            if !super::is_there(super::part_of(export.name), part) {
                continue;
            }
            exported.insert(export.index);
            // Closures are exported as well, those of any part.
            if !export.name.contains("convert8closures") && own(&export.index) {
                reached.insert(export.index);
            }
        }
        loop {
            let before = reached.len();
            for function in &added {
                let mut called = self.called_by(&[*function]).into_iter().filter(own);
                if (exported.contains(function) || entries.contains(function))
                    && called.all(|one| reached.contains(&one))
                {
                    reached.insert(*function);
                }
            }
            let mut next: Vec<u32> = reached.iter().copied().collect();
            while let Some(function) = next.pop() {
                let called = self.called_by(&[function]);
                next.extend(called.into_iter().filter(own).filter(|one| reached.insert(*one)));
            }
            if reached.len() == before {
                return reached;
            }
        }
    }
}

fn calls(body: &FunctionBody<'_>) -> wasmparser::Result<Vec<u32>> {
    let mut calls = Vec::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index } = operator?
        {
            calls.push(function_index);
        }
    }
    Ok(calls)
}

/// The entries of an active element segment. The linker makes no others.
fn run(element: Element<'_>) -> wasmparser::Result<Option<Run>> {
    let ElementKind::Active {
        table_index,
        offset_expr,
    } = element.kind
    else {
        return Ok(None);
    };
    let (Operator::I32Const { value }, ElementItems::Functions(functions)) =
        (offset_expr.get_operators_reader().read()?, element.items)
    else {
        return Ok(None);
    };
    Ok(Some(Run {
        table: table_index.unwrap_or(0),
        place: value,
        functions: functions.into_iter().collect::<Result<_, _>>()?,
    }))
}
