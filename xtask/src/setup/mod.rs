//! Set-up: each command installs what it needs and nothing else. What is present is skipped without asking the network.

mod cargo_tools;
mod debian;
mod npm;
mod rust;

pub use npm::install as npm_packages;

use std::thread;

use crate::steps::Steps;
use crate::{Outcome, paths};

/// For `build` and `demo`: no browser, no driver.
pub fn for_build() -> Outcome {
    node_is_there()?;
    rust::wasm_target()?;
    cargo_tools::wasm_bindgen()?;
    npm::install(&paths::root())
}

/// For what is checked without a browser.
pub fn for_checks() -> Outcome {
    for_build()?;
    rust::components()
}

/// For what is checked in browsers.
pub fn for_browsers() -> Outcome {
    node_is_there()?;
    // One waits for the network, the other for the compiler.
    let (browsers, drivers) = thread::scope(|scope| {
        let browsers = scope.spawn(debian::browsers);
        let drivers = cargo_tools::wasm_pack().and_then(|()| cargo_tools::geckodriver());
        (browsers.join(), drivers)
    });
    browsers.map_err(|_| "the installation of the browsers broke off".to_owned())??;
    drivers?;
    for directory in ["tests/package", "tests/e2e", "tests/bindings", "bench"] {
        npm::install(&paths::root().join(directory))?;
    }
    Ok(())
}

/// For the tarball where installing is slow: other bundlers, Next, Deno.
pub fn for_matrix() -> Outcome {
    npm::install(&paths::root().join("tests/package/matrix"))
}

/// For what is checked in WebKitGTK: large, and not needed for a change of every day.
pub fn for_webkit() -> Outcome {
    node_is_there()?;
    debian::webkit()?;
    npm::install(&paths::root().join("tests/e2e"))
}

/// For measuring in a browser.
pub fn for_bench() -> Outcome {
    for_build()?;
    debian::browsers()?;
    // The first for what drives the browser.
    for directory in ["tests/e2e", "bench"] {
        npm::install(&paths::root().join(directory))?;
    }
    Ok(())
}

/// `cargo xtask setup`.
pub fn everything() -> Outcome {
    let mut steps = Steps::default();
    steps.run("setup", for_checks)?;
    steps.run("setup-browsers", for_browsers)?;
    steps.close()
}

fn node_is_there() -> Outcome {
    for program in ["node", "npm"] {
        if paths::find_program(program).is_none() {
            return Err(format!(
                "'{program}' is not in PATH: install Node.js 20 or later (Debian: the packages nodejs and npm)"
            ));
        }
    }
    Ok(())
}
