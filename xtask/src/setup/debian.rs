//! Programs from Debian: the browsers of the tests, and the drivers of Chromium and WebKitGTK.

use std::process::Command;

use crate::steps::task;
use crate::{Outcome, command, paths};

/// A program and the package that brings it.
const BROWSERS: [(&str, &str); 3] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("firefox-esr", "firefox-esr"),
];

/// The driver brings WebKitGTK and its MiniBrowser; that one has no headless mode.
const WEBKIT: [(&str, &str); 2] = [("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")];

/// Chromium and Firefox.
pub fn browsers() -> Outcome {
    install(&BROWSERS)
}

/// WebKitGTK, and a display without a screen.
pub fn webkit() -> Outcome {
    install(&WEBKIT)
}

/// Installs what is missing by apt-get where this user may; otherwise the packages to install are named.
fn install(programs: &[(&str, &str)]) -> Outcome {
    let missing: Vec<(&str, &str)> = programs
        .iter()
        .copied()
        .filter(|(program, _)| paths::find_program(program).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    if paths::find_program("apt-get").is_none() || !is_root() {
        return Err(format!(
            "missing: {}. Install the packages {} (Debian: sudo apt-get install {})",
            missing
                .iter()
                .map(|(program, _)| *program)
                .collect::<Vec<_>>()
                .join(", "),
            packages.join(", "),
            packages.join(" "),
        ));
    }
    task(
        &format!("installing the Debian packages {}", packages.join(", ")),
        || {
            let apt = || {
                let mut command = command::at_root("apt-get");
                command.env("DEBIAN_FRONTEND", "noninteractive");
                command
            };
            command::run_quiet(apt().args(["update", "--quiet"]))?;
            command::run_quiet(
                apt()
                    .args(["install", "--yes", "--no-install-recommends"])
                    .args(&packages),
            )
        },
    )
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}
