//! Running a program under one's eyes: its output is shown as it comes and kept, and it may not take for ever.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, process};

use crate::Outcome;
use crate::command::{could_not_start, shown};

/// When everything must be over, whatever the single limits say.
static END: OnceLock<Instant> = OnceLock::new();

/// From now on no program runs longer than this, all of them together.
pub fn end_within(limit: Duration) {
    let _ = END.set(Instant::now() + limit);
}

/// What a program said, and how it ended.
pub struct Heard {
    pub said: String,
    pub ended: Ended,
}

/// How a program ended.
pub enum Ended {
    Well,
    Badly(String),
    /// It was still at it when its time was over, and was killed with all it had started.
    Late(String),
}

/// Runs it to its end, or until the limit; what it says is shown as it comes.
pub fn run(command: &mut Command, limit: Duration) -> Outcome<Heard> {
    attend(command, limit, |line| {
        // A terminal that went away is no reason to stop the tests.
        let _ = writeln!(std::io::stdout(), "{line}");
    })
}

/// The same in silence, for those that run beside others.
pub fn run_silent(command: &mut Command, limit: Duration) -> Outcome<Heard> {
    attend(command, limit, |_| {})
}

fn attend(command: &mut Command, limit: Duration, show: impl Fn(&str)) -> Outcome<Heard> {
    let started = Instant::now();
    let limit = left(limit, END.get(), started);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| could_not_start(command, &error))?;
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        forward(out, sender.clone());
    }
    if let Some(err) = child.stderr.take() {
        forward(err, sender);
    }
    let mut said = String::new();
    loop {
        match lines.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok(line) => {
                show(&line);
                said.push_str(&line);
                said.push('\n');
            }
            // Nobody holds its output any more: it has ended.
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                kill_with_descendants(child.id());
                let _ = child.wait();
                let message = format!("`{}` took more than {} s", shown(command), limit.as_secs());
                return Ok(Heard {
                    said,
                    ended: Ended::Late(message),
                });
            }
        }
    }
    let status = child.wait().map_err(|error| could_not_start(command, &error))?;
    let ended = if status.success() {
        Ended::Well
    } else {
        Ended::Badly(format!("`{}` failed ({status})", shown(command)))
    };
    Ok(Heard { said, ended })
}

/// The same where late is as bad as failed.
pub fn run_well(command: &mut Command, limit: Duration) -> Outcome<String> {
    let heard = run(command, limit)?;
    match heard.ended {
        Ended::Well => Ok(heard.said),
        Ended::Badly(message) | Ended::Late(message) => Err(message),
    }
}

/// The limit, or what is left of the whole run's time if that is less.
fn left(limit: Duration, end: Option<&Instant>, now: Instant) -> Duration {
    end.map_or(limit, |end| limit.min(end.saturating_duration_since(now)))
}

fn forward(stream: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender
                .send(text.trim_end_matches(['\n', '\r']).to_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    });
}

/// A driver left behind would keep its browser, and this run's output, open.
fn kill_with_descendants(top: u32) {
    let parents = parents();
    let mut doomed = vec![top];
    let mut at = 0;
    while let Some(parent) = doomed.get(at).copied() {
        doomed.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(child, _)| *child),
        );
        at += 1;
    }
    let mut kill = process::Command::new("kill");
    kill.arg("-KILL")
        .args(doomed.iter().map(u32::to_string))
        .stderr(Stdio::null());
    let _ = kill.status();
}

/// Every process with its parent, as Linux tells; elsewhere nothing is known of grandchildren.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        Some((
            pid,
            parent_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?,
        ))
    })
    .collect()
}

/// The second field after the name, which stands in brackets and may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_after_the_name() {
        assert_eq!(parent_in("12 (a) b) (c) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in("nothing"), None);
    }

    #[test]
    fn no_limit_goes_beyond_the_end_of_all() {
        let (now, minute) = (Instant::now(), Duration::from_secs(60));
        assert_eq!(left(minute, None, now), minute);
        assert_eq!(left(minute, Some(&(now + 2 * minute)), now), minute);
        assert_eq!(left(2 * minute, Some(&(now + minute)), now), minute);
        assert_eq!(left(minute, Some(&now), now + minute), Duration::ZERO);
    }

    #[test]
    fn what_takes_too_long_is_ended_with_its_children() {
        // Ever longer, until the shell comes to say its child's id.
        let limits = (0..).map(|power| Duration::from_millis(100 << power));
        let child = limits.into_iter().find_map(|limit| {
            let heard = run(
                Command::new("sh").args(["-c", "sleep 9999 & echo $!; wait"]),
                limit,
            );
            let heard = heard.expect("sh starts");
            assert!(matches!(heard.ended, Ended::Late(_)));
            heard.said.trim().parse().ok()
        });
        // A signal may take a moment. The end of this loop is a deadline: no test waits for ever.
        let is_ended = (0..3_000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            !is_running(child.expect("an id"))
        });
        assert!(is_ended, "the child goes on");
    }

    fn is_running(process: u32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    }

    #[test]
    fn what_fails_has_failed_and_what_it_said_is_kept() {
        let heard = run(
            Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]),
            Duration::from_secs(60),
        );
        let heard = heard.expect("sh starts");
        assert!(matches!(heard.ended, Ended::Badly(_)));
        assert!(heard.said.contains("out\n") && heard.said.contains("err\n"));
    }
}
