//! What the commands of the README call: set-up, build, tests and the demo's server, in plain std Rust.

mod bench;
mod build;
mod command;
mod format;
mod fuzz;
mod listen;
mod paths;
mod serve;
mod setup;
mod steps;
mod test;

use std::process::ExitCode;

/// Every fallible step ends in this; the string is what the person at the terminal reads.
type Outcome<T = ()> = Result<T, String>;

/// Several that do not rest on each other, all of them carried out: what went wrong in any.
fn all<const N: usize>(outcomes: [Outcome; N]) -> Outcome {
    let failures: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("; "))
    }
}

const HELP: &str = "\
cargo xtask <command>

  demo  [--port N]                  install what is missing, build, serve demo, playground and docs on two loopback origins
  test  [--all] [--only a,b] [--list]
                                    everything: format, lints, native, browser, end-to-end and package tests; --all: slow ones too
  build [--quick]                   leave an installable tarball in pkg/; --quick: only pkg/wasm, unoptimised, for tests
  bench [--quick] [--only row]      measure beside raw channels and other libraries; `bench core`: the core by itself
  serve [--port N]                  the same from what was built last
  setup                             install everything the tests need
  fuzz  [--minutes N] [target ...]  fuzz the core and the built package; --list names the targets, --seed N begins elsewhere
  fmt   [--check]                   format Rust, JavaScript, TypeScript, CSS, HTML and JSON
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "demo" => serve::demo(&rest),
        "test" => test::run(&rest),
        "build" => build::command(&rest),
        "bench" => bench::command(&rest),
        "serve" => serve::serve_built(&rest),
        "setup" => setup::everything(),
        "fmt" => format::command(&rest),
        "fuzz" => fuzz::command(&rest),
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command '{other}'\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
