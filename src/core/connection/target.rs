//! A connection target: a window, worker, port or link that `connect` asked for, and how far the handshake with it is.
//!
//! A target outlives its connection: the next document that its window shows is connected under the same id. One exception: a
//! document of an opaque origin is admitted by one `connect`, so the target is *bound* to it and ends with it.

use super::handshake::{self, OnHello, Phase};
use crate::core::limits::{OFFERS_PER_SECOND, PARLEYS_PER_WINDOW};
use crate::core::origin::OPAQUE;

/// Over what time the offers to one window are counted, ms.
pub const SECOND: f64 = 1000.0;

/// The handshake with one target.
#[derive(Clone, Debug)]
pub struct Handshake {
    phase: Phase,
    /// The origin that its last hello came from; empty before.
    origin: String,
    /// A document of an opaque origin may connect; which one, once one did.
    opaque: bool,
    /// A document of any origin may connect.
    any_origin: bool,
    bound: Option<f64>,
    /// The nonces of the Parleys in its document: the first is of the connected one.
    nonces: Vec<String>,
    /// When its documents began to be counted, ms, and how many were offered a connection since.
    offers: (f64, u32),
    /// The connected document has answered the last check, so its window still shows it.
    is_shown: bool,
}

/// What to do about a hello from a target's window, whose origin is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelloResponse {
    /// Offer it a new channel.
    Offer,
    /// The window shows another document: end the connection with the one before, then offer.
    Replace,
    /// It is connected, or has an offer.
    Ignore,
    /// A second Parley in the connected document: offer it a connection of its own.
    Another,
    /// The target is bound to another document: it is over.
    Revoke,
    /// Its documents change too quickly: ask again a second later, if this was the first too many.
    TooMany {
        /// Whether it was.
        is_first: bool,
    },
}

impl Handshake {
    /// A target without an answer yet. `opaque`: a document of an opaque origin may; `any_origin`: one of any.
    #[must_use]
    pub fn new(opaque: bool, any_origin: bool) -> Handshake {
        Handshake {
            phase: Phase::Waiting,
            origin: String::new(),
            opaque,
            any_origin,
            bound: None,
            nonces: Vec::new(),
            offers: (f64::NEG_INFINITY, 0),
            is_shown: false,
        }
    }

    /// How far the handshake is.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether a document has an offer, or a channel, and has not joined.
    #[must_use]
    pub fn is_offered(&self) -> bool {
        matches!(self.phase, Phase::Offered { .. })
    }

