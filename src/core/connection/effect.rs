//! Effects: what a host has to do because of what happened.

use super::host::Host;
use super::peers::{Identity, Peer, State};
use super::proof::Proven;
use super::targets::Target;
use crate::core::frame::{Reason, Sleep};
use crate::core::id::PeerRef;

/// One thing to do. They are done in order; what one of them calls may have new ones done before the next.
pub enum Effect<H: Host> {
    /// Say on a wire who is here.
    Join {
        /// Where.
        wire: H::Wire,
        /// Whether the other side's join was heard: then it needs no answer.
        heard: bool,
        /// The nonce that proves this document.
        proof: Option<String>,
        /// Whether the window at the other end may be of any origin.
        any_origin: bool,
    },
    /// Say on a wire that it is given up here.
    Bye(H::Wire),
    /// Close a wire.
    Close(H::Wire),
    /// Close a wire when what was just said on it has arrived.
    CloseLater(H::Wire),
    /// Close a port that was not taken.
    ClosePort(H::Port),
    /// Ask a window who is there.
    Knock(H::Window),
    /// The same of the window of a target, a second from now.
    KnockLater(u32),
    /// Tell a window that somebody is here.
    Hello {
        /// Which.
        to: H::Window,
        /// The only origin that may read it.
        origin: String,
        /// What an offer has to name.
        nonce: String,
    },
    /// Make a channel, begin a session on one end, and send the other to the window that said hello with this nonce. If the
    /// session awaits proof it is sent as an invitation, which any document there can read.
    Offer {
        /// What the hello named.
        nonce: String,
        /// The document that said it.
        mark: f64,
        /// Of whom the session is.
        proven: Proven<H::Window>,
    },
    /// Begin a session on a port that came.
    Take {
        /// Which.
        port: H::Port,
        /// The document that sent it, as it said.
        mark: f64,
        /// Of whom the session is.
        proven: Proven<H::Window>,
    },
    /// Count a refusal.
    Reject {
        /// Against which origin.
        origin: String,
        /// Why.
        code: &'static str,
    },
    /// A peer is connected.
    Connected {
        /// Which.
        at: PeerRef,
        /// Of an id that was connected before.
        again: bool,
    },
    /// A peer that slept is connected again.
    Woken(PeerRef),
    /// Another way leads to a peer, and it may take part in less than before.
    Restricted(PeerRef),
    /// A worker has joined that holds a lock for as long as it lives.
    WatchLife {
        /// Which peer it is.
        at: PeerRef,
        /// Its own id, as it says.
        uid: String,
    },
    /// `connect` has its peer.
    Resolve(H::Waiting, PeerRef),
    /// A target is over.
    Refuse(Box<Target<H>>, Refusal),
    /// A connection that was on its way is there, or was given up: states that wait for the last of them wait no longer.
    Settled,
    /// The window of a relative is connected.
    RelativeArrived,
    /// Ask a peer whether it is there; if it gives no sign, [`Connections::gave_no_sign`] follows.
    ///
    /// [`Connections::gave_no_sign`]: super::connections::Connections::gave_no_sign
    AskForSign(PeerRef),
    /// Say goodbye to a peer, which may be there after all, and lose it.
    Leave(PeerRef, Reason),
    /// A peer is suspended.
    Suspended(PeerRef, Sleep),
    /// A link changes what it carries: the number of its session.
    Unfit(u32),
    /// A peer is gone: its calls end, and states no longer count on it.
    Lost {
        /// Which.
        at: PeerRef,
        /// What it was.
        peer: Box<Peer<H>>,
        /// Why.
        reason: Reason,
    },
    /// Tell that a connection ended.
    Ended {
        /// Whose.
        identity: Identity<H::Label>,
        /// Why.
        reason: Reason,
        /// In which state it was.
        state: State,
    },
    /// See a moment later whether the window of a peer that said goodbye was closed, or shows another document.
    WatchClosing(PeerRef, H::Window),
}

/// Why a target is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its link or port was closed.
    Closed,
    /// It was for one document, and the window shows another.
    Navigated,
    /// Its frame lets pages of any origin embed it, and nothing is said here of what it may do.
    Unrestricted,
}
