//! Set-up: each command installs what it needs and nothing else. What is present is skipped without asking the network.

mod cargo_tools;
mod debian;
mod npm;
mod rust;

pub use npm::install as npm_packages;

use crate::steps::Steps;
use crate::{Outcome, paths};

/// For `build` and `demo`: no browser, no driver.
pub fn for_build() -> Outcome {
    node_is_there()?;
    rust::wasm_target()?;
    cargo_tools::wasm_bindgen()?;
    npm::install(&paths::root())
}

/// For `test`: everything.
pub fn for_test() -> Outcome {
    for_build()?;
    rust::components()?;
    debian::browsers()?;
    cargo_tools::wasm_pack()?;
    cargo_tools::geckodriver()?;
    for directory in ["tests/package", "tests/e2e"] {
        let directory = paths::root().join(directory);
        if directory.join("package-lock.json").is_file() {
            npm::install(&directory)?;
        }
    }
    Ok(())
}

/// `cargo xtask setup`.
pub fn everything() -> Outcome {
    let mut steps = Steps::default();
    steps.run("setup", for_test)?;
    steps.close();
    Ok(())
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