    /// Whether a peer is connected.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        matches!(self.phase, Phase::Joined { .. })
    }

    /// The origin that its last hello came from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a document of an opaque origin may connect.
    #[must_use]
    pub fn lets_opaque_in(&self) -> bool {
        self.opaque || self.any_origin
    }

    /// Whether a document of any origin may connect.
    #[must_use]
    pub fn lets_any_in(&self) -> bool {
        self.any_origin
    }

    /// Whether it is for one document of an opaque origin, and no other.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.bound.is_some()
    }

    /// A hello came at `now` from the document that calls itself `mark`.
    pub fn on_hello(&mut self, now: f64, origin: &str, mark: f64, nonce: &str) -> HelloResponse {
        if !handshake::may_enter(self.bound, mark) {
            return HelloResponse::Revoke;
        }
        let response = handshake::on_hello(&self.phase, self.origin == origin, mark, nonce);
        if response == OnHello::Ignore {
            self.is_shown = true;
            return match self.is_another(nonce) {
                true => HelloResponse::Another,
                false => HelloResponse::Ignore,
            };
        }
        self.nonces.clear();
        self.nonces.push(nonce.to_owned());
        if now - self.offers.0 >= SECOND {
            self.offers = (now, 0);
        }
        self.offers.1 += 1;
        if self.offers.1 > OFFERS_PER_SECOND {
            let is_first = self.offers.1 == OFFERS_PER_SECOND + 1;
            return HelloResponse::TooMany { is_first };
        }
        match response {
            OnHello::Replace => HelloResponse::Replace,
            _ => HelloResponse::Offer,
        }
    }

    /// Whether this hello is of another Parley than the connected one, in the same document.
    fn is_another(&mut self, nonce: &str) -> bool {
        let is_known = self.nonces.iter().any(|known| known == nonce);
        // An opaque document was let in because connect() meant one Parley of it.
        let may_be = self.is_joined() && !self.opaque && !self.is_bound();
        if is_known || !may_be || self.nonces.len() >= PARLEYS_PER_WINDOW {
            return false;
        }
        self.nonces.push(nonce.to_owned());
        // The connected one made the offer itself, and now says hello for the first time.
        self.nonces.len() > 1
    }

    /// A channel was offered to the document that said this hello.
    pub fn offered(&mut self, origin: &str, mark: f64, nonce: &str) {
        self.phase = Phase::Offered {
            mark,
            nonce: nonce.to_owned(),
        };
        origin.clone_into(&mut self.origin);
    }

    /// The other end of a port or link that was handed over is asked to join.
    pub fn started(&mut self) {
        self.offered("", 0.0, "");
    }

    /// The offer of the document `mark` was accepted. Its hello may still be on the way.
    pub fn accepted(&mut self, origin: &str, mark: f64) {
        self.phase = Phase::Joined { mark };
        origin.clone_into(&mut self.origin);
    }

    /// The other end has joined.
    pub fn joined(&mut self) {
        let mark = match self.phase {
            Phase::Offered { mark, .. } | Phase::Joined { mark } => mark,
            Phase::Waiting => 0.0,
        };
        self.phase = Phase::Joined { mark };
        self.is_shown = true;
        if self.origin == OPAQUE {
            self.bound = Some(mark);
        }
    }

    /// The connection, or the attempt, is over: the next document may connect.
    pub fn reopened(&mut self) {
        self.phase = Phase::Waiting;
    }

    /// connect() is called for it again. `is_connected`: a peer is.
    pub fn asked_again(&mut self, opaque: bool, any_origin: bool, is_connected: bool) {
        if !is_connected {
            self.bound = None;
        }
        self.opaque |= opaque;
        self.any_origin |= any_origin;
    }

    /// The frame has loaded a document, perhaps another one: it is asked to say hello again.
    pub fn loaded(&mut self) {
        self.is_shown = false;
    }

    /// Whether the connected document has said hello since then.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://a.example";

    fn hello(target: &mut Handshake, mark: f64, nonce: &str) -> HelloResponse {
        target.on_hello(0.0, ORIGIN, mark, nonce)
    }

    fn connected() -> Handshake {
        let mut target = Handshake::new(false, false);
        assert_eq!(hello(&mut target, 1.0, "n"), HelloResponse::Offer);
        target.offered(ORIGIN, 1.0, "n");
        target.joined();
        target
    }

    #[test]
    fn a_document_is_offered_one_channel() {
        let mut target = Handshake::new(false, false);
        assert_eq!(hello(&mut target, 1.0, "n"), HelloResponse::Offer);
        target.offered(ORIGIN, 1.0, "n");
        assert!(target.is_offered() && !target.is_joined());
        assert_eq!(hello(&mut target, 1.0, "n"), HelloResponse::Ignore);
        target.joined();
        assert!(target.is_joined() && target.is_shown() && !target.is_bound());
        assert_eq!(hello(&mut target, 1.0, "n"), HelloResponse::Ignore);
    }

    #[test]
    fn the_next_document_takes_the_place_of_the_one_before() {
        let mut target = connected();
        assert_eq!(hello(&mut target, 2.0, "m"), HelloResponse::Replace);
        let mut target = connected();
        let elsewhere = target.on_hello(0.0, "https://b.example", 1.0, "n");
        assert_eq!(elsewhere, HelloResponse::Replace);
        let mut target = connected();
        target.reopened();
        assert_eq!(hello(&mut target, 2.0, "m"), HelloResponse::Offer);
    }

    #[test]
    fn a_second_parley_of_the_document_is_another_once() {
        let mut target = connected();
        assert_eq!(hello(&mut target, 1.0, "second"), HelloResponse::Another);
        assert_eq!(hello(&mut target, 1.0, "second"), HelloResponse::Ignore);
        for other in 2..PARLEYS_PER_WINDOW {
            assert_eq!(
                hello(&mut target, 1.0, &other.to_string()),
                HelloResponse::Another
            );
        }
        assert_eq!(hello(&mut target, 1.0, "one more"), HelloResponse::Ignore);
    }

    #[test]
    fn one_whose_offer_was_accepted_greets_for_the_first_time_afterwards() {
        let mut target = Handshake::new(false, false);
        target.accepted(ORIGIN, 1.0);
        target.joined();
        assert_eq!(hello(&mut target, 1.0, "its first"), HelloResponse::Ignore);
        assert_eq!(hello(&mut target, 1.0, "another's"), HelloResponse::Another);
    }

    #[test]
    fn a_target_of_any_origin_lets_in_an_opaque_document_too() {
        let mut target = Handshake::new(false, true);
        assert!(target.lets_any_in() && target.lets_opaque_in());
        assert_eq!(hello(&mut target, 1.0, "n"), HelloResponse::Offer);
        target.offered(ORIGIN, 1.0, "n");
        target.joined();
        // A second Parley of that page is another peer; the page of another origin takes the place of this one.
        assert_eq!(hello(&mut target, 1.0, "m"), HelloResponse::Another);
        assert_eq!(
            target.on_hello(0.0, "https://b.example", 1.0, "m"),
            HelloResponse::Replace
        );
        assert!(!Handshake::new(true, false).lets_any_in());
    }

    #[test]
    fn an_opaque_document_is_the_only_one() {
        let mut target = Handshake::new(true, false);
        assert_eq!(target.on_hello(0.0, OPAQUE, 1.0, "n"), HelloResponse::Offer);
        target.offered(OPAQUE, 1.0, "n");
        target.joined();
        assert!(target.is_bound());
        assert_eq!(
            target.on_hello(0.0, OPAQUE, 1.0, "another's"),
            HelloResponse::Ignore
        );
        assert_eq!(target.on_hello(0.0, OPAQUE, 2.0, "m"), HelloResponse::Revoke);
        target.reopened();
        assert_eq!(target.on_hello(0.0, ORIGIN, 2.0, "m"), HelloResponse::Revoke);
        // Until connect() asks again.
        target.asked_again(true, false, false);
        assert_eq!(target.on_hello(0.0, OPAQUE, 2.0, "m"), HelloResponse::Offer);
    }

    #[test]
    fn documents_that_come_too_quickly_are_asked_again_later() {
        let mut target = Handshake::new(false, false);
        let mut next = |now: f64, number: u32| {
            let response = target.on_hello(now, ORIGIN, f64::from(number), &number.to_string());
            target.offered(ORIGIN, f64::from(number), &number.to_string());
            response
        };
        assert_eq!(next(5.0, 1), HelloResponse::Offer);
        for number in 2..=OFFERS_PER_SECOND {
            assert_eq!(next(6.0, number), HelloResponse::Replace);
        }
        assert_eq!(next(7.0, 100), HelloResponse::TooMany { is_first: true });
        assert_eq!(next(8.0, 101), HelloResponse::TooMany { is_first: false });
        assert_eq!(next(5.0 + SECOND, 102), HelloResponse::Replace);
    }

    #[test]
    fn a_frame_that_loads_has_to_show_that_it_still_shows_the_same() {
        let mut target = connected();
        target.loaded();
        assert!(!target.is_shown());
        hello(&mut target, 1.0, "n");
        assert!(target.is_shown());
    }

    #[test]
    fn a_port_that_was_handed_over_is_offered_at_once() {
        let mut target = Handshake::new(false, false);
        target.started();
        assert!(target.is_offered());
        target.joined();
        assert_eq!(
            (target.phase(), target.origin()),
            (&Phase::Joined { mark: 0.0 }, "")
        );
    }
}
