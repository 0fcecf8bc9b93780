//! Running other programs, and saying plainly which of them failed.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::{Outcome, paths};

/// A command that runs at the checkout's root.
pub fn at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    command
}

/// Cargo for this checkout. What cargo told this very process about its own package must not reach the next one.
pub fn cargo() -> Command {
    let mut command = at_root("cargo");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_CRATE_NAME";
        if own {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Why it did not even begin.
pub fn could_not_start(command: &Command, error: &std::io::Error) -> String {
    format!("could not start `{}`: {error}", shown(command))
}

/// Runs to the end, its output going straight to the terminal.
pub fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| could_not_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status})", shown(command)))
    }
}

/// Runs to the end in silence; its output is shown only when it fails.
pub fn run_quiet(command: &mut Command) -> Outcome {
    capture(command).map(|_| ())
}

/// Runs to the end and returns its standard output; everything it said is shown when it fails.
pub fn capture(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| could_not_start(command, &error))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    eprint!("{said}{}", String::from_utf8_lossy(&output.stderr));
    Err(format!("`{}` failed ({})", shown(command), output.status))
}

/// Runs to the end and returns its standard output; what it says beside goes straight to the terminal.
pub fn capture_loud(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| could_not_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("`{}` failed ({})", shown(command), output.status))
}
