//! Heartbeats: whether a peer with a wire of its own is still there, and when to ask.
//!
//! A peer is asked (a ping) when it was silent for 5 s, and given up when it does not answer for 75 s more: the timers of a
//! hidden page run once a minute. A question that stays unanswered is repeated a few times, since a lossy wire may have lost it.

/// A peer that was silent this long is asked whether it is there, ms.
const ASK_AFTER: f64 = 5000.0;
/// It is given up when it stays silent for this long after that, ms.
const GIVE_UP_AFTER: f64 = 75_000.0;
/// How often a question that stays unanswered is repeated: a frozen page answers none.
const MAX_REPEATS: u32 = 5;
/// A question is repeated when it stays unanswered this long, ms.
const REPEAT_AFTER: f64 = 900.0;

/// The liveness of one peer.
pub struct Heartbeat {
    /// When anything of it last came, ms.
    received_at: f64,
    /// When it was last asked because it was silent, ms.
    asked: f64,
    /// What the ping carried that is unanswered: the precise time of its sending, ms.
    pinged: Option<f64>,
    /// How many in a row stayed unanswered.
    unanswered: u32,
    /// Whether it has ever answered.
    has_answered: bool,
}

/// What to do about a peer at this window's regular beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing.
    Quiet,
    /// Ask it whether it is there.
    Ask,
    /// Ask once more; what was sent with the question may be lost as well, so compare states.
    AskAgain,
    /// It is lost.
    GiveUp,
}

impl Heartbeat {
    /// Of a peer that has just joined.
    #[must_use]
    pub fn new(now: f64) -> Heartbeat {
        Heartbeat {
            received_at: now,
            asked: now,
            pinged: None,
            unanswered: 0,
            has_answered: false,
        }
    }

    /// A frame of it arrived.
    pub fn received(&mut self, now: f64) {
        self.received_at = now;
    }

    /// When something of it last came, ms.
    #[must_use]
    pub fn last_received(&self) -> f64 {
        self.received_at
    }

    /// The peer was suspended and has just sent something: earlier pings no longer count.
    pub fn restart(&mut self, now: f64) {
        *self = Heartbeat {
            has_answered: self.has_answered,
            ..Heartbeat::new(now)
        };
    }

    /// A ping is sent that carries `sent`, the time by a precise clock, ms.
    pub fn ping(&mut self, sent: f64) {
        self.pinged = Some(sent);
    }

    /// An answer that carries `sent` came at `precise`: the time from question to answer, ms; None if that is not what was asked
    /// last.
    pub fn pong(&mut self, sent: f64, precise: f64) -> Option<f64> {
        self.pinged.take_if(|pinged| *pinged == sent)?;
        self.unanswered = 0;
        self.has_answered = true;
        Some(precise - sent)
    }

    /// This window's regular beat. `precise`: the clock that pings carry. `on_channel`: there a lock shows that a peer has ended, so
    /// silence means nothing.
    pub fn beat(&mut self, now: f64, precise: f64, on_channel: bool) -> Beat {
        let is_late = self.pinged.is_some_and(|sent| precise - sent > REPEAT_AFTER);
        if is_late && self.unanswered < MAX_REPEATS {
            self.unanswered += 1;
            return Beat::AskAgain;
        }
        let silent = now - self.received_at;
        if now - self.asked <= ASK_AFTER || (silent <= ASK_AFTER && self.has_answered) {
            return Beat::Quiet;
        }
        // A page that was suspended has received nothing: one that it has not pinged since cannot have failed to answer.
        let was_asked = self.asked > self.received_at;
        if was_asked && silent > GIVE_UP_AFTER && !on_channel {
            return Beat::GiveUp;
        }
        self.asked = now;
        Beat::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beats once a second from `from` to `to`; when it was asked and asked again, and when given up.
    fn beats(
        heart: &mut Heartbeat,
        from: u32,
        to: u32,
        on_channel: bool,
    ) -> (Vec<u32>, Vec<u32>, Option<u32>) {
        let (mut asked, mut again) = (Vec::new(), Vec::new());
        for second in from..=to {
            let now = f64::from(second) * 1000.0;
            match heart.beat(now, now, on_channel) {
                Beat::Quiet => {}
                Beat::Ask => {
                    asked.push(second);
                    heart.ping(now);
                }
                Beat::AskAgain => {
                    again.push(second);
                    heart.ping(now);
                }
                Beat::GiveUp => return (asked, again, Some(second)),
            }
        }
        (asked, again, None)
    }

    fn answered(now: f64) -> Heartbeat {
        let mut heart = Heartbeat::new(now);
        heart.ping(now);
        assert_eq!(heart.pong(now, now + 2.0), Some(2.0));
        heart
    }

    #[test]
    fn who_is_heard_is_not_asked() {
        let mut heart = answered(0.0);
        for second in 1..20 {
            heart.received(f64::from(second) * 1000.0);
            assert_eq!(beats(&mut heart, second, second, false), (vec![], vec![], None));
        }
    }

    #[test]
    fn who_is_silent_is_asked_then_asked_again_then_given_up() {
        let mut heart = answered(0.0);
        let (asked, again, gone) = beats(&mut heart, 1, 200, false);
        assert_eq!(again, [7, 8, 9, 10, 11]);
        assert_eq!(asked.first(), Some(&6));
        assert_eq!(gone, Some(78));
        // On a channel its lock tells.
        assert_eq!(beats(&mut answered(0.0), 1, 200, true).2, None);
    }

    #[test]
    fn who_answers_is_not_given_up() {
        let mut heart = answered(0.0);
        for second in 1..300 {
            let now = f64::from(second) * 1000.0;
            let beat = heart.beat(now, now, false);
            assert_ne!(beat, Beat::GiveUp);
            if beat != Beat::Quiet {
                heart.ping(now);
                heart.received(now + 1.0);
                heart.pong(now, now + 1.0);
            }
        }
    }

    #[test]
    fn only_the_answer_to_the_last_question_counts() {
        let mut heart = Heartbeat::new(0.0);
        heart.ping(1.0);
        heart.ping(2.0);
        assert_eq!(heart.pong(1.0, 5.0), None);
        assert_eq!(heart.pong(2.0, 5.0), Some(3.0));
        assert_eq!(heart.pong(2.0, 6.0), None);
    }

    #[test]
    fn a_suspended_window_asks_before_it_gives_anybody_up() {
        let mut heart = answered(0.0);
        assert_eq!(heart.beat(9e6, 9e6, false), Beat::Ask);
        assert_eq!(heart.beat(9e6 + 1.0, 9e6 + 1.0, false), Beat::Quiet);
    }

    #[test]
    fn a_suspended_peer_begins_anew() {
        let mut heart = answered(0.0);
        beats(&mut heart, 1, 70, false);
        heart.restart(90_000.0);
        assert_eq!(beats(&mut heart, 91, 95, false), (vec![], vec![], None));
        assert_eq!(heart.last_received(), 90_000.0);
    }
}
