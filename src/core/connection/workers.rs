//! Workers: one that fails before its hello ends the wait for it, and each holds a lock by whose release others notice its end.

use super::connections::Connections;
use super::effect::{Effect, Frame, Refusal, To};
use super::handshake::Phase;
use super::host::Host;
use super::sessions::Join;
use crate::core::id::PeerRef;
use crate::core::lists::List;

impl<H: Host> Connections<H> {
    /// The worker of a target has failed. One whose script could not be loaded or parsed is given up at once; one whose script threw
    /// (`has_run`) may have a Parley, whose hello is on its way.
    pub fn worker_failed(&mut self, number: u32, has_run: bool) {
        match has_run {
            true => self.effects.push(Effect::AwaitWorker(number)),
            false => self.worker_due(number),
        }
    }

    /// A worker that failed has had the time to say hello: its target ends if no Parley in it did.
    pub fn worker_due(&mut self, number: u32) {
        let target = self.target(number);
        if target.is_some_and(|target| *target.handshake.phase() == Phase::Waiting) {
            self.refuse(number, Refusal::WorkerFailed);
        }
    }

    /// This worker holds a lock for as long as it lives: says so on every wire that has carried our join, also where the other
    /// side's is still on its way. That join said nothing of the lock.
    pub fn liveness_lock_held(&mut self) {
        self.life_held = true;
        let said = self.sessions.values().filter(|session| session.has_said_join());
        let wires = said.filter_map(|session| session.wire.clone());
        let join = |wire| Effect::Post(To::Wire(wire), Frame::join(true));
        self.effects.take_in(wires.map(join));
    }

    /// A peer has joined that may be a worker with such a lock.
    pub(super) fn watch_liveness_lock(&mut self, at: PeerRef, join: &Join<'_>) {
        if join.liveness_lock {
            let uid = join.uid.to_owned();
            self.effects.push(Effect::WatchLivenessLock { at, uid });
        }
    }
}
