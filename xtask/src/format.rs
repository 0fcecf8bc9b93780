//! One formatter for Rust, one for everything else.

use crate::{Outcome, all, command, paths, setup};

/// `cargo xtask fmt [--check]`.
pub fn command(arguments: &[String]) -> Outcome {
    let check = arguments.iter().any(|argument| argument == "--check");
    setup::npm_packages(&paths::root())?;
    all([rust(check), web(check)])
}

/// rustfmt over the workspace.
pub fn rust(check: bool) -> Outcome {
    let mut cargo = command::cargo();
    cargo.args(["fmt", "--all"]);
    if check {
        cargo.arg("--check");
    }
    command::run(&mut cargo)
}

/// Prettier over JavaScript, TypeScript, CSS, HTML and JSON; what git ignores is left alone.
pub fn web(check: bool) -> Outcome {
    let mut prettier = command::at_root("node");
    prettier
        .arg(paths::npm_bin("prettier"))
        .args([".", "--log-level", "warn"]);
    prettier.arg(if check { "--check" } else { "--write" });
    command::run(&mut prettier)
}
