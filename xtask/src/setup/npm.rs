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
    own(directory)?;
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

/// `npm ci` begins by emptying `node_modules`: through a link, somebody else's.
fn own(directory: &Path) -> Outcome {
    let modules = directory.join("node_modules");
    if !modules.is_symlink() {
        return Ok(());
    }
    Err(format!(
        "{} is a link, and `npm ci` would empty what it points to: put a copy in its place, or nothing",
        modules.display()
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_points_to_is_not_emptied() {
        let place = std::env::temp_dir().join(format!("parley-npm-{}", std::process::id()));
        let theirs = place.join("theirs");
        fs::create_dir_all(&theirs).expect("a directory");
        fs::write(place.join("package-lock.json"), "{}").expect("a lockfile");
        std::os::unix::fs::symlink(&theirs, place.join("node_modules")).expect("a link");
        let refused = install(&place).expect_err("not through a link");
        assert!(refused.contains("is a link"), "{refused}");
        // What the lockfile names is there: nothing to do, whosever it is.
        fs::write(theirs.join(".installed-lock.json"), "{}").expect("installed");
        assert_eq!(install(&place), Ok(()));
        fs::remove_dir_all(&place).expect("it was ours");
    }
}
