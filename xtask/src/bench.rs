//! `cargo xtask bench`: the package beside raw channels and other libraries in a browser, and the core by itself.

use crate::{Outcome, build, command, setup};

/// `cargo xtask bench [core] [options]`.
pub fn command(arguments: &[String]) -> Outcome {
    match arguments.split_first() {
        Some((first, rest)) if first == "core" => core(rest),
        _ => browser(arguments),
    }
}

/// Criterion over the core, natively. What follows is criterion's: a filter, `--quick`, `--save-baseline`.
fn core(arguments: &[String]) -> Outcome {
    let mut cargo = command::cargo();
    cargo.args(["bench", "--package", "parley-sync-bench", "--"]);
    command::run(cargo.args(arguments))
}

/// The table, of what is built now; `--built` takes the package as it stands.
fn browser(arguments: &[String]) -> Outcome {
    let (ours, theirs): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| *word == "--built");
    setup::for_bench()?;
    let lists = theirs.iter().any(|word| *word == "--list");
    let node = |options: &[&str]| {
        let mut node = command::at_root("node");
        node.arg("bench/run.mjs").args(options).args(&theirs);
        node
    };
    if ours.is_empty() && !lists {
        // A wrong option is refused before minutes of building.
        command::run_quiet(&mut node(&["--list"]))?;
        build::modules()?;
    }
    command::run(&mut node(&[]))
}
