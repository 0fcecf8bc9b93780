//! Programs from crates.io.

use std::process::Command;

use crate::steps::task;
use crate::{Outcome, command, paths};

/// What is installed where none is there; any other that is there will do.
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";

/// The version of the crate `wasm-bindgen` in Cargo.lock: the program must be of exactly the same.
pub fn wasm_bindgen_version() -> Outcome<String> {
    let file = paths::root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&file).map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let mut lines = lock
        .lines()
        .skip_while(|line| *line != "name = \"wasm-bindgen\"")
        .skip(1);
    let version = lines
        .next()
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|rest| rest.strip_suffix('"'));
    version
        .map(str::to_owned)
        .ok_or_else(|| "Cargo.lock names no wasm-bindgen".to_owned())
}

/// `wasm-bindgen` and its test runner.
pub fn wasm_bindgen() -> Outcome {
    let version = wasm_bindgen_version()?;
    if says("wasm-bindgen", &version) && says("wasm-bindgen-test-runner", &version) {
        return Ok(());
    }
    install("wasm-bindgen-cli", &version)
}

/// `wasm-pack`, which runs the browser tests.
pub fn wasm_pack() -> Outcome {
    if paths::find_program("wasm-pack").is_some() {
        return Ok(());
    }
    install("wasm-pack", WASM_PACK)
}

/// The driver of Firefox; Debian has no package of it.
pub fn geckodriver() -> Outcome {
    if paths::find_program("geckodriver").is_some() {
        return Ok(());
    }
    install("geckodriver", GECKODRIVER)
}

/// Whether the program is there and of that version.
fn says(program: &str, version: &str) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else {
        return false;
    };
    String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .any(|word| word == version)
}

/// Builds outside the checkout, so that neither its toolchain file nor its configuration decides, with one target
/// directory for all programs, since they share most dependencies.
fn install(crate_name: &str, version: &str) -> Outcome {
    let mut cargo = command::cargo();
    cargo
        .current_dir(std::env::temp_dir())
        .args(["install", "--quiet", crate_name, "--version", version])
        .env("CARGO_TARGET_DIR", paths::target().join("tools"))
        .env_remove("RUSTFLAGS");
    // They run for seconds and would otherwise compile for minutes.
    for (setting, value) in [
        ("OPT_LEVEL", "0"),
        ("LTO", "off"),
        ("CODEGEN_UNITS", "16"),
        ("DEBUG", "0"),
    ] {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    let what = format!("building {crate_name} {version} from crates.io (takes a minute or two, once)");
    task(&what, || command::run(&mut cargo))
}
