//! Effects: carries out what the connection core decides.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageChannel;

use super::Hub;
use super::connect::id_taken;
use super::peers::{Browser, Connections, Peer, Proven, State};
use super::session::{bye_frame, short_frame};
use super::targets::{Target, Waiting};
use super::waiting::{not_in_page, timed_out};
use super::wires::unfit;
use super::workers;
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::effect::{self, Frame, Refusal, To};
use crate::core::connection::liveness::BEAT;
use crate::core::connection::pauses;
use crate::core::connection::policy::Policy;
use crate::core::connection::proof::Proof;
use crate::core::frame::{Kind, Reason, Suspension};
use crate::core::handling::Handling;
use crate::core::id::PeerRef;
use crate::platform::error::{destroyed, fail};
use crate::platform::host;
use crate::transport::Wire;
use crate::transport::window::Address;

type Effect = effect::Effect<Browser>;

impl Hub {
    /// Calls the core, then carries out its effects.
    pub(super) fn decide<R>(&self, decide: impl FnOnce(&mut Connections, &Policy) -> R) -> R {
        let result = decide(&mut self.inner.borrow_mut().connections, &self.config.policy);
        self.carry_out();
        result
    }

    /// Not generic, so that the wasm has one copy.
    #[inline(never)]
    fn carry_out(&self) {
        let effects = self.inner.borrow_mut().take_effects();
        for effect in effects {
            match effect {
                Effect::Post(to, frame) => self.post_frame(to, &frame),
                Effect::Flush => self.states_flush(),
                Effect::Hold { wire, may_return } => wire.hold(may_return),
                Effect::Close(wire) => wire.close(),
                Effect::CloseLater(wire) => {
                    after(pauses::PORT_ARRIVES, move || wire.close());
                }
                Effect::ClosePort(port) => port.close(),
                Effect::RequestHello(window) => window.request_hello(),
                Effect::RequestHelloLater(number) => self.request_hello_later(number),
                Effect::Hello { to, origin, nonce } => to.hello(&origin, &nonce, host::document_mark()),
                Effect::Offer { nonce, mark, proven } => self.offer(&nonce, mark, proven),
                Effect::Take { port, mark, proven } => {
                    self.start_port(port, proven, mark, true);
                }
                Effect::ListMembers => self.list_members(),
                Effect::WatchAwaited(uid) => self.watch_awaited(uid),
                Effect::WatchMember(member) => self.watch_member(member),
                Effect::Block(uid) => {
                    if let Some(mesh) = self.mesh() {
                        mesh.block(uid);
                    }
                }
                Effect::JoinChannel => {
                    if !self.is_destroyed() {
                        self.join_mesh();
                    }
                }
                Effect::LeaveChannel => self.leave_mesh(),
                Effect::Reject { origin, code } => self.reject(&origin, code),
                Effect::Connecting(identity) => {
                    self.emit_state(&identity, State::Disconnected, State::Connecting);
                }
                Effect::Connected { at, again } => self.connected(at, again),
                Effect::Resumed(at) => self.resumed(at),
                Effect::Restricted(at) => self.states_peer_down(at),
                Effect::Exchange(at) => self.states_peer_up(at),
                Effect::Discover(relatives) => self.discover(relatives),
                Effect::Activated => self.each_state(|state| state.activated()),
                Effect::Ready => self.become_ready(),
                Effect::Settle => self.states_settle(),
                Effect::WatchLivenessLock { at, uid } => self.watch_liveness_lock(at, &uid),
                Effect::Resolve(waiting, at) => self.resolve(waiting, at),
                Effect::EndCall {
                    target,
                    waiting,
                    refusal,
                } => self.call_over(target, waiting, refusal),
                Effect::Refuse(target, refusal) => self.target_over(*target, refusal),
                Effect::WatchFrame(number) => self.watch_frame(number),
                Effect::Unanswered(number) => self.report_silence(number),
                Effect::CheckSettled => drop(self.settle_due(host::now())),
                Effect::CheckDiscovery => drop(self.discovery_due(host::now())),
                Effect::Probe(at) => self.probe(at),
                Effect::AwaitHello { target, at } => self.await_hello(target, at),
                Effect::AwaitWorker(number) => self.await_worker(number),
                Effect::Ping(at) => self.ping(at),
                Effect::Compare => self.states_tick(),
                Effect::AwaitLastFrames => self.await_last_frames(),
                Effect::Leave(at, reason) => self.leave_peer(at, reason),
                Effect::Part(at) => self.disconnect_peer(at),
                Effect::End => self.decide(|connections, _| connections.end()),
                Effect::Destroyed => self.release(),
                Effect::Suspended(at, suspension) => self.suspended(at, suspension),
                Effect::Lost { at, peer, reason } => self.lost(at, *peer, reason),
                Effect::Ended {
                    identity,
                    reason,
                    state,
                } => self.emit_ended(&identity, reason, state),
                Effect::WatchClosing(at, window) => self.watch_closing(at, window),
            }
        }
    }

