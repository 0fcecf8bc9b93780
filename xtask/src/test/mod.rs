//! `cargo xtask test`: every check, each a step with a name and a time.

mod binaries;
mod browser;
mod native;
mod purity;
mod rings;
mod scripts;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::steps::Steps;
use crate::{Outcome, all, build, format, listen, setup};

/// For all steps, so that a run in which something hangs still tells what the others found.
const LIMIT: Duration = Duration::from_secs(75 * 60);

struct Step {
    name: &'static str,
    what: &'static str,
    /// Without these it can tell nothing.
    needs: &'static [&'static str],
    /// Slow to install or to run: left out unless it is named, or all are wanted.
    slow: bool,
    run: fn() -> Outcome,
}

const TOOLS: &[&str] = &["setup"];
const BROWSERS: &[&str] = &["setup", "setup-browsers"];
const PACKAGE: &[&str] = &["setup", "build"];
const BROWSERS_AND_PACKAGE: &[&str] = &["setup", "setup-browsers", "build"];
const WEBKIT_AND_PACKAGE: &[&str] = &["setup", "setup-webkit", "build"];
const MATRIX: &[&str] = &["setup", "setup-browsers", "setup-matrix", "build"];

/// In this order: what is quick to tell comes first, and what needs the package comes after it is built.
const STEPS: [Step; 23] = [
    Step {
        name: "setup",
        what: "compilers, linters and npm packages that are missing are installed",
        needs: &[],
        slow: false,
        run: setup::for_checks,
    },
    Step {
        name: "setup-browsers",
        what: "browsers and their drivers that are missing are installed",
        needs: &[],
        slow: false,
        run: setup::for_browsers,
    },
    Step {
        name: "setup-webkit",
        what: "WebKitGTK, its driver and a virtual display, if they are missing, are installed",
        needs: &[],
        slow: true,
        run: setup::for_webkit,
    },
    Step {
        name: "setup-matrix",
        what: "what the step matrix installs the tarball beside is installed",
        needs: TOOLS,
        slow: true,
        run: setup::for_matrix,
    },
    Step {
        name: "format",
        what: "rustfmt and prettier change nothing",
        needs: TOOLS,
        slow: false,
        run: formatted,
    },
    Step {
        name: "purity",
        what: "the core names no browser, clock or randomness, native tests no clock; dependencies go one way",
        needs: &[],
        slow: false,
        run: pure,
    },
    Step {
        name: "clippy",
        what: "clippy without warnings, native and wasm32",
        needs: TOOLS,
        slow: false,
        run: native::clippy,
    },
    Step {
        name: "docs",
        what: "rustdoc without warnings",
        needs: TOOLS,
        slow: false,
        run: native::docs,
    },
    Step {
        name: "native",
        what: "unit and property tests of the core, and of this tool",
        needs: &[],
        slow: false,
        run: native::tests,
    },
    Step {
        name: "build",
        what: "wasm, bundles, tarball",
        needs: TOOLS,
        slow: false,
        run: built,
    },
    Step {
        name: "sizes",
        what: "no entry above its budget of bytes",
        needs: PACKAGE,
        slow: false,
        run: sizes,
    },
    Step {
        name: "types",
        what: "the declarations keep the contract; every code block of README and docs compiles",
        needs: TOOLS,
        slow: false,
        run: scripts::types,
    },
    Step {
        name: "simulated",
        what: "the public API over the simulated network, in Node",
        needs: PACKAGE,
        slow: false,
        run: scripts::simulated,
    },
    Step {
        name: "examples",
        what: "the examples of README and docs that run, what docs say of codes, options and paths, and the site made of them",
        needs: PACKAGE,
        slow: false,
        run: scripts::examples,
    },
    Step {
        name: "browser-chromium",
        what: "wasm-pack test in headless Chromium",
        needs: BROWSERS,
        slow: false,
        run: browser::chromium,
    },
    Step {
        name: "browser-firefox",
        what: "wasm-pack test in headless Firefox",
        needs: BROWSERS,
        slow: false,
        run: browser::firefox,
    },
    Step {
        name: "package",
        what: "the tarball in Node, test runners, workers, four bundlers and from a CDN; publint, are-the-types-wrong",
        needs: BROWSERS_AND_PACKAGE,
        slow: false,
        run: scripts::package,
    },
    Step {
        name: "bindings",
        what: "React, Vue, Svelte, Solid and the others, with the bindings of the package, in Chromium",
        needs: BROWSERS_AND_PACKAGE,
        slow: false,
        run: scripts::bindings,
    },
    Step {
        name: "bench",
        what: "the benchmark's adapters carry what they are measured with, in Chromium; nothing is timed",
        needs: BROWSERS_AND_PACKAGE,
        slow: false,
        run: scripts::bench,
    },
    Step {
        name: "e2e-chromium",
        what: "two origins, whole windows, in Chromium",
        needs: BROWSERS_AND_PACKAGE,
        slow: false,
        run: scripts::e2e_chromium,
    },
    Step {
        name: "e2e-firefox",
        what: "the same in Firefox",
        needs: BROWSERS_AND_PACKAGE,
        slow: false,
        run: scripts::e2e_firefox,
    },
    Step {
        name: "e2e-webkit",
        what: "the same in WebKitGTK, but for what the run names as skipped",
        needs: WEBKIT_AND_PACKAGE,
        slow: true,
        run: scripts::e2e_webkit,
    },
    Step {
        name: "matrix",
        what: "the tarball in Vite 5, 6 and 8, Parcel, Next and Deno",
        needs: MATRIX,
        slow: true,
        run: scripts::matrix,
    },
];

/// `cargo xtask test [--all] [--only a,b] [--list]`.
pub fn run(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let chosen = match words.as_slice() {
        [] => STEPS.iter().filter(|step| !step.slow).collect(),
        ["--all"] => STEPS.iter().collect(),
        ["--list"] => {
            for step in &STEPS {
                let slow = if step.slow { " (with --all)" } else { "" };
                println!("{:<18} {}{slow}", step.name, step.what);
            }
            return Ok(());
        }
        ["--only", names] => choose(names)?,
        _ => return Err("test knows --all, --list, and --only <steps>, separated by commas".to_owned()),
    };
    listen::end_within(LIMIT);
    let mut steps = Steps::default();
    for step in chosen {
        match step.needs.iter().find(|name| steps.missed(name)) {
            Some(missed) => steps.leave_out(step.name, format!("it needs '{missed}'")),
            None => steps.attempt(step.name, step.run),
        }
    }
    steps.close()
}

/// The steps by name, or by the first part of a name unless they are slow: `e2e` chooses Chromium and Firefox.
fn choose(names: &str) -> Outcome<Vec<&'static Step>> {
    let wanted: BTreeSet<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    let matches = |step: &Step, name: &str| {
        step.name == name || (!step.slow && step.name.split('-').next() == Some(name))
    };
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
    let chosen = |step: &Step| wanted.iter().any(|name| matches(step, name));
    let set_up = |step: &Step| {
        step.name.starts_with("setup")
            && STEPS
                .iter()
                .any(|one| chosen(one) && one.needs.contains(&step.name))
    };
    Ok(STEPS.iter().filter(|step| chosen(step) || set_up(step)).collect())
}

fn formatted() -> Outcome {
    all([format::rust(true), format::web(true)])
}

fn pure() -> Outcome {
    all([purity::check(), purity::check_tests(), rings::check()])
}

fn built() -> Outcome {
    build::modules()?;
    build::tarball()
}

fn sizes() -> Outcome {
    build::sizes(true)
}
