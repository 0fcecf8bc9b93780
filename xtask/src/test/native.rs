//! What cargo checks without a browser.

use std::time::Duration;

use super::binaries;
use crate::{Outcome, all, command};

const WASM: &str = "wasm32-unknown-unknown";

/// The crates that a page gets.
const SHIPPED: [&str; 6] = [
    "--package",
    "parley-sync",
    "--package",
    "parley-sync-text",
    "--package",
    "parley-sync-packing",
];

/// For compiling and running all of them on a small, busy machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// For the host, and for the browser build, which alone compiles the bindings.
pub fn clippy() -> Outcome {
    let clippy = |what: &[&str]| {
        let mut cargo = command::cargo();
        cargo.args(["clippy", "--quiet"]).args(what);
        command::run(cargo.args(["--", "-D", "warnings"]))
    };
    let browser = |package: &str, targets: &str| clippy(&["--package", package, targets, "--target", WASM]);
    all([
        clippy(&["--workspace", "--all-targets"]),
        browser("parley-sync", "--all-targets"),
        // The tests of the other crates are native ones.
        browser("parley-sync-text", "--lib"),
        browser("parley-sync-packing", "--lib"),
    ])
}

/// Broken links and missing documentation, in both builds.
pub fn docs() -> Outcome {
    let doc = |target: &[&str]| {
        let mut cargo = command::cargo();
        cargo
            .env("RUSTDOCFLAGS", "-D warnings")
            .args(["doc", "--quiet", "--no-deps"])
            .args(SHIPPED);
        command::run(cargo.args(target))
    };
    all([doc(&[]), doc(&["--target", WASM])])
}

/// Optimised, because the property tests run schedules by the hundred thousand; overflow and debug assertions stay on.
pub fn tests() -> Outcome {
    let cargo = |more: &[&str]| {
        let mut cargo = command::cargo();
        cargo.args(["test", "--profile", "native"]);
        cargo.args(SHIPPED);
        cargo.args(more);
        cargo
    };
    all([
        binaries::run(&mut cargo(&[]), LIMIT).map(|passed| println!("    {passed} tests passed")),
        // The examples in the documentation are no binaries.
        command::run_quiet(&mut cargo(&["--doc"])),
        command::run_quiet(command::cargo().args(["test", "--quiet", "--package", "xtask"])),
    ])
}