    /// Posts a frame. A wire that fails reports its own end.
    fn post_frame(&self, to: To<Route>, frame: &Frame) {
        let frame = match frame {
            Frame::Join {
                has_received,
                proof,
                any_origin,
            } => {
                let frame = self.join_frame(*has_received);
                if let Some(nonce) = proof {
                    frame.unchecked_ref::<Array>().set(6, JsValue::from_str(nonce));
                }
                if *any_origin {
                    frame.unchecked_ref::<Array>().set(9, JsValue::TRUE);
                }
                frame
            }
            Frame::Bye(reason) => bye_frame(*reason),
            Frame::Suspend(suspension) => short_frame(Kind::Suspend, suspension.code()),
        };
        match to {
            To::Wire(wire) => drop(wire.post(&frame, None)),
            To::Channel => self.post_on_mesh(None, &frame),
            To::Member(uid) => self.post_on_mesh(Some(&uid), &frame),
        }
    }

    fn await_last_frames(&self) {
        let hub = self.weak();
        after(pauses::LAST_FRAMES_COME, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.lose_gone());
            }
        });
    }

    /// Requests a hello from the window of a target later. By then it may show another document.
    fn request_hello_later(&self, number: u32) {
        let hub = self.weak();
        after(pauses::HELLO_REQUESTED_AGAIN, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.request_hello(number));
            }
        });
    }

    /// Starts a session on one end of a new channel, and sends the other end.
    fn offer(&self, nonce: &str, its_mark: f64, proven: Proven) {
        let (Ok(channel), Some(to)) = (MessageChannel::new(), proven.from.clone()) else {
            return;
        };
        let (origin, mark) = (proven.origin.clone(), host::document_mark());
        let is_invitation = matches!(proven.proof, Proof::Awaited(_));
        let is_another = proven.target.is_none();
        if !self.start_port(channel.port1(), proven, its_mark, false) {
            return;
        }
        if is_invitation {
            return to.invite(&host::random_id(), mark, &channel.port2());
        }
        to.offer(&origin, nonce, mark, &self.uid, &channel.port2());
        if is_another {
            self.log("another", &JsValue::from_str(&origin));
        }
    }

    /// A peer is connected.
    fn connected(&self, at: PeerRef, again: bool) {
        let identity = match self.inner.borrow().peers.get(at) {
            Some(peer) => peer.identity.clone(),
            None => return,
        };
        self.emit_connected(&identity, again, State::Connecting);
        self.wake_by(host::now() + BEAT);
    }

    /// A peer is connected again.
    fn resumed(&self, at: PeerRef) {
        let identity = match self.inner.borrow().peers.get(at) {
            Some(peer) => peer.identity.clone(),
            None => return,
        };
        self.emit_connected(&identity, true, State::Suspended);
        self.wake_by(host::now() + BEAT);
    }

    /// A frozen page answers pending calls when it resumes. A cached page may never, so the calls to it are rejected at
    /// once. Nothing is posted to it, because that would evict it from the cache.
    fn suspended(&self, at: PeerRef, suspension: Suspension) {
        let (identity, watch, handling) = {
            let mut inner = self.inner.borrow_mut();
            let Some(peer) = inner.peers.any_mut(at) else {
                return;
            };
            let (mut watch, mut handling) = (None, Handling::default());
            if suspension == Suspension::Cached {
                watch = peer.host.watch.take();
                handling = std::mem::take(&mut peer.host.handling);
            }
            (peer.identity.clone(), watch, handling)
        };
        if let Some(stop) = watch {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
        self.states_peer_down(at);
        if suspension == Suspension::Cached {
            self.calls_lost(at, &identity, Reason::Suspended);
            for handled in handling.into_entries() {
                host::abort_metadata(&handled.metadata, codes::PEER_LOST, "the caller is suspended");
            }
        }
        self.wake_by(host::now() + BEAT);
        self.emit_suspended(&identity);
    }

    /// A peer is gone: everything that waits for it ends now.
    fn lost(&self, at: PeerRef, peer: Peer, reason: Reason) {
        for stop in peer.host.watch.iter().chain(&peer.host.liveness_lock) {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
        if self.inner.borrow().is_ending {
            self.end_calls_to(at, &destroyed());
        } else {
            self.calls_lost(at, &peer.identity, reason);
        }
        for handled in peer.host.handling.into_entries() {
            host::abort_metadata(&handled.metadata, codes::PEER_LOST, "the caller is gone");
        }
        self.states_peer_down(at);
    }

    /// Resolves the promise of a connection, unless a listener has ended it meanwhile.
    fn resolve(&self, waiting: Waiting, at: PeerRef) {
        waiting.stop();
        match self.info(at) {
            Some(info) => waiting.promise.resolve(&info),
            None => waiting.promise.reject(&disconnected()),
        }
    }

    fn target_over(&self, target: Target, refusal: Refusal) {
        match refusal {
            Refusal::Destroyed => self.refuse(target, &destroyed()),
            Refusal::Disconnected => self.refuse(target, &disconnected()),
            Refusal::NotInPage => {
                let error = not_in_page(&target);
                self.refuse(target, &error);
            }
            Refusal::WindowClosed => {
                let message =
                    "the window was closed, or its Cross-Origin-Opener-Policy cuts it off from this one";
                self.refuse(target, &fail(codes::PEER_LOST, message));
            }
            Refusal::OtherVersion => {
                let message = "the other side speaks another version of the wire format: load the same version of parley-sync";
                self.refuse(target, &fail(codes::WIRE_VERSION, message));
            }
            Refusal::Unfit => {
                let error = unfit(&target);
                self.refuse(target, &error);
            }
            Refusal::WorkerFailed => {
                let error = workers::failed(&target);
                self.refuse(target, &error);
            }
            Refusal::IdTaken => {
                let error = id_taken(target.alias());
                self.refuse(target, &error);
            }
            Refusal::Late => {
                let error = timed_out(&target)();
                self.refuse(target, &error);
            }
            Refusal::Unrestricted => {
                let message = "the frame lets pages of any origin embed it (anyOrigin): say what it may do here, by the grants of \
                               connect() or of its origin";
                self.refuse(target, &fail(codes::CONFIG, message));
            }
            Refusal::Closed => {
                let message = "the link was closed before the other side had answered";
                self.refuse(target, &fail(codes::PEER_LOST, message));
            }
            Refusal::Aborted => self.refuse(target, &aborted()),
            Refusal::Navigated => {
                let message =
                    "the frame shows another document than the one that was let in: call connect() again";
                let error = fail(codes::DENIED, message);
                for call in target.calls {
                    self.reject_call(call.waiting, &error);
                }
            }
        }
    }

    /// One of several calls for a target is over, or one for a suspended peer.
    fn call_over(&self, number: u32, waiting: Waiting, refusal: Refusal) {
        let target = self
            .inner
            .borrow_mut()
            .target(number)
            .map(|target| match target.peer {
                Some(_) => None,
                None => Some(timed_out(target)),
            });
        let error = match refusal {
            Refusal::Destroyed => destroyed(),
            Refusal::Disconnected => disconnected(),
            Refusal::Aborted => aborted(),
            _ => match target.flatten() {
                Some(timed_out) => timed_out(),
                None => fail(codes::PEER_LOST, "the peer is suspended"),
            },
        };
        self.reject_call(waiting, &error);
    }

    fn watch_closing(&self, at: PeerRef, window: Address) {
        let hub = self.weak();
        after(pauses::WINDOW_CLOSES, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.window_closing(at, &window));
            }
        });
    }

    pub(crate) fn lose_peer(&self, at: PeerRef, reason: Reason) {
        self.decide(|connections, _| connections.lose_peer(at, reason));
    }
}

/// The error of a connect() whose signal was aborted.
fn aborted() -> JsValue {
    fail(codes::ABORTED, "connect() was aborted")
}

/// The error of a connect() that disconnect() ended.
pub(super) fn disconnected() -> JsValue {
    fail(codes::CONNECTION, "disconnect() ended the attempt")
}

/// A wire as the core holds it.
pub(super) type Route = Rc<dyn Wire>;
