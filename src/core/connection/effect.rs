//! Effects: what a host has to do because of what happened.

use super::host::Host;
#[cfg(doc)]
use super::pauses;
use super::peers::{Identity, Peer, State};
use super::proof::Proven;
use super::targets::Target;
use crate::core::frame::{Reason, Suspension};
use crate::core::id::PeerRef;

/// One thing to do. They are done in order; what one of them calls may have new ones done before the next.
pub enum Effect<H: Host> {
    /// Post a frame.
    Post(To<H::Wire>, Frame),
    /// Have states and stores send what they have not sent yet.
    Flush,
    /// The page is left, and may return: frames to another document of this page wait until both have returned.
    Hold {
        /// The wire that they go over.
        wire: H::Wire,
        /// Whether the page may return.
        may_return: bool,
    },
    /// Close a wire.
    Close(H::Wire),
    /// Close a wire after [`pauses::PORT_ARRIVES`]: what was just said on it has arrived by then.
    CloseLater(H::Wire),
    /// Close a port that was not taken.
    ClosePort(H::Port),
    /// Ask a window who is there.
    RequestHello(H::Window),
    /// After [`pauses::HELLO_REQUESTED_AGAIN`] [`Connections::request_hello`] follows, with this target.
    ///
    /// [`Connections::request_hello`]: super::connections::Connections::request_hello
    RequestHelloLater(u32),
    /// Ask the lock manager for the members of the channel; [`Connections::members_listed`] follows.
    ///
    /// [`Connections::members_listed`]: super::connections::Connections::members_listed
    ListMembers,
    /// A member of the channel is waited for: when it releases its lock, [`Connections::member_settled`] follows.
    ///
    /// [`Connections::member_settled`]: super::connections::Connections::member_settled
    WatchAwaited(String),
    /// A member of the channel has joined: [`pauses::GOODBYE_COMES`] after it releases its lock,
    /// [`Connections::member_gone`] follows.
    ///
    /// [`Connections::member_gone`]: super::connections::Connections::member_gone
    WatchMember(Membership),
    /// Hear nothing more of a member of the channel: frames that it sent before our goodbye must not bring it back.
    Block(String),
    /// Join the channel, if this Parley has one: this page is back.
    JoinChannel,
    /// Leave the channel, and release the lock of this member.
    LeaveChannel,
    /// Announce this Parley to a window.
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
    /// `connect` waits for a target that has an id: tell that it is being connected.
    Connecting(Identity<H::Label>),
    /// Join the channel, if this Parley has one; [`Connections::discover`] follows, with these relatives.
    ///
    /// [`Connections::discover`]: super::connections::Connections::discover
    Discover(Vec<H::Window>),
    /// The prerendered document is activated: tell states.
    Activated,
    /// Discovery is over.
    Ready,
    /// States wait for no peer any more but those that are connected.
    Settle,
    /// A peer is connected.
    Connected {
        /// Which.
        at: PeerRef,
        /// Of an id that was connected before.
        again: bool,
    },
    /// A suspended peer is connected again.
    Resumed(PeerRef),
    /// States and a connected peer exchange what they have.
    Exchange(PeerRef),
    /// A peer may take part in other states than before: those that it took part in wait for it no longer.
    Restricted(PeerRef),
    /// A worker has joined that holds a lock for as long as it lives.
    WatchLivenessLock {
        /// Which peer it is.
        at: PeerRef,
        /// Its own id, as it says.
        uid: String,
    },
    /// `connect` has its peer.
    Resolve(H::Waiting, PeerRef),
    /// A call of `connect` is refused. Its target stays: another call waits for it, or its peer is suspended.
    EndCall {
        /// The number of the target.
        target: u32,
        /// The promise of the call.
        waiting: H::Waiting,
        /// Why.
        refusal: Refusal,
    },
    /// A target is over.
    Refuse(Box<Target<H>>, Refusal),
    /// A target's frame is in its page: watch for its removal. The number of the target.
    WatchFrame(u32),
    /// A target has not been answered yet, by its number: the log may say why.
    Unanswered(u32),
    /// A connection that was on its way is there, or was given up; [`Connections::settle_due`] follows.
    ///
    /// [`Connections::settle_due`]: super::connections::Connections::settle_due
    CheckSettled,
    /// Discovery may be over: a relative is connected, or a member of the channel has joined or left. [`Connections::discovery_due`]
    /// follows.
    ///
    /// [`Connections::discovery_due`]: super::connections::Connections::discovery_due
    CheckDiscovery,
    /// Ping a peer; after [`pauses::PROBE_TIMEOUT`] [`Connections::probe_due`] follows, with the time of the ping.
    ///
    /// [`Connections::probe_due`]: super::connections::Connections::probe_due
    Probe(PeerRef),
    /// A peer's window was asked which document it shows; after [`pauses::HELLO_COMES`]
    /// [`Connections::hello_due`] follows.
    ///
    /// [`Connections::hello_due`]: super::connections::Connections::hello_due
    AwaitHello {
        /// The number of the target.
        target: u32,
        /// The peer.
        at: PeerRef,
    },
    /// The script of a target's worker threw; after [`pauses::WORKER_SAYS_HELLO`] [`Connections::worker_due`] follows.
    ///
    /// [`Connections::worker_due`]: super::connections::Connections::worker_due
    AwaitWorker(u32),
    /// Ping a peer.
    Ping(PeerRef),
    /// Have states compare their contents with all peers.
    Compare,
    /// Windows of peers are closed. After [`pauses::LAST_FRAMES_COME`] [`Connections::lose_gone`] follows.
    ///
    /// [`Connections::lose_gone`]: super::connections::Connections::lose_gone
    AwaitLastFrames,
    /// Say goodbye to a peer, which may be there after all, and lose it.
    Leave(PeerRef, Reason),
    /// Say goodbye to a peer; [`Connections::disconnect_peer`] follows.
    ///
    /// [`Connections::disconnect_peer`]: super::connections::Connections::disconnect_peer
    Part(PeerRef),
    /// Everybody was sent the goodbye of a Parley that is destroyed; [`Connections::end`] follows.
    ///
    /// [`Connections::end`]: super::connections::Connections::end
    End,
    /// The Parley is destroyed: release what the host keeps of it.
    Destroyed,
    /// A peer is suspended.
    Suspended(PeerRef, Suspension),
    /// A peer is lost: its calls end, and states no longer wait for it.
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
    /// A peer said goodbye whose window may be closing; after [`pauses::WINDOW_CLOSES`] [`Connections::window_closing`] follows.
    ///
    /// [`Connections::window_closing`]: super::connections::Connections::window_closing
    WatchClosing(PeerRef, H::Window),
}

