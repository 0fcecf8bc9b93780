//! The steps that are programs for Node.

use std::fs;
use std::time::Duration;

use crate::{Outcome, all, command, listen, paths};

/// For one of the suites below, on a small, busy machine: the longest takes 16 minutes on an idle one.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// TypeScript over `tests/types`, over the code blocks of README and docs, and the names and comments of the contract.
pub fn types() -> Outcome {
    all([
        command::run(command::at_root("node").arg("tests/docs/types.mjs")),
        command::run(command::at_root("node").arg("tests/types/names.mjs")),
        command::run(
            command::at_root("node")
                .arg(paths::npm_bin("tsc"))
                .args(["--project", "tests/types"]),
        ),
    ])
}

/// Scenarios and seeded schedules over the simulated network.
pub fn simulated() -> Outcome {
    node_tests("tests/simulated")
}

/// README and docs: what runs, runs; every code, option and path they name is there, and none is missing.
pub fn examples() -> Outcome {
    node_tests("tests/docs")
}

/// The files by name: what `node --test` makes of a directory differs between its versions.
fn node_tests(directory: &str) -> Outcome {
    let describe = |error: std::io::Error| format!("cannot read {directory}: {error}");
    let mut files = Vec::new();
    for entry in fs::read_dir(paths::root().join(directory)).map_err(describe)? {
        let path = entry.map_err(describe)?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(format!("there is no test in {directory}"));
    }
    files.sort();
    let mut node = command::at_root("node");
    command::run(node.arg("--test").args(files))
}

/// The tarball, installed as a user would.
pub fn package() -> Outcome {
    listen::run_well(command::at_root("node").arg("tests/package/run.mjs"), LIMIT).map(|_| ())
}

/// The tarball where installing or building is slow.
pub fn matrix() -> Outcome {
    listen::run_well(
        command::at_root("node").arg("tests/package/matrix/run.mjs"),
        LIMIT,
    )
    .map(|_| ())
}

/// The framework bindings, with the real frameworks.
pub fn bindings() -> Outcome {
    listen::run_well(command::at_root("node").arg("tests/bindings/run.mjs"), LIMIT).map(|_| ())
}

/// The adapters of the benchmark, and what becomes of its numbers.
pub fn bench() -> Outcome {
    node_tests("bench/lib")?;
    listen::run_well(command::at_root("node").arg("bench/check.mjs"), LIMIT).map(|_| ())
}

/// End to end in Chromium.
pub fn e2e_chromium() -> Outcome {
    e2e("chromium")
}

/// End to end in Firefox.
pub fn e2e_firefox() -> Outcome {
    e2e("firefox")
}

/// End to end in WebKitGTK.
pub fn e2e_webkit() -> Outcome {
    e2e("webkit")
}

fn e2e(browser: &str) -> Outcome {
    // A runner that counts wrongly would pass everything.
    node_tests("tests/e2e/lib")?;
    let mut node = command::at_root("node");
    node.args(["tests/e2e/run.mjs", "--browser", browser]);
    listen::run_well(&mut node, LIMIT).map(|_| ())
}
