//! `cargo xtask test`: every check, each a step with a name and a time.

mod browser;
mod native;
mod purity;
mod scripts;

use std::collections::BTreeSet;

use crate::steps::Steps;
use crate::{Outcome, build, format, setup};

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

/// In this order: what is quick to tell comes first, and what needs the package comes after it is built.
const STEPS: [Step; 15] = [
    Step {
        name: "setup",
        what: "what is missing is installed",
        run: setup::for_test,
    },
    Step {
        name: "format",
        what: "rustfmt and prettier change nothing",
        run: formatted,
    },
    Step {
        name: "purity",
        what: "the core names no browser, clock or randomness",
        run: purity::check,
    },
    Step {
        name: "clippy",
        what: "clippy without warnings, native and wasm32",
        run: native::clippy,
    },
    Step {
        name: "docs",
        what: "rustdoc without warnings",
        run: native::docs,
    },
    Step {
        name: "native",
        what: "unit and property tests of the core, and of this tool",
        run: native::tests,
    },
    Step {
        name: "build",
        what: "wasm, bundles, tarball",
        run: built,
    },
    Step {
        name: "sizes",
        what: "no entry above its budget of bytes",
        run: sizes,
    },
    Step {
        name: "types",
        what: "the declarations keep the contract",
        run: scripts::types,
    },
    Step {
        name: "simulated",
        what: "the public API over the simulated network, in Node",
        run: scripts::simulated,
    },
    Step {
        name: "browser-chromium",
        what: "wasm-pack test in headless Chromium",
        run: browser::chromium,
    },
    Step {
        name: "browser-firefox",
        what: "wasm-pack test in headless Firefox",
        run: browser::firefox,
    },
    Step {
        name: "package",
        what: "the tarball in Node, vitest and four bundlers",
        run: scripts::package,
    },
    Step {
        name: "e2e-chromium",
        what: "two origins, whole windows, in Chromium",
        run: scripts::e2e_chromium,
    },
    Step {
        name: "e2e-firefox",
        what: "the same in Firefox",
        run: scripts::e2e_firefox,
    },
];

/// `cargo xtask test [--only a,b] [--list]`.
pub fn run(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let chosen = match words.as_slice() {
        [] => STEPS.iter().collect(),
        ["--list"] => {
            for step in &STEPS {
                println!("{:<18} {}", step.name, step.what);
            }
            return Ok(());
        }
        ["--only", names] => choose(names)?,
        _ => return Err("test knows --list and --only <steps>, separated by commas".to_owned()),
    };
    let mut steps = Steps::default();
    for step in chosen {
        steps.run(step.name, step.run)?;
    }
    steps.close();
    Ok(())
}

/// The steps by name, or by the first part of a name: `e2e` chooses both browsers.
fn choose(names: &str) -> Outcome<Vec<&'static Step>> {
    let mut wanted: BTreeSet<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    let matches = |step: &Step, name: &str| step.name == name || step.name.split('-').next() == Some(name);
    if let Some(unknown) = wanted
        .iter()
        .find(|name| !STEPS.iter().any(|step| matches(step, name)))
    {
        return Err(format!(
            "there is no step '{unknown}': see cargo xtask test --list"
        ));
    }
    if wanted.is_empty() {
        return Err("--only wants the name of a step: see cargo xtask test --list".to_owned());
    }
    wanted.insert("setup");
    Ok(STEPS
        .iter()
        .filter(|step| wanted.iter().any(|name| matches(step, name)))
        .collect())
}

fn formatted() -> Outcome {
    format::rust(true)?;
    format::web(true)
}

fn built() -> Outcome {
    build::modules()?;
    build::tarball()
}

fn sizes() -> Outcome {
    build::sizes(true)
}
