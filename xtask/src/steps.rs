//! Steps with a name and a time, and the summary at the end.

use std::time::{Duration, Instant};

use crate::Outcome;

/// How a step ended.
enum End {
    Passed,
    Failed(String),
    /// Another on which it rests did not pass.
    NotRun(String),
}

struct Step {
    name: String,
    took: Duration,
    end: End,
}

/// The steps that ran, in order.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

impl Steps {
    /// Announces a step, runs it, prints what it took. Its failure is the run's, at once.
    pub fn run(&mut self, name: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        self.attempt(name, step);
        if self.passed(name) { Ok(()) } else { self.close() }
    }

    /// The same where a failure must not hide what the steps after it have to say: it is told at the end.
    pub fn attempt(&mut self, name: &str, step: impl FnOnce() -> Outcome) {
        println!("\n==> {name}");
        let started = Instant::now();
        let outcome = step();
        let took = started.elapsed();
        let end = match outcome {
            Ok(()) => {
                println!("    {name}: ok, {}", seconds(took));
                End::Passed
            }
            Err(message) => {
                println!("    {name}: FAILED after {}: {message}", seconds(took));
                End::Failed(message)
            }
        };
        self.keep(name, took, end);
    }

    /// Notes that a step cannot tell anything, and why.
    pub fn leave_out(&mut self, name: &str, why: String) {
        println!("\n==> {name}\n    {name}: not run, {why}");
        self.keep(name, Duration::ZERO, End::NotRun(why));
    }

    /// Whether this step ran and passed.
    pub fn passed(&self, name: &str) -> bool {
        self.done
            .iter()
            .any(|step| step.name == name && matches!(step.end, End::Passed))
    }

    /// Whether this step was to run and did not pass.
    pub fn missed(&self, name: &str) -> bool {
        self.done.iter().any(|step| step.name == name) && !self.passed(name)
    }

    /// The table of steps and times, what failed and why, and the counts as the last line.
    pub fn close(&self) -> Outcome {
        println!("\nsteps:");
        for step in &self.done {
            let took = seconds(step.took);
            match &step.end {
                End::Passed => println!("    {:<28} {took}", step.name),
                End::Failed(_) => println!("    {:<28} FAILED after {took}", step.name),
                End::NotRun(why) => println!("    {:<28} not run, {why}", step.name),
            }
        }
        let total: Duration = self.done.iter().map(|step| step.took).sum();
        println!("    {:<28} {}", "together", seconds(total));
        let mut bad = Vec::new();
        for step in &self.done {
            if let End::Failed(message) = &step.end {
                println!("\nthe step '{}' failed: {message}", step.name);
            }
            if !matches!(step.end, End::Passed) {
                bad.push(step.name.as_str());
            }
        }
        println!("{} passed, {} failed", self.done.len() - bad.len(), bad.len());
        if bad.is_empty() {
            Ok(())
        } else {
            Err(format!("not passed: {}", bad.join(", ")))
        }
    }

    fn keep(&mut self, name: &str, took: Duration, end: End) {
        let name = name.to_owned();
        self.done.push(Step { name, took, end });
    }
}

/// A small task inside a step: says what it does, then what it took.
pub fn task<T>(what: &str, run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    println!("  - {what} ...");
    let started = Instant::now();
    let value = run()?;
    println!("    {what}: {}", seconds(started.elapsed()));
    Ok(value)
}

/// A duration as people read it.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_hides_nothing_and_is_not_forgotten() {
        let mut steps = Steps::default();
        let mut ran = false;
        steps.attempt("one", || Err("it broke".to_owned()));
        steps.attempt("two", || {
            ran = true;
            Ok(())
        });
        assert!(ran && steps.passed("two") && steps.missed("one"));
        assert!(!steps.missed("three"), "what was not asked for is not missed");
        steps.leave_out("three", "needs one".to_owned());
        assert!(steps.missed("three"));
        assert_eq!(steps.close(), Err("not passed: one, three".to_owned()));
    }

    #[test]
    fn where_steps_rest_on_each_other_the_first_failure_ends_the_run() {
        let mut steps = Steps::default();
        assert_eq!(steps.run("one", || Ok(())), Ok(()));
        assert_eq!(
            steps.run("two", || Err("it broke".to_owned())),
            Err("not passed: two".to_owned())
        );
    }
}
