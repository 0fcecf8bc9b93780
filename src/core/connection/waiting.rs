//! Unanswered targets: frames that are not in their page, windows that are closed, and the timeout of `connect`.

use super::connections::Connections;
use super::effect::{Effect, Refusal};
use super::host::Host;
use super::liveness::BEAT;
use super::targets::Target;
use crate::core::lists::{Gather, List};

/// How long after `connect` its element may be put into the page, ms.
const COMES: f64 = 2000.0;
/// How long a frame may be out of the page on its way to another place in it, ms.
const RETURNS: f64 = 100.0;

/// Whether the frame of a target is in its page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presence {
    /// Since when it is not, ms.
    absent: Option<f64>,
    /// Whether it has been since `connect`.
    was_there: bool,
}

impl Presence {
    /// Whether the frame has been in its page since `connect`.
    #[must_use]
    pub fn was_there(self) -> bool {
        self.was_there
    }

    fn seen(&mut self, is_there: bool, now: f64) {
        self.was_there |= is_there;
        self.absent = match is_there {
            true => None,
            false => self.absent.or(Some(now)),
        };
    }

    /// When a frame that is not in its page is given up, ms.
    fn gives_up_at(self) -> f64 {
        let patience = if self.was_there { RETURNS } else { COMES };
        self.absent.map_or(f64::INFINITY, |since| since + patience)
    }
}

impl<H: Host> Target<H> {
    /// Whether it is a frame element, which can leave its page and return.
    fn is_frame(&self) -> bool {
        self.kind == "iframe"
    }
}

impl<H: Host> Connections<H> {
    /// `connect` waits for a target. When to look again, ms.
    pub fn await_window(&mut self, number: u32, now: f64) -> f64 {
        self.check_frame(number, now);
        let deadline = self.target(number).map(|target| target.deadline());
        deadline.unwrap_or(f64::INFINITY).min(now + BEAT)
    }

    /// The frame of a target was removed from its page. When to look again, ms.
    pub fn frame_removed(&mut self, number: u32, now: f64) -> f64 {
        self.check_frame(number, now);
        now + RETURNS
    }

    /// Notes whether the frame of a target is in its page.
    fn check_frame(&mut self, number: u32, now: f64) {
        let Some(target) = self.target(number) else { return };
        let is_there = target.window().is_some();
        target.presence.seen(is_there, now);
        if is_there && target.is_frame() && target.is_awaited() {
            self.effects.push(Effect::WatchFrame(number));
        }
    }

    /// Ends the wait for windows that were closed before they answered. Asks those again that were made an offer: they may have
    /// said goodbye to an earlier connection at the same moment, and dropped the offer with it. Returns when to look again, ms.
    pub(super) fn check_awaited(&mut self, now: f64) -> f64 {
        let awaited = self.targets.iter();
        let awaited = awaited.filter(|target| target.is_awaited() && target.place.is_some());
        let awaited: Vec<u32> = awaited.map(|target| target.number).gather();
        let mut next = f64::INFINITY;
        for number in awaited {
            self.check_frame(number, now);
            let Some(target) = self.target(number) else {
                continue;
            };
            let gives_up_at = target.presence.gives_up_at();
            let window = target.window();
            let refusal = match target.is_frame() {
                true => (gives_up_at <= now).then_some(Refusal::NotInPage),
                false => window.is_none().then_some(Refusal::WindowClosed),
            };
            if let Some(refusal) = refusal {
                self.refuse(number, refusal);
                continue;
            }
            next = next.min(gives_up_at).min(now + BEAT);
            let window = window.filter(|_| target.handshake.is_offered());
            self.effects.push(Effect::Unanswered(number));
            if let Some(window) = window {
                self.effects.push(Effect::RequestHello(window));
            }
        }
        next
    }

    /// Ends the calls that took too long. When the next does, ms.
    pub fn targets_due(&mut self, now: f64) -> f64 {
        let (mut next, mut late) = (f64::INFINITY, Vec::new());
        for target in &self.targets {
            for call in &target.calls {
                match call.deadline <= now {
                    true => late.push((target.number, call.number)),
                    false => next = next.min(call.deadline),
                }
            }
        }
        for (number, call) in late {
            self.end_call(number, call, Refusal::Late);
        }
        next
    }

    /// Ends a call that waits for a target, because it took too long or its signal was aborted. The target ends with its last call,
    /// unless its peer is suspended.
    pub fn end_call(&mut self, number: u32, call: u32, refusal: Refusal) {
        let Some(target) = self.target(number) else { return };
        let Some(at) = target.calls.iter().position(|other| other.number == call) else {
            return;
        };
        if target.calls.len() == 1 && target.peer.is_none() {
            return self.refuse(number, refusal);
        }
        let waiting = target.calls.remove(at).waiting;
        let target = number;
        self.effects.push(Effect::EndCall {
            target,
            waiting,
            refusal,
        });
    }

    /// Ends the calls that wait for a target, and the target unless its peer is suspended.
    pub(super) fn refuse(&mut self, number: u32, refusal: Refusal) {
        let Some(target) = self.target(number) else { return };
        if target.peer.is_none() {
            let target = self.give_up(number);
            return self
                .effects
                .take_in(target.map(|target| Effect::Refuse(target, refusal)));
        }
        let calls = std::mem::take(&mut target.calls);
        for call in calls {
            self.effects.push(Effect::EndCall {
                target: number,
                waiting: call.waiting,
                refusal,
            });
        }
    }
}
