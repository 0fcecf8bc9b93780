//! The suites of `tests/` that run inside a browser.

use std::path::PathBuf;
use std::time::Duration;

use crate::listen::{self, Ended};
use crate::{Outcome, command, paths};

/// Seconds for one test binary; the runner's own 20 are too few on a small machine.
const PATIENCE: &str = "300";

/// For compiling and running all suites.
const LIMIT: Duration = Duration::from_secs(6 * 60);

/// Chromium through its driver.
pub fn chromium() -> Outcome {
    suites("--chrome", "CHROMEDRIVER", "chromedriver")
}

/// Firefox through geckodriver.
pub fn firefox() -> Outcome {
    suites("--firefox", "GECKODRIVER", "geckodriver")
}

fn suites(browser: &str, variable: &str, driver: &str) -> Outcome {
    let driver = driver_path(driver)?;
    let run = || {
        let mut wasm_pack = command::at_root("wasm-pack");
        wasm_pack.args(["test", "--headless", browser]);
        wasm_pack
            .env(variable, &driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE);
        listen::run(&mut wasm_pack, LIMIT)
    };
    let mut heard = run()?;
    if matches!(heard.ended, Ended::Late(_)) && waits_for_browser(&heard.said) {
        println!("    the browser did not start: once more");
        heard = run()?;
    }
    if let Ended::Badly(message) | Ended::Late(message) = heard.ended {
        return Err(message);
    }
    // A run that found no suite ends well, too.
    match count_passed(&heard.said) {
        0 => Err("wasm-pack ran no test".to_owned()),
        passed => {
            println!("    {passed} tests passed in the browser");
            Ok(())
        }
    }
}

/// Whether the runner asked for a browser and no page of it had loaded yet: no test can be the reason.
fn waits_for_browser(said: &str) -> bool {
    let asked = said.rfind("Running headless tests in");
    asked.is_some_and(|at| {
        said.split_at(at)
            .1
            .lines()
            .all(|line| !line.contains("Loading Wasm module"))
    })
}

fn driver_path(program: &str) -> Outcome<PathBuf> {
    paths::find_program(program).ok_or_else(|| format!("'{program}' is not in PATH"))
}

/// The sum of all lines `test result: ok. N passed`.
pub fn count_passed(said: &str) -> u64 {
    said.lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result: ok. "))
        .filter_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{count_passed, waits_for_browser};
    use crate::paths;

    #[test]
    fn only_what_passed_counts() {
        assert_eq!(count_passed("no tests to run!\n"), 0);
        assert_eq!(count_passed("test result: FAILED. 3 passed; 1 failed;\n"), 0);
        assert_eq!(
            count_passed("x\ntest result: ok. 3 passed; 0 failed;\n  test result: ok. 4 passed; 0 failed\n"),
            7
        );
    }

    /// The web server of wasm-bindgen's test runner (tiny_http 0.12, `TaskPool`) starts with four threads, and a
    /// connection that arrives before a thread has taken the one before it may wait for ever. Chromium opens up to six
    /// connections, one for each request under way. With four modules in the first step each thread has a connection
    /// before the fifth is opened, and from then on every connection gets a thread of its own; with three, the page
    /// never loaded on an idle machine (10 of 10).
    #[test]
    fn the_test_page_loads_four_modules_in_its_first_step() {
        let host = std::fs::read_to_string(paths::root().join("src/platform/host.rs")).unwrap();
        let asked = host
            .split("#[wasm_bindgen(module = ")
            .skip(1)
            .filter(|block| {
                let block = block.split("\n}").next().unwrap_or_default();
                block.split(" fn ").skip(1).any(|function| {
                    !function
                        .split_once('(')
                        .is_some_and(|(_, of)| of.trim_start().starts_with("this:"))
                })
            })
            .count();
        assert_eq!(asked, 4, "modules whose functions the glue imports");
    }

    #[test]
    fn a_browser_that_did_not_start_is_told_from_a_test_that_hangs() {
        let asked = "Loading Wasm module...\nRunning headless tests in Chrome on `x`\nOk\n";
        assert!(waits_for_browser(asked));
        assert!(!waits_for_browser(&format!("{asked}Loading Wasm module...\n")));
        assert!(!waits_for_browser("Compiling\n"));
    }
}
