//! Cargo, wasm-bindgen, wasm-opt.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{env, fs};

use parley_sync_packing as packing;

use super::Effort;
use crate::{Outcome, command, paths};

const TARGET: &str = "wasm32-unknown-unknown";

/// A crate of the workspace that becomes a module.
#[derive(Clone, Copy)]
pub struct Module {
    /// As cargo calls it.
    package: &'static str,
    /// What its files begin with.
    pub name: &'static str,
    /// What the linker is to do beside the usual.
    link: &'static [&'static str],
    /// What wasm-bindgen is to do beside the usual.
    extra: &'static [&'static str],
}

/// Messages and state.
pub const MAIN: Module = Module {
    package: "parley-sync",
    name: "parley_sync",
    // By the relocations and the names of functions it is split into two (`split`).
    // The stack is a page's memory as long as it stays open. The tests and merges of values 1,000 levels deep use 18 kB of it;
    // the usual megabyte is four times what the rest holds at the beginning.
    link: &["-Clink-arg=--emit-relocs", "-Clink-arg=-zstack-size=262144"],
    extra: &["--no-demangle"],
};

/// Text merged by character. It can be started anew: what others write is read there by a crate that may panic.
pub const TEXT: Module = Module {
    package: "parley-sync-text",
    name: "parley_sync_text",
    link: &[],
    extra: &["--experimental-reset-state-function"],
};

/// What unpacks the others in the page. It is there before they are, so it has no glue.
pub const PACKING: Module = Module {
    package: "parley-sync-packing",
    name: "parley_sync_packing",
    // It has no recursion, and a page holds its memory until the next garbage collection.
    link: &["-Clink-arg=-zstack-size=16384"],
    extra: &[],
};

/// What rustc's wasm32 target uses by default, and wasm-opt may use in turn: every engine of the last three years has it.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The crate as cargo leaves it.
pub fn compile(module: Module, effort: Effort) -> Outcome<PathBuf> {
    let profile = match effort {
        Effort::Full => "release",
        Effort::Quick => "quick",
    };
    let mut cargo = command::cargo();
    cargo.args([
        "rustc",
        "--profile",
        profile,
        "--lib",
        "--package",
        module.package,
        "--target",
        TARGET,
        "--",
    ]);
    cargo.args(module.link);
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        without_paths_of_this_machine(),
    );
    command::run(&mut cargo)?;
    Ok(paths::target()
        .join(TARGET)
        .join(profile)
        .join(module.name)
        .with_extension("wasm"))
}

/// Locations of panics name source files: as the crate knows them, not where this machine keeps them.
fn without_paths_of_this_machine() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut flags = format!("--remap-path-prefix={}=parley-sync", paths::root().display());
    if let Some(home) = home {
        flags.push_str(&format!(
            " --remap-path-prefix={}=crates",
            home.join("registry/src").display()
        ));
    }
    flags
}

/// What wasm-opt may put in place of a call. Measured: without this the module is 3 % smaller, but 2 % larger packed and after
/// brotli, which finds a call repeated where it does not find a body.
const INLINE: [&str; 3] = [
    "--always-inline-max-function-size=3",
    "--flexible-inline-max-function-size=3",
    "--one-caller-inline-max-function-size=0",
];

/// The directory with the module and its glue.
pub fn bind(which: Module, raw: &Path) -> Outcome<PathBuf> {
    let directory = paths::target().join(format!("{}-bound", which.package));
    if directory.is_dir() {
        fs::remove_dir_all(&directory)
            .map_err(|error| format!("cannot empty {}: {error}", directory.display()))?;
    }
    // Without a default path the glue names no asset, so no bundler copies a .wasm that the default entry does not use.
    let mut bindgen = command::at_root("wasm-bindgen");
    bindgen.args([
        "--target",
        "web",
        "--no-typescript",
        "--omit-default-module-path",
        "--out-name",
        which.name,
    ]);
    bindgen.args(which.extra);
    command::run(bindgen.arg("--out-dir").arg(&directory).arg(raw))?;
    Ok(directory)
}

/// The module that was bound into a directory.
pub fn bound(which: Module, directory: &Path) -> PathBuf {
    directory.join(format!("{}_bg.wasm", which.name))
}

/// Optimises a module in place.
pub fn optimise(module: &Path) -> Outcome {
    optimise_and(module, &[]).map(|_| ())
}

/// The same, with short names for imports and exports. Returns a file that lists the names which the module, and not yet its
/// glue, has changed.
pub fn optimise_and_rename(module: &Path, directory: &Path) -> Outcome<PathBuf> {
    let renamed = optimise_and(module, &["--minify-imports-and-exports-and-modules"])?;
    write_names(directory, &renamed)
}

/// Optimises a module that nothing else will read: what it says of itself is left out.
pub fn optimise_last(module: &Path) -> Outcome {
    optimise_and(module, &["--strip-target-features"]).map(|_| ())
}

fn optimise_and(module: &Path, more: &[&str]) -> Outcome<String> {
    let mut optimise = command::at_root("node");
    optimise
        .arg(paths::npm_bin("wasm-opt"))
        .args(["-Oz", "--strip-debug", "--strip-producers"])
        .args(FEATURES)
        .args(INLINE)
        .args(more);
    command::capture(optimise.arg(module).arg("-o").arg(module))
}

/// Writes the module, packed, as text beside it.
pub fn pack(module: &Path) -> Outcome {
    let describe = |error: &dyn Display| format!("cannot pack {}: {error}", module.display());
    let wasm = fs::read(module).map_err(|error| describe(&error))?;
    let packed = packing::pack(&wasm).map_err(|error| describe(&error))?;
    let mut beside = module.as_os_str().to_owned();
    beside.push(".txt");
    fs::write(beside, packing::text::write(&packed)).map_err(|error| describe(&error))
}

/// The same file for a module that was not optimised: no name is changed.
pub fn unchanged(directory: &Path) -> Outcome<PathBuf> {
    write_names(directory, "null")
}

fn write_names(directory: &Path, content: &str) -> Outcome<PathBuf> {
    let names = directory.with_extension("names.json");
    fs::write(&names, content).map_err(|error| format!("cannot write {}: {error}", names.display()))?;
    Ok(names)
}
