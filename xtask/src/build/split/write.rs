//! The parts, written. Imports from JavaScript are of module `a`, imports from the parts of `b`, `c` and so on.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::reencode::Error;
use wasm_encoder::{EntityType, ExportKind, GlobalType, ImportSection, TableType};
use wasmparser::ExternalKind;

use super::bound::{Bound, Run};
use super::data::Data;
use super::part::{Content, Exports, Numbers};
use crate::Outcome;

/// Short names, each once: a, b, …, Z, aa, …
#[derive(Default)]
struct Names(usize);

impl Names {
    fn next(&mut self) -> String {
        const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut rest = self.0;
        self.0 += 1;
        let mut name = String::new();
        loop {
            name.push(char::from(LETTERS[rest % 52]));
            rest /= 52;
            if rest == 0 {
                return name;
            }
            rest -= 1;
        }
    }
}

/// Each part, and `{ parts: [name], parents: [part], imports: [[module, name, new name, part]], exports: [[name, new name, part]] }`.
/// `parts` says of which a function is; those it does not name are left out. `data` says the same of the data.
pub fn parts(
    module: &Bound<'_>,
    parts: &HashMap<u32, usize>,
    data: &Data,
) -> Outcome<(Vec<Vec<u8>>, String)> {
    let layout = Layout::of(module, parts);
    let mut names = Names::default();
    let import_names: Vec<String> = module
        .imports
        .iter()
        .map(|import| [import_prefix(import.name), &names.next()].concat())
        .collect();
    let mut offers = Offers::default();
    let mut told = Vec::new();
    for export in &module.exports {
        let kind = match export.kind {
            ExternalKind::Func => ExportKind::Func,
            ExternalKind::Table => ExportKind::Table,
            ExternalKind::Memory => ExportKind::Memory,
            ExternalKind::Global => ExportKind::Global,
            other => return Err(format!("the wasm exports {}, of kind {other:?}", export.name)),
        };
        let part = if kind == ExportKind::Func {
            layout.part(export.index)
        } else {
            0
        };
        if super::part_of(export.name) > part {
            return Err(format!("an earlier part of the wasm has {}", export.name));
        }
        let name = offers.add(part, kind, export.index);
        told.push(format!("[{:?}, {name:?}, {part}]", export.name));
    }
    let mut written = Vec::new();
    // The earlier parts offer what later ones need: so the last is prepared first.
    let mut needs = Vec::new();
    for part in (0..super::PARTS.len()).rev() {
        let mut imports = ImportSection::new();
        let mut functions = Vec::new();
        for function in layout.imports(part) {
            let name = import_names
                .get(function as usize)
                .map(String::as_str)
                .unwrap_or_default();
            imports.import("a", name, function_type(module, function)?);
            functions.push(function);
        }
        for function in layout.borrowed(part) {
            let owner = layout.part(function);
            let name = offers.of(owner, ExportKind::Func, function);
            imports.import(&namespace(owner), &name, function_type(module, function)?);
            functions.push(function);
        }
        if part > 0 {
            borrow_places(module, &mut offers, &mut imports)?;
        }
        functions.extend(layout.own(part));
        needs.push((part, imports, functions));
    }
    for (part, imports, functions) in needs.into_iter().rev() {
        let mut numbers = Numbers(functions.into_iter().zip(0..).collect());
        let runs = runs(&module.runs, &|function| {
            layout.parts.get(&function) == Some(&part)
        });
        let own = layout.own(part);
        let content = Content {
            owns: part == 0,
            imports,
            functions: &own,
            exports: offers.by(part),
            runs: &runs,
            data: data.section(module, part)?,
        };
        written.push(content.write(module, &mut numbers)?);
    }
    let imports: Vec<String> = module
        .imports
        .iter()
        .zip(&import_names)
        .zip(0..)
        .map(|((import, name), function)| {
            format!(
                "[{:?}, {:?}, {name:?}, {}]",
                import.module,
                import.name,
                layout.part(function)
            )
        })
        .collect();
    let parts: Vec<&str> = super::PARTS.iter().map(|part| part.name).collect();
    let parents: Vec<usize> = super::PARTS.iter().map(|part| part.parent).collect();
    let names = format!(
        "{{\n\"parts\": {parts:?},\n\"parents\": {parents:?},\n\"imports\": [\n{}\n],\n\"exports\": [\n{}\n]\n}}\n",
        imports.join(",\n"),
        told.join(",\n")
    );
    Ok((written, names))
}

/// By these `platform/js/errors.js` tells in a stack what the wasm called: a function of the package, or one of the user.
fn import_prefix(name: &str) -> &'static str {
    let calls_user = name.starts_with("__wbg_call_") || name.starts_with("__wbg_apply_");
    if calls_user { "$_" } else { "_$" }
}

