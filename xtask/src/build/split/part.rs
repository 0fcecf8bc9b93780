//! One part, written: its functions under new indices, and what of memory, tables and data is its own.

use std::collections::HashMap;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, ImportSection, MemorySection, Module, TableSection, TypeSection,
};

use super::bound::{Bound, Run};
use crate::Outcome;

/// Functions by their new indices.
pub struct Numbers(pub HashMap<u32, u32>);

impl Numbers {
    pub fn get(&self, function: u32) -> Outcome<u32> {
        let number = self.0.get(&function).copied();
        number
            .ok_or_else(|| format!("function {function} of the wasm is used by a part that does not have it"))
    }
}

impl Reencode for Numbers {
    type Error = String;
    fn function_index(&mut self, function: u32) -> Result<u32, Error<String>> {
        self.get(function).map_err(Error::UserError)
    }
}

/// Each by its name and its index.
pub type Exports = Vec<(String, ExportKind, u32)>;

pub fn said(error: Error<impl std::fmt::Display + std::fmt::Debug>) -> String {
    format!("cannot write a part of the wasm: {error}")
}

/// What a part consists of.
pub struct Content<'a> {
    /// Whether memory, tables and globals are its own, and not imports.
    pub owns: bool,
    pub imports: ImportSection,
    pub functions: &'a [u32],
    pub exports: Exports,
    pub runs: &'a [Run],
    pub data: DataSection,
}

impl Content<'_> {
    /// The module.
    pub fn write(self, module: &Bound<'_>, numbers: &mut Numbers) -> Outcome<Vec<u8>> {
        let mut out = Module::new();
        let mut types = TypeSection::new();
        if let Some(read) = &module.types {
            numbers
                .parse_type_section(&mut types, read.clone())
                .map_err(said)?;
        }
        out.section(&types).section(&self.imports);
        let mut section = FunctionSection::new();
        for function in self.functions {
            let index = module
                .type_of(*function)
                .ok_or("a function of the wasm has no type")?;
            section.function(index);
        }
        out.section(&section);
        if self.owns {
            let (mut tables, mut memories, mut globals) =
                (TableSection::new(), MemorySection::new(), GlobalSection::new());
            if let Some(read) = &module.tables {
                numbers
                    .parse_table_section(&mut tables, read.clone())
                    .map_err(said)?;
            }
            if let Some(read) = &module.memories {
                numbers
                    .parse_memory_section(&mut memories, read.clone())
                    .map_err(said)?;
            }
            if let Some(read) = &module.globals {
                numbers
                    .parse_global_section(&mut globals, read.clone())
                    .map_err(said)?;
            }
            out.section(&tables).section(&memories).section(&globals);
        }
        let mut section = ExportSection::new();
        for (name, kind, index) in self.exports {
            let index = if kind == ExportKind::Func {
                numbers.get(index)?
            } else {
                index
            };
            section.export(&name, kind, index);
        }
        out.section(&section);
        let mut elements = ElementSection::new();
        for run in self.runs {
            let functions: Vec<u32> = run
                .functions
                .iter()
                .map(|one| numbers.get(*one))
                .collect::<Outcome<_>>()?;
            let table = (run.table != 0).then_some(run.table);
            elements.active(
                table,
                &ConstExpr::i32_const(run.place),
                Elements::Functions(functions.into()),
            );
        }
        out.section(&elements);
        let mut code = CodeSection::new();
        for function in self.functions {
            if module.silent.contains(function) {
                let mut trap = Function::new([]);
                trap.instructions().unreachable().end();
                code.function(&trap);
                continue;
            }
            let body = module.bodies.get((*function - module.imported()) as usize);
            let body = body.ok_or("a function of the wasm has no body")?;
            numbers
                .parse_function_body(&mut code, body.clone())
                .map_err(said)?;
        }
        out.section(&code);
        out.section(&self.data);
        Ok(out.finish())
    }
}
