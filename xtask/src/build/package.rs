//! The tarball: the package with the texts and the documentation that live at the checkout's root.

use std::fs;
use std::path::{Path, PathBuf};

use crate::steps::task;
use crate::{Outcome, command, paths};

const TEXTS: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

/// Packs a copy, so that no copied text stays in the checkout, and puts the tarball into `pkg/`.
pub fn tarball() -> Outcome<PathBuf> {
    let stage = paths::target().join("parley-sync-package");
    let describe = |error: std::io::Error| format!("cannot prepare {}: {error}", stage.display());
    if stage.is_dir() {
        fs::remove_dir_all(&stage).map_err(describe)?;
    }
    copy_tree(&paths::package(), &stage).map_err(describe)?;
    for text in TEXTS {
        let from = paths::root().join(text);
        if from.is_file() {
            fs::copy(&from, stage.join(text)).map_err(describe)?;
        }
    }
    copy_tree(&paths::root().join("docs"), &stage.join("docs")).map_err(describe)?;
    for directory in [stage.clone(), stage.join("docs")] {
        strip_tests(&directory).map_err(describe)?;
    }
    command::run(command::at_root("node").arg("xtask/js/integrity.mjs").arg(&stage))?;
    let printed = task("npm pack", || {
        command::capture(
            command::at_root("npm")
                .args(["pack", "--silent", "--ignore-scripts"])
                .current_dir(&stage),
        )
    })?;
    let name = printed.lines().last().unwrap_or_default().trim();
    let packed = stage.join(name);
    let tarball = paths::package().join(name);
    fs::copy(&packed, &tarball).map_err(describe)?;
    let bytes = fs::metadata(&tarball).map_err(describe)?.len();
    println!("    pkg/{name}: {:.1} kB", bytes as f64 / 1000.0);
    Ok(tarball)
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with('.') || text == "node_modules" || text.ends_with(".tgz") || text.ends_with(".tmp")
        {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to.join(name))?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Takes the comments that steer the tests of the examples (`tests/docs/`) out of the pages of a directory: readers of the package
/// see them as text.
fn strip_tests(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path)?;
            fs::write(&path, without_tests(&text))?;
        }
    }
    Ok(())
}

/// The text without the comments that begin a line with one of those words.
fn without_tests(text: &str) -> String {
    let begins = |line: &str| {
        ["<!-- given", "<!-- run", "<!-- then"]
            .into_iter()
            .any(|word| line.starts_with(word))
    };
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        inside |= begins(line);
        if !inside {
            kept.push_str(line);
        }
        inside &= !line.trim_end().ends_with("-->");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_tests;

    #[test]
    fn comments_for_the_tests_are_left_out() {
        let page = "# A\n<!-- run -->\n```ts\nlet a = b => b; // <!-- run\n```\n<!-- then\nassert(a);\n\nmore\n-->\nEnd\n";
        assert_eq!(
            without_tests(page),
            "# A\n```ts\nlet a = b => b; // <!-- run\n```\nEnd\n"
        );
        assert_eq!(without_tests("<!-- a note -->\n"), "<!-- a note -->\n");
    }
}
