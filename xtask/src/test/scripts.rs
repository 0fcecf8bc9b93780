//! The steps that are programs for Node.

use std::time::Duration;

use crate::{Outcome, command, listen, paths};

/// For one of the suites below, on a small, busy machine.
const LIMIT: Duration = Duration::from_secs(20 * 60);

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
    listen::run_well(command::at_root("node").arg("tests/package/run.mjs"), LIMIT).map(|_| ())
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
    let mut node = command::at_root("node");
    node.args(["tests/e2e/run.mjs", "--browser", browser]);
    listen::run_well(&mut node, LIMIT).map(|_| ())
}