/// A member of the channel, from its join to the release of its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which peer it is.
    pub at: PeerRef,
    /// Its own id.
    pub uid: String,
    /// Which of its joins it was.
    pub number: u32,
}

/// Where a frame goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To<W> {
    /// Over a wire of its own.
    Wire(W),
    /// To every member of the channel.
    Channel,
    /// To the member of this id.
    Member(String),
}

/// A frame about the connection itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Who is here.
    Join {
        /// Whether the other side's join was received: then it needs no answer.
        has_received: bool,
        /// The nonce that proves this document.
        proof: Option<String>,
        /// Whether the window at the other end may be of any origin.
        any_origin: bool,
    },
    /// This side gives the connection up ([`Reason::Local`]), or its document ends ([`Reason::Closed`]).
    Bye(Reason),
    /// This page is suspended.
    Suspend(Suspension),
}

impl Frame {
    /// A join that proves nothing and grants nothing.
    #[must_use]
    pub fn join(has_received: bool) -> Frame {
        Frame::Join {
            has_received,
            proof: None,
            any_origin: false,
        }
    }
}

/// Why a target is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The Parley was destroyed.
    Destroyed,
    /// `disconnect` was called for it.
    Disconnected,
    /// Its link or port was closed.
    Closed,
    /// It was for one document, and the window shows another.
    Navigated,
    /// Its frame is not in the page.
    NotInPage,
    /// Its window was closed before it answered.
    WindowClosed,
    /// The other side speaks another version of the wire format.
    OtherVersion,
    /// Its link changes the values it carries.
    Unfit,
    /// It took too long.
    Late,
    /// The signal of its last call was aborted.
    Aborted,
    /// Another peer has its id.
    IdTaken,
    /// Its worker failed before it said hello.
    WorkerFailed,
    /// Its frame lets pages of any origin embed it, and nothing is said here of what it may do.
    Unrestricted,
}
