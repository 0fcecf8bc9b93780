//! What files may not name. `src/core` names no browser, no clock, no randomness, no I/O; the native tests name no clock.

use std::fs;
use std::path::Path;

use crate::{Outcome, paths};

/// Paths and types through which they would come in.
const FORBIDDEN: [&str; 23] = [
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "serde_wasm_bindgen",
    "gloo",
    "JsValue",
    "SystemTime",
    "Instant",
    "std::time",
    "std::fs",
    "std::io",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "std::env",
    "std::thread",
    "std::process",
    "rand",
    "getrandom",
    "RandomState",
    "println",
    "eprintln",
    "thread_local",
];

/// Clocks. How long a test takes depends on the machine: tests count allocations instead (`tests/allocated`).
const CLOCKS: [&str; 3] = ["Instant", "SystemTime", "elapsed"];

/// A long run of the fuzzer lasts as long as it is told to.
const MAY_READ_A_CLOCK: &str = "tests/fuzz/until.rs";

/// Reads every file of the core; comments may say anything.
pub fn check() -> Outcome {
    search("src/core", &FORBIDDEN, "", "the core must stay pure")
}

/// Reads every native test of `tests` and `text/tests`.
pub fn check_tests() -> Outcome {
    let why = "a native test asserts no time: count what it allocates, with tests/allocated";
    search("tests", &CLOCKS, MAY_READ_A_CLOCK, why)?;
    search("text/tests", &CLOCKS, "", why)
}

/// Fails where a file of a directory names one of the words.
fn search(directory: &str, words: &'static [&'static str], except: &str, why: &str) -> Outcome {
    let root = paths::root();
    let mut found = Vec::new();
    let read = visit(&root.join(directory), &mut |path, text| {
        let shown = path.strip_prefix(&root).unwrap_or(path);
        if shown == Path::new(except) {
            return;
        }
        for (number, line) in text.lines().enumerate() {
            let at = format!("{}:{}", shown.display(), number + 1);
            found.extend(offences(line, words).map(|word| format!("{at}: names {word}")));
        }
    });
    match read.map_err(|error| format!("cannot read {directory}: {error}"))? {
        0 => Err(format!("there is no file in {directory}")),
        files if found.is_empty() => {
            println!("    {directory}: {files} files");
            Ok(())
        }
        _ => Err(format!("{why}:\n{}", found.join("\n"))),
    }
}

pub(super) fn visit(directory: &Path, see: &mut impl FnMut(&Path, &str)) -> std::io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files += visit(&path, see)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path, &fs::read_to_string(&path)?);
            files += 1;
        }
    }
    Ok(files)
}

fn offences(line: &str, words: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    let code = line.split("//").next().unwrap_or_default();
    words.iter().copied().filter(move |word| names(code, word))
}

/// Whether the word stands there whole: `rand` is not in `operand`.
fn names(code: &str, word: &str) -> bool {
    let part_of_name = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        let (before, rest) = code.split_at(at);
        !part_of_name(before.chars().next_back()) && !part_of_name(rest.chars().nth(word.chars().count()))
    })
}

#[cfg(test)]
mod tests {
    use super::{CLOCKS, FORBIDDEN};

    fn offences(line: &str) -> impl Iterator<Item = &'static str> {
        super::offences(line, &FORBIDDEN)
    }

    #[test]
    fn whole_words_outside_comments() {
        assert_eq!(
            offences("use wasm_bindgen::JsValue;").collect::<Vec<_>>(),
            ["wasm_bindgen", "JsValue"]
        );
        assert_eq!(
            offences("let now = std::time::Instant::now();").collect::<Vec<_>>(),
            ["Instant", "std::time"]
        );
        assert_eq!(offences("use rand::Rng;").collect::<Vec<_>>(), ["rand"]);
        assert_eq!(offences("let operand = random; // rand, JsValue").count(), 0);
    }

    #[test]
    fn a_test_that_reads_a_clock_is_found() {
        let found = |line| super::offences(line, &CLOCKS).collect::<Vec<_>>();
        assert_eq!(found("assert!(start.elapsed().as_secs() < 5);"), ["elapsed"]);
        assert_eq!(found("let start = std::time::Instant::now();"), ["Instant"]);
        assert!(found("let time = Time::initial(now); // an Instant").is_empty());
    }
}
