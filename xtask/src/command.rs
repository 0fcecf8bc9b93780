//! Running other programs, and saying plainly which of them failed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

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

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn could_not_start(command: &Command, error: &std::io::Error) -> String {
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

/// Runs with the output on the terminal as it comes, and returns it too, so that a step can check what really ran.
pub fn run_and_listen(command: &mut Command) -> Outcome<String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| could_not_start(command, &error))?;
    let (sender, lines) = mpsc::channel();
    let mut readers = Vec::new();
    if let Some(out) = child.stdout.take() {
        readers.push(forward(out, sender.clone()));
    }
    if let Some(err) = child.stderr.take() {
        readers.push(forward(err, sender));
    }
    let mut said = String::new();
    for line in lines {
        // A terminal that went away is no reason to stop the tests.
        let _ = writeln!(std::io::stdout(), "{line}");
        said.push_str(&line);
        said.push('\n');
    }
    for reader in readers {
        let _ = reader.join();
    }
    let status = child.wait().map_err(|error| could_not_start(command, &error))?;
    if status.success() {
        Ok(said)
    } else {
        Err(format!("`{}` failed ({status})", shown(command)))
    }
}

fn forward(stream: impl Read + Send + 'static, sender: mpsc::Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches(['\n', '\r'])
                .to_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
    })
}
