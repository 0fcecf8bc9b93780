//! `cargo xtask fuzz`: every fuzzer for as long as one likes. The same targets run for a moment among the tests.

use crate::{Outcome, build, command};

/// Natively, over the core.
const NATIVE: [(&str, &str); 7] = [
    ("deltas", "batches, deltas and questions of states"),
    ("cells", "what a key is made of, from a peer that sends any cells"),
    ("logs", "actions, questions and answers of logs"),
    ("handshakes", "steps of the handshake in any order"),
    ("stored", "stored records and stamps"),
    ("origins", "spellings of origins and entries of lists"),
    ("texts", "updates of texts"),
];

/// In Node, over the built package.
const BUILT: [(&str, &str); 5] = [
    ("node:frames", "frames of any kind to a window among others"),
    (
        "node:handshake",
        "a page, its frame and a hostile sibling, in realms of their own",
    ),
    ("node:stored", "what a storage may answer"),
    ("node:bytes", "frames as bytes"),
    (
        "node:origins",
        "spellings of origins, against the platform's URL parser",
    ),
];

/// `cargo xtask fuzz [--minutes N] [--seed N] [--list] [target ...]`: N minutes for each, one by default.
pub fn command(arguments: &[String]) -> Outcome {
    let (mut minutes, mut seed, mut chosen) = (1.0, None, Vec::new());
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--list" => {
                for (name, what) in NATIVE.iter().chain(&BUILT) {
                    println!("{name:<18} {what}");
                }
                return Ok(());
            }
            "--minutes" => minutes = number(words.next())?,
            "--seed" => seed = Some(number(words.next())? as u64),
            name if NATIVE.iter().chain(&BUILT).any(|target| target.0 == name) => chosen.push(name),
            other => {
                return Err(format!(
                    "there is no target '{other}': see cargo xtask fuzz --list"
                ));
            }
        }
    }
    if chosen.is_empty() {
        chosen.extend(NATIVE.iter().chain(&BUILT).map(|target| target.0));
    }
    let mut failed = Vec::new();
    if chosen.iter().any(|name| name.starts_with("node:")) {
        build::modules()?;
    }
    for name in chosen {
        let outcome = match name.strip_prefix("node:") {
            Some(target) => built(target, minutes, seed),
            None => native(name, minutes, seed),
        };
        if let Err(message) = outcome {
            eprintln!("{message}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("found something: {}", failed.join(", ")))
}

fn number(word: Option<&str>) -> Outcome<f64> {
    let number = word.and_then(|word| word.parse().ok());
    number
        .filter(|number| *number > 0.0)
        .ok_or_else(|| "--minutes and --seed want a number above 0".to_owned())
}

fn native(target: &str, minutes: f64, seed: Option<u64>) -> Outcome {
    let mut cargo = command::cargo();
    cargo.args(["test", "--quiet", "--profile", "native", "--test", "fuzz", "--"]);
    cargo.args(["--exact", target, "--nocapture"]);
    cargo.env(
        "PARLEY_FUZZ_SECONDS",
        ((minutes * 60.0) as u64).max(1).to_string(),
    );
    if let Some(seed) = seed {
        cargo.env("PARLEY_SEED", seed.to_string());
    }
    command::run(&mut cargo)
}

fn built(target: &str, minutes: f64, seed: Option<u64>) -> Outcome {
    let mut node = command::at_root("node");
    node.args(["tests/fuzz/node/run.mjs", "--minutes", &minutes.to_string()]);
    if let Some(seed) = seed {
        node.args(["--seed", &seed.to_string()]);
    }
    command::run(node.arg(target))
}
