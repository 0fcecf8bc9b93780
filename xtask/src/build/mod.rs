//! `cargo xtask build`: from the sources to an installable tarball.

mod package;
mod wasm;

use std::fs::{self, File};

use crate::steps::{Steps, task};
use crate::{Outcome, command, paths, setup};

/// `cargo xtask build [--enforce-sizes]`.
pub fn command(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.iter().find(|argument| *argument != "--enforce-sizes") {
        return Err(format!("build knows no '{unknown}'"));
    }
    let mut steps = Steps::default();
    steps.run("setup", setup::for_build)?;
    steps.run("build", modules)?;
    steps.run("package", || package::tarball().map(|_| ()))?;
    steps.run("sizes", || sizes(!arguments.is_empty()))?;
    steps.close()
}

/// Leaves in `pkg/wasm` what the package's entries import.
pub fn modules() -> Outcome {
    let _alone = lock()?;
    module("", wasm::MAIN)?;
    module("text: ", wasm::TEXT)?;
    task("bundling for require and for script tags", || {
        command::run(command::at_root("node").arg(paths::script("bundles.mjs")))
    })
}

fn module(label: &str, module: wasm::Module) -> Outcome {
    let raw = task(&format!("{label}compiling to wasm32"), || wasm::compile(module))?;
    let (bound, names) = task(&format!("{label}wasm-bindgen and wasm-opt -Oz"), || {
        wasm::bind(module, &raw)
    })?;
    task(&format!("{label}inlining the wasm"), || {
        command::run(
            command::at_root("node")
                .arg(paths::script("modules.mjs"))
                .arg(module.name)
                .arg(module.inline)
                .arg(&bound)
                .arg(&names),
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
