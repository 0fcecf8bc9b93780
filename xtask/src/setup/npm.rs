//! Packages from npm, exactly as a lockfile names them.

use std::fs;
use std::path::Path;

use crate::steps::task;
use crate::{Outcome, command, paths};

/// A copy of the lockfile that was installed last: equal means nothing to do, and nobody to ask.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// `npm ci` in this directory, unless what its lockfile names is already there.
pub fn install(directory: &Path) -> Outcome {
    let wanted = fs::read(directory.join("package-lock.json"))
        .map_err(|error| format!("cannot read {}/package-lock.json: {error}", directory.display()))?;
    let installed = directory.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let root = paths::root();
    let shown = directory
        .strip_prefix(&root)
        .ok()
        .filter(|path| !path.as_os_str().is_empty());
    let shown = shown.map_or_else(|| "the root".to_owned(), |path| path.display().to_string());
    task(&format!("installing the npm packages of {shown}"), || {
        command::run_quiet(
            command::at_root("npm")
                .args(["ci", "--ignore-scripts"])
                .args(["--no-audit", "--no-fund"])
                .current_dir(directory),
        )?;
        fs::write(&installed, &wanted)
            .map_err(|error| format!("cannot write {}: {error}", installed.display()))
    })
}
