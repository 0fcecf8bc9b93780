//! Test binaries, as many at a time as there are cores: cargo itself runs one after the other, and most hold a single
//! long test.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::browser::count_passed;
use crate::listen::{self, Ended};
use crate::steps::{seconds, task};
use crate::{Outcome, command};

/// A compiled test target, and the directory of its package, where cargo would run it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Binary {
    program: PathBuf,
    home: PathBuf,
}

/// Compiles what this `cargo test` would run, and runs all of it, whatever fails. Returns how many tests passed.
pub fn run(cargo: &mut Command, limit: Duration) -> Outcome<u64> {
    cargo.args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let messages = task("compiling the tests", || command::capture_loud(cargo))?;
    let mut binaries: Vec<Binary> = messages.lines().filter_map(binary).collect();
    // Cargo tells of each when it is compiled, in no order.
    binaries.sort();
    let waiting = Mutex::new(VecDeque::from(binaries));
    let results = Mutex::new(Vec::new());
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(next) = take(&waiting) {
                    let result = one(&next, limit);
                    results
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let failures: Vec<String> = results
        .iter()
        .filter_map(|result| result.as_ref().err().cloned())
        .collect();
    let passed = results.iter().flatten().sum();
    match (failures.is_empty(), passed) {
        (true, 0) => Err("cargo test ran no test".to_owned()),
        (true, _) => Ok(passed),
        (false, _) => Err(failures.join("; ")),
    }
}

fn take(waiting: &Mutex<VecDeque<Binary>>) -> Option<Binary> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Runs it to its end; what it said is printed in one piece.
fn one(binary: &Binary, limit: Duration) -> Outcome<u64> {
    let started = Instant::now();
    let mut command = Command::new(&binary.program);
    command
        .current_dir(&binary.home)
        .env("CARGO_MANIFEST_DIR", &binary.home);
    let heard = listen::run_silent(&mut command, limit)?;
    let name = binary.program.file_name().unwrap_or_default().to_string_lossy();
    let took = seconds(started.elapsed());
    println!("\n  - {name}, {took}\n{}", heard.said.trim());
    match heard.ended {
        Ended::Well => Ok(count_passed(&heard.said)),
        Ended::Badly(message) | Ended::Late(message) => Err(message),
    }
}

/// The test binary that one of cargo's messages is about.
fn binary(message: &str) -> Option<Binary> {
    if !message.contains("\"reason\":\"compiler-artifact\"") || !message.contains("\"test\":true}") {
        return None;
    }
    Some(Binary {
        program: PathBuf::from(text(message, "executable")?),
        home: Path::new(&text(message, "manifest_path")?)
            .parent()?
            .to_path_buf(),
    })
}

/// The string under this name; none of those asked for holds anything that JSON escapes.
fn text(message: &str, name: &str) -> Option<String> {
    let (_, rest) = message.split_once(&format!("\"{name}\":\""))?;
    let (value, _) = rest.split_once('"')?;
    (!value.contains('\\')).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_test_binaries_are_run() {
        let of = |executable: &str, test: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/a/text/Cargo.toml\",\
                 \"profile\":{{\"opt_level\":\"3\",\"test\":{test}}},\"executable\":{executable},\"fresh\":true}}"
            )
        };
        let expected = Binary {
            program: PathBuf::from("/a/target/edits-1"),
            home: PathBuf::from("/a/text"),
        };
        assert_eq!(binary(&of("\"/a/target/edits-1\"", "true")), Some(expected));
        assert_eq!(binary(&of("\"/a/target/tool\"", "false")), None);
        assert_eq!(binary(&of("null", "true")), None);
        assert_eq!(binary("{\"reason\":\"build-finished\",\"success\":true}"), None);
    }
}
