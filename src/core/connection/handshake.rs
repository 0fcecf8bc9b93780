//! The handshake: how two windows connect in any order of loading, without polling or load events.
//!
//! A window that wants another *requests a hello*; a window that has started says *hello* (to windows that asked, and unasked to its
//! parent and opener); a window that wants the sender *offers* it one end of a new MessageChannel, addressed to the exact
//! origin the hello came from. Neither carries anything secret; a hello's nonce comes back in the offer, so that an offer is
//! accepted only by the very Parley that said hello, and an old one by none. Everything else crosses the port. Workers take the same
//! steps.
//!
//! A hello from another document in the same window (its `performance.timeOrigin` differs) ends the old connection as `navigated`
//! and begins the next one under the same id. When both sides offer at once, the smaller id's offer counts.
//!
//! A document of an opaque origin cannot be addressed: a message to its window reaches any document that is there by then. So it is
//! *invited*: a port goes to the window with nothing else, and the first frame on it must name the nonce of the hello, which the
//! document that said hello knows, and one that replaced it does not.

/// What this side knows of one window it wants to be connected to.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// A hello was requested; no answer yet.
    Waiting,
    /// An offer is out to the document marked so, which spoke with this nonce.
    Offered {
        /// Which document of that window.
        mark: f64,
        /// What its hello said.
        nonce: String,
    },
    /// Connected to the document marked so.
    Joined {
        /// Which document of that window.
        mark: f64,
    },
}

/// What to do about a hello from the window of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnHello {
    /// Make a new channel and offer it.
    Offer,
    /// The window shows another document: end the connection with the one before, then offer.
    Replace,
    /// The same document again, or a second Parley in it.
    Ignore,
}

/// A hello came from the exact window of a target, from an allowed origin. `same_origin`: of the origin that was seen there
/// before. A document states its own mark; the browser reports its origin.
pub fn on_hello(phase: &Phase, same_origin: bool, mark: f64, nonce: &str) -> OnHello {
    match phase {
        Phase::Offered { .. } | Phase::Joined { .. } if !same_origin => OnHello::Replace,
        Phase::Waiting => OnHello::Offer,
        Phase::Offered {
            mark: known,
            nonce: asked,
        } => {
            if *known != mark || asked != nonce {
                OnHello::Replace
            } else {
                OnHello::Ignore
            }
        }
        Phase::Joined { mark: known } => {
            if *known != mark {
                OnHello::Replace
            } else {
                OnHello::Ignore
            }
        }
    }
}

/// Whether a document of an opaque origin may connect by a target. One `connect` admits one document: the origin of the next
/// document in the same window is unknown.
pub fn may_enter(bound: Option<f64>, mark: f64) -> bool {
    bound.is_none_or(|bound| bound == mark)
}

/// What to do about an offer that names the nonce of our own hello to that window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOffer {
    /// Take its port.
    Accept,
    /// Take its port; the offer of ours that is under way will be ignored over there.
    Yield,
    /// Ours is the one that counts, or it is a repetition.
    Ignore,
}

/// Both sides may want each other at once: the offer of the smaller id counts, and both know it. What a port carries may
/// overtake what a window is sent: then the larger's offer, which it has dropped, arrives where the smaller has long been joined
/// by its own. `is_here`: who offers is the very one that is behind the target.
pub fn on_offer(
    phase: Option<&Phase>,
    is_here: bool,
    taken_before: bool,
    mine: &str,
    theirs: &str,
) -> OnOffer {
    if taken_before {
        return OnOffer::Ignore;
    }
    match phase {
        Some(Phase::Offered { .. }) if mine < theirs => OnOffer::Ignore,
        Some(Phase::Joined { .. }) if is_here && mine < theirs => OnOffer::Ignore,
        Some(Phase::Offered { .. }) => OnOffer::Yield,
        _ => OnOffer::Accept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Phase {
        Phase::Offered {
            mark: 1.0,
            nonce: "n".into(),
        }
    }

    #[test]
    fn a_hello_is_answered_once_for_each_document() {
        assert_eq!(on_hello(&Phase::Waiting, true, 1.0, "n"), OnHello::Offer);
        assert_eq!(on_hello(&Phase::Waiting, false, 1.0, "n"), OnHello::Offer);
        assert_eq!(on_hello(&offered(), true, 1.0, "n"), OnHello::Ignore);
        assert_eq!(
            on_hello(&Phase::Joined { mark: 1.0 }, true, 1.0, "other"),
            OnHello::Ignore
        );
    }

    #[test]
    fn another_origin_is_another_document_whatever_it_says_of_itself() {
        assert_eq!(on_hello(&offered(), false, 1.0, "n"), OnHello::Replace);
        assert_eq!(
            on_hello(&Phase::Joined { mark: 1.0 }, false, 1.0, "n"),
            OnHello::Replace
        );
    }

    #[test]
    fn a_target_for_an_opaque_document_admits_no_other() {
        assert!(may_enter(None, 1.0) && may_enter(Some(1.0), 1.0));
        assert!(!may_enter(Some(1.0), 2.0) && !may_enter(Some(1.0), f64::NAN));
    }

    #[test]
    fn a_new_document_takes_the_place_of_the_old() {
        assert_eq!(on_hello(&offered(), true, 2.0, "m"), OnHello::Replace);
        assert_eq!(on_hello(&offered(), true, 1.0, "m"), OnHello::Replace);
        assert_eq!(
            on_hello(&Phase::Joined { mark: 1.0 }, true, 2.0, "m"),
            OnHello::Replace
        );
    }

    #[test]
    fn of_two_crossing_offers_exactly_one_counts() {
        for (a, b) in [("a", "b"), ("b", "a")] {
            let at_a = on_offer(Some(&offered()), false, false, a, b);
            let at_b = on_offer(Some(&offered()), false, false, b, a);
            assert_ne!(at_a == OnOffer::Yield, at_b == OnOffer::Yield);
        }
    }

    #[test]
    fn a_repeated_offer_is_nobodys() {
        assert_eq!(on_offer(None, false, true, "a", "b"), OnOffer::Ignore);
        assert_eq!(on_offer(None, false, false, "a", "b"), OnOffer::Accept);
    }

    #[test]
    fn an_offer_that_was_dropped_meanwhile_takes_nobodys_place() {
        let joined = Phase::Joined { mark: 1.0 };
        // The larger has yielded, and its offer is overtaken by what it says on the smaller's port.
        assert_eq!(on_offer(Some(&joined), true, false, "a", "b"), OnOffer::Ignore);
        // A second Parley in the same window is a peer of its own.
        assert_eq!(on_offer(Some(&joined), false, false, "a", "b"), OnOffer::Accept);
        assert_eq!(on_offer(Some(&joined), true, false, "b", "a"), OnOffer::Accept);
    }
}
