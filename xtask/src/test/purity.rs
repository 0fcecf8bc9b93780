//! The invariant of the innermost ring: `src/core` names no browser, no clock, no randomness, no I/O.

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

/// Reads every file of the core; comments may say anything.
pub fn check() -> Outcome {
    let root = paths::root();
    let mut found = Vec::new();
    let read = visit(&root.join("src/core"), &mut |path, text| {
        for (number, line) in text.lines().enumerate() {
            let shown = path.strip_prefix(&root).unwrap_or(path).display();
            found.extend(offences(line).map(|word| format!("{shown}:{}: names {word}", number + 1)));
        }
    });
    match read.map_err(|error| format!("cannot read src/core: {error}"))? {
        0 => Err("there is no file in src/core".to_owned()),
        files if found.is_empty() => {
            println!("    {files} files");
            Ok(())
        }
        _ => Err(format!("the core must stay pure:\n{}", found.join("\n"))),
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

fn offences(line: &str) -> impl Iterator<Item = &'static str> {
    let code = line.split("//").next().unwrap_or_default();
    FORBIDDEN.into_iter().filter(move |word| names(code, word))
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
    use super::offences;

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
}
