//! What cargo checks without a browser.

use std::time::Duration;

use super::binaries;
use crate::{Outcome, command};

/// For compiling and running all of them on a small, busy machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// For the host, then for the browser build, which alone compiles the bindings.
pub fn clippy() -> Outcome {
    let warnings = ["--", "-D", "warnings"];
    command::run(
        command::cargo()
            .args(["clippy", "--quiet", "--workspace", "--all-targets"])
            .args(warnings),
    )?;
    // The tests of the text crate are native ones.
    for (package, targets) in [("parley-sync", "--all-targets"), ("parley-sync-text", "--lib")] {
        let browser = [
            "--package",
            package,
            targets,
            "--target",
            "wasm32-unknown-unknown",
        ];
        command::run(
            command::cargo()
                .args(["clippy", "--quiet"])
                .args(browser)
                .args(warnings),
        )?;
    }
    Ok(())
}

/// Broken links and missing documentation, in both builds.
pub fn docs() -> Outcome {
    let doc = || {
        let mut cargo = command::cargo();
        cargo.env("RUSTDOCFLAGS", "-D warnings").args([
            "doc",
            "--quiet",
            "--no-deps",
            "--package",
            "parley-sync",
            "--package",
            "parley-sync-text",
        ]);
        cargo
    };
    command::run(&mut doc())?;
    command::run(doc().args(["--target", "wasm32-unknown-unknown"]))
}

/// Optimised, because the property tests run schedules by the hundred thousand; overflow and debug assertions stay on.
pub fn tests() -> Outcome {
    let cargo = |more: &[&str]| {
        let mut cargo = command::cargo();
        cargo.args(["test", "--profile", "native"]);
        cargo.args(["--package", "parley-sync", "--package", "parley-sync-text"]);
        cargo.args(more);
        cargo
    };
    let passed = binaries::run(&mut cargo(&[]), LIMIT)?;
    println!("    {passed} tests passed");
    // The examples in the documentation are no binaries.
    command::run_quiet(&mut cargo(&["--doc"]))?;
    command::run_quiet(command::cargo().args(["test", "--quiet", "--package", "xtask"]))
}
