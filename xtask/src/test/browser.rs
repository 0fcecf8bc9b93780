//! The suites of `tests/` that run inside a browser.

use std::path::PathBuf;

use crate::{Outcome, command, paths};

/// Seconds for one test binary; the runner's own 20 are too few on a small machine.
const PATIENCE: &str = "300";

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
    let mut wasm_pack = command::at_root("wasm-pack");
    wasm_pack.args(["test", "--headless", browser]);
    wasm_pack
        .env(variable, driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE);
    let said = command::run_and_listen(&mut wasm_pack)?;
    // A run that found no suite ends well, too.
    match count_passed(&said) {
        0 => Err("wasm-pack ran no test".to_owned()),
        passed => {
            println!("    {passed} tests passed in the browser");
            Ok(())
        }
    }
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
    use super::count_passed;

    #[test]
    fn only_what_passed_counts() {
        assert_eq!(count_passed("no tests to run!\n"), 0);
        assert_eq!(count_passed("test result: FAILED. 3 passed; 1 failed;\n"), 0);
        assert_eq!(
            count_passed("x\ntest result: ok. 3 passed; 0 failed;\n  test result: ok. 4 passed; 0 failed\n"),
            7
        );
    }
}
