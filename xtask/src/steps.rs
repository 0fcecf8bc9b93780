//! Steps with a name and a time, and the summary at the end.

use std::time::{Duration, Instant};

use crate::Outcome;

/// The steps that ran, in order.
#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Announces a step, runs it, prints what it took. The first failure ends the run and is named.
    pub fn run(&mut self, name: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n==> {name}");
        let started = Instant::now();
        let outcome = step();
        let took = started.elapsed();
        match outcome {
            Ok(()) => {
                println!("    {name}: ok, {}", seconds(took));
                self.done.push((name.to_owned(), took));
                Ok(())
            }
            Err(message) => {
                self.summary();
                println!("    {:<28} FAILED after {}", name, seconds(took));
                println!("{} passed, 1 failed", self.done.len());
                Err(format!("\nthe step '{name}' failed: {message}"))
            }
        }
    }

    /// The table of steps and times.
    pub fn summary(&self) {
        println!("\nsteps:");
        for (name, took) in &self.done {
            println!("    {name:<28} {}", seconds(*took));
        }
    }

    /// The closing line of a run in which nothing failed.
    pub fn close(&self) {
        self.summary();
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        println!("    {:<28} {}", "together", seconds(total));
        println!("{} passed, 0 failed", self.done.len());
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
