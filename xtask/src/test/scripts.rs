//! The steps that are programs for Node.

use crate::{Outcome, command, paths};

/// TypeScript over `tests/types`, and the names and comments of the contract.
pub fn types() -> Outcome {
    command::run(command::at_root("node").arg("tests/types/names.mjs"))?;
    let mut tsc = command::at_root("node");
    command::run(tsc.arg(paths::npm_bin("tsc")).args(["--project", "tests/types"]))
}

/// Scenarios and seeded schedules over the simulated network.
pub fn simulated() -> Outcome {
    command::run(command::at_root("node").args(["--test", "tests/simulated/"]))
}

/// The tarball, installed as a user would.
pub fn package() -> Outcome {
    command::run(command::at_root("node").arg("tests/package/run.mjs"))
}

/// End to end in Chromium.
pub fn e2e_chromium() -> Outcome {
    e2e("chromium")
}

/// End to end in Firefox.
pub fn e2e_firefox() -> Outcome {
    e2e("firefox")
}

fn e2e(browser: &str) -> Outcome {
    command::run(command::at_root("node").args(["tests/e2e/run.mjs", "--browser", browser]))
}
