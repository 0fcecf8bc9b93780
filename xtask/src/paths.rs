//! Where things are, whatever directory the command was called from.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout's root: the parent of this crate.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// The npm package: hand-written files, and `wasm/` with what is built.
pub fn package() -> PathBuf {
    root().join("pkg")
}

/// What the build leaves.
pub fn built() -> PathBuf {
    package().join("wasm")
}

/// The generated part of the site: documentation, reference, playground.
pub fn site() -> PathBuf {
    target().join("site")
}

/// Cargo's target directory, which a contributor may have moved.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root().join(directory),
        None => root().join("target"),
    }
}

/// A program that npm installed for this checkout.
pub fn npm_bin(program: &str) -> PathBuf {
    root().join("node_modules/.bin").join(program)
}

/// A script of this crate.
pub fn script(name: &str) -> PathBuf {
    root().join("xtask/js").join(name)
}

/// Looks a program up in PATH, as a shell would.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|candidate| is_executable(candidate))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
