//! Who is who. A Parley has a random id of its own (its uid), and may call itself something. Both are claims: what proves a
//! peer is how it is reached, by a window or channel whose origin the browser reports, or by a port that was handed over.

use crate::core::origin::OPAQUE;

/// A way to a peer: a wire of its own, or the channel.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// As the browser reported it; empty for a port or link, which proves none.
    pub origin: &'a str,
    /// Whether grants were given with it.
    pub is_restricted: bool,
    /// Whether it is the channel, whose members are of this window's origin.
    pub is_channel: bool,
}

/// Whether two ways lead to one peer because both name the same uid. Two origins that the browser reported must be equal, and
/// an opaque one is equal to none. A port or link without grants is trusted as its giver is: it may lead to
/// a member of the channel. `known.is_channel`: the peer is a member of the channel, whatever other ways lead to it.
#[must_use]
pub fn is_same_peer(known: Way<'_>, new: Way<'_>) -> bool {
    if !known.origin.is_empty() && !new.origin.is_empty() {
        return known.origin == new.origin && known.origin != OPAQUE;
    }
    let is_vouched_for = |way: Way<'_>| way.origin.is_empty() && !way.is_restricted;
    (known.is_channel && is_vouched_for(new)) || (new.is_channel && is_vouched_for(known))
}

/// The id of a peer in this window: what `connect` called it, else what it calls itself, else its uid. None if nothing of that is
/// free. `is_taken`: whether an id names a peer here, or is promised to a target of `connect`.
#[must_use]
pub fn id_for(
    alias: Option<&str>,
    claimed: &str,
    uid: &str,
    is_taken: impl Fn(&str) -> bool,
) -> Option<String> {
    let id = alias.or_else(|| [claimed, uid].into_iter().find(|id| !is_taken(id)));
    id.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "https://a.example";
    const B: &str = "https://b.example";

    fn window(origin: &str) -> Way<'_> {
        Way {
            origin,
            is_restricted: false,
            is_channel: false,
        }
    }

    fn port(is_restricted: bool) -> Way<'static> {
        Way {
            origin: "",
            is_restricted,
            is_channel: false,
        }
    }

    fn channel() -> Way<'static> {
        Way {
            is_channel: true,
            ..window(A)
        }
    }

    #[test]
    fn windows_of_one_origin_may_be_one_peer_and_others_never() {
        assert!(is_same_peer(window(A), window(A)));
        assert!(is_same_peer(window(A), channel()) && is_same_peer(channel(), window(A)));
        assert!(!is_same_peer(window(A), window(B)) && !is_same_peer(channel(), window(B)));
        assert!(!is_same_peer(window(OPAQUE), window(OPAQUE)));
    }

    #[test]
    fn a_port_leads_to_a_member_of_the_channel_unless_it_was_given_grants() {
        assert!(is_same_peer(channel(), port(false)) && is_same_peer(port(false), channel()));
        assert!(!is_same_peer(channel(), port(true)) && !is_same_peer(port(true), channel()));
    }

    #[test]
    fn a_port_proves_nothing_of_a_window_or_another_port() {
        assert!(!is_same_peer(window(A), port(false)) && !is_same_peer(port(false), window(A)));
        assert!(!is_same_peer(port(false), port(false)));
    }

    #[test]
    fn nobody_is_called_what_somebody_else_is() {
        let nobody = |_: &str| false;
        assert_eq!(
            id_for(Some("frame"), "chart", "u1", nobody).as_deref(),
            Some("frame")
        );
        assert_eq!(id_for(None, "chart", "u1", nobody).as_deref(), Some("chart"));
        let chart = |id: &str| id == "chart";
        assert_eq!(id_for(None, "chart", "u1", chart).as_deref(), Some("u1"));
        assert_eq!(id_for(None, "chart", "u1", |_| true), None);
    }
}
