//! What the toolchain of `rust-toolchain.toml` needs beside the compiler itself.

use std::path::PathBuf;

use crate::steps::task;
use crate::{Outcome, command, paths};

const TARGET: &str = "wasm32-unknown-unknown";

/// The standard library for the browser build.
pub fn wasm_target() -> Outcome {
    if sysroot()?.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    need_rustup(&format!("the standard library of the target {TARGET}"))?;
    task(&format!("installing the Rust target {TARGET}"), || {
        command::run(command::at_root("rustup").args(["target", "add", TARGET]))
    })
}

/// The formatter and the linter.
pub fn components() -> Outcome {
    let bin = sysroot()?.join("bin");
    for (program, component) in [("rustfmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if bin.join(program).is_file() {
            continue;
        }
        need_rustup(component)?;
        task(&format!("installing the Rust component {component}"), || {
            command::run(command::at_root("rustup").args(["component", "add", component]))
        })?;
    }
    Ok(())
}

fn sysroot() -> Outcome<PathBuf> {
    let printed = command::capture(command::at_root("rustc").args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(printed.trim()))
}

fn need_rustup(what: &str) -> Outcome {
    match paths::find_program("rustup") {
        Some(_) => Ok(()),
        None => Err(format!(
            "{what} is missing and there is no rustup to install it: see https://rustup.rs"
        )),
    }
}
