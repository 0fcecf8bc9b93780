//! `cargo xtask build`: from the sources to an installable tarball.

mod package;
mod split;
mod wasm;

use std::fs::{self, File};

use crate::steps::{Steps, task};
use crate::{Outcome, command, paths, setup};

/// `cargo xtask build [--quick | --enforce-sizes]`.
pub fn command(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (effort, enforce) = match words.as_slice() {
        [] => (Effort::Full, false),
        ["--enforce-sizes"] => (Effort::Full, true),
        ["--quick"] => (Effort::Quick, false),
        _ => return Err("build knows --quick, or --enforce-sizes".to_owned()),
    };
    let mut steps = Steps::default();
    steps.run("setup", setup::for_build)?;
    steps.run("build", || build(effort))?;
    if effort == Effort::Quick {
        return steps.close();
    }
    steps.run("package", || package::tarball().map(|_| ()))?;
    steps.run("sizes", || sizes(enforce))?;
    steps.close()
}

/// How much is optimised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For users: link-time optimisation and wasm-opt.
    Full,
    /// For whoever edits and tests: compiled incrementally, larger and slower.
    Quick,
}

/// Leaves in `pkg/wasm` what the package's entries import.
pub fn modules() -> Outcome {
    build(Effort::Full)
}

fn build(effort: Effort) -> Outcome {
    let _alone = lock()?;
    unpacker()?;
    main_module(effort)?;
    text_module(effort)?;
    task("bundling for require and for script tags", || {
        command::run(command::at_root("node").arg(paths::script("bundles.mjs")))
    })
}

/// What unpacks the other modules: small and fast in each build, for every start waits for it.
fn unpacker() -> Outcome {
    task("compiling what unpacks", || {
        let raw = wasm::compile(wasm::PACKING, Effort::Full)?;
        let module = paths::target().join("parley-sync-unpacker.wasm");
        fs::copy(&raw, &module).map_err(|error| format!("cannot copy {}: {error}", raw.display()))?;
        wasm::optimise_last(&module)?;
        command::run(
            command::at_root("node")
                .arg(paths::script("unpacker.mjs"))
                .arg(&module),
        )
    })
}

/// Messages, states and stores: one program in parts.
fn main_module(effort: Effort) -> Outcome {
    let raw = task("compiling to wasm32", || wasm::compile(wasm::MAIN, effort))?;
    let directory = task("wasm-bindgen", || wasm::bind(wasm::MAIN, &raw))?;
    let parts = task("splitting the wasm", || {
        split::split(&raw, &wasm::bound(wasm::MAIN, &directory))
    })?;
    if effort == Effort::Full {
        task("wasm-opt -Oz", || {
            parts.files.iter().try_for_each(|part| wasm::optimise(part))
        })?;
    }
    task("inlining the wasm", || {
        parts.files.iter().try_for_each(|part| wasm::pack(part))?;
        command::run(
            command::at_root("node")
                .arg(paths::script("modules.mjs"))
                .arg(&directory)
                .arg(&parts.names)
                .args(&parts.files),
        )
    })
}

/// Text merged by character.
fn text_module(effort: Effort) -> Outcome {
    let raw = task("text: compiling to wasm32", || wasm::compile(wasm::TEXT, effort))?;
    let directory = task("text: wasm-bindgen", || wasm::bind(wasm::TEXT, &raw))?;
    let module = wasm::bound(wasm::TEXT, &directory);
    let names = match effort {
        Effort::Full => task("text: wasm-opt -Oz", || {
            wasm::optimise_and_rename(&module, &directory)
        })?,
        Effort::Quick => wasm::unchanged(&directory)?,
    };
    task("text: inlining the wasm", || {
        wasm::pack(&module)?;
        command::run(
            command::at_root("node")
                .arg(paths::script("text-module.mjs"))
                .args([&directory, &module, &names]),
        )
    })
}

/// The tarball, from what was built last.
pub fn tarball() -> Outcome {
    package::tarball().map(|_| ())
}

/// Prints what the entries weigh; may refuse those above their budget.
pub fn sizes(enforce: bool) -> Outcome {
    let mut node = command::at_root("node");
    node.arg(paths::script("sizes.mjs"));
    if enforce {
        node.arg("--enforce");
    }
    command::run(&mut node)
}

/// Two builds at once in one checkout would mix their files. The lock is released when the file is closed.
fn lock() -> Outcome<File> {
    let directory = paths::built();
    let describe = |error: std::io::Error| format!("cannot lock {}: {error}", directory.display());
    fs::create_dir_all(&directory).map_err(describe)?;
    let file = File::create(directory.join(".lock")).map_err(describe)?;
    file.lock().map_err(describe)?;
    Ok(file)
}