/// The module that a later part imports from an earlier one by: b, c, …
fn namespace(part: usize) -> String {
    char::from(b'b' + part as u8).to_string()
}

/// Which function is where.
struct Layout<'a> {
    module: &'a Bound<'a>,
    parts: HashMap<u32, usize>,
}

impl<'a> Layout<'a> {
    /// Imports are of the part that uses them, or of what is there for all that do; what stands in a table uses, too.
    fn of(module: &'a Bound<'a>, parts: &HashMap<u32, usize>) -> Layout<'a> {
        let mut layout = Layout {
            module,
            parts: parts.clone(),
        };
        for part in 0..super::PARTS.len() {
            for function in module.called_by(&layout.own(part)) {
                let place = layout.parts.entry(function).or_insert(part);
                if function < module.imported() {
                    *place = super::shared_by(*place, part);
                }
            }
        }
        layout
    }

    fn part(&self, function: u32) -> usize {
        self.parts.get(&function).copied().unwrap_or_default()
    }

    /// The functions of a part that are no imports.
    fn own(&self, part: usize) -> Vec<u32> {
        let functions = self.module.imported()..self.module.functions().end;
        functions
            .filter(|function| self.parts.get(function) == Some(&part))
            .collect()
    }

    /// The functions of JavaScript that a part is given.
    fn imports(&self, part: usize) -> Vec<u32> {
        (0..self.module.imported())
            .filter(|function| self.part(*function) == part)
            .collect()
    }

    /// What a part uses of earlier ones.
    fn borrowed(&self, part: usize) -> Vec<u32> {
        let used = self.module.called_by(&self.own(part));
        let mut borrowed: Vec<u32> = used
            .into_iter()
            .filter(|function| self.part(*function) != part)
            .collect();
        borrowed.sort_unstable();
        borrowed
    }
}

/// What the parts export, each under a name of its own.
#[derive(Default)]
struct Offers {
    names: Names,
    all: Vec<(usize, String, ExportKind, u32)>,
}

impl Offers {
    fn add(&mut self, part: usize, kind: ExportKind, index: u32) -> String {
        let name = self.names.next();
        self.all.push((part, name.clone(), kind, index));
        name
    }

    /// The name of what a part exports, which it does from now on.
    fn of(&mut self, part: usize, kind: ExportKind, index: u32) -> String {
        let known = self
            .all
            .iter()
            .find(|offer| (offer.0, offer.2, offer.3) == (part, kind, index));
        match known {
            Some((_, name, ..)) => name.clone(),
            None => self.add(part, kind, index),
        }
    }

    fn by(&self, part: usize) -> Exports {
        let of_part = self.all.iter().filter(|offer| offer.0 == part);
        of_part
            .map(|(_, name, kind, index)| (name.clone(), *kind, *index))
            .collect()
    }
}

/// Imports memory, tables and globals, which are all of the first part.
fn borrow_places(module: &Bound<'_>, offers: &mut Offers, imports: &mut ImportSection) -> Outcome {
    let wrong = |error: wasmparser::Error| format!("cannot split the wasm: {error}");
    let unknown = |error: Error<Infallible>| format!("a part of the wasm has an unknown type: {error:?}");
    let from = namespace(0);
    for (memory, index) in module.memories.clone().into_iter().flatten().zip(0..) {
        let name = offers.of(0, ExportKind::Memory, index);
        imports.import(&from, &name, EntityType::Memory(memory.map_err(wrong)?.into()));
    }
    for (table, index) in module.tables.clone().into_iter().flatten().zip(0..) {
        let name = offers.of(0, ExportKind::Table, index);
        let ty = TableType::try_from(table.map_err(wrong)?.ty).map_err(unknown)?;
        imports.import(&from, &name, EntityType::Table(ty));
    }
    for (global, index) in module.globals.clone().into_iter().flatten().zip(0..) {
        let name = offers.of(0, ExportKind::Global, index);
        let ty = GlobalType::try_from(global.map_err(wrong)?.ty).map_err(unknown)?;
        imports.import(&from, &name, EntityType::Global(ty));
    }
    Ok(())
}

fn function_type(module: &Bound<'_>, function: u32) -> Outcome<EntityType> {
    let index = module.type_of(function).map(EntityType::Function);
    index.ok_or_else(|| format!("function {function} of the wasm has no type"))
}

/// The entries of tables of which `is_wanted` holds, each at its place.
fn runs(all: &[Run], is_wanted: &dyn Fn(u32) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for run in all {
        for (function, place) in run.functions.iter().copied().zip(run.place..) {
            if !is_wanted(function) {
                continue;
            }
            match runs.last_mut() {
                Some(last)
                    if last.table == run.table && last.place + last.functions.len() as i32 == place =>
                {
                    last.functions.push(function);
                }
                _ => runs.push(Run {
                    table: run.table,
                    place,
                    functions: vec![function],
                }),
            }
        }
    }
    runs
}
