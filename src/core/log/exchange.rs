//! Exchange of log frames with neighbours: what they bring, and how they are answered.

use super::super::id::{Actor, PeerRef};
use super::super::version::VersionVector;
use super::effect::LogEffect;
use super::frame::{LogContent, LogDelta, LogFrame, Logged};
use super::node::LogNode;
use super::tip::{Relation, Tip};
use crate::core::fingerprint::Content;
use crate::core::lists::Gather;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Handles a frame from a neighbour. `also` are neighbours that are known to have received the same broadcast.
    pub fn receive(
        &mut self,
        from: PeerRef,
        also: &[PeerRef],
        frame: LogFrame<A, S>,
        now: f64,
    ) -> Vec<LogEffect<A, S>> {
        let mut out = Vec::new();
        // The neighbour has gone. It will be asked for this again when it is back.
        if self.peers.get(from).is_none() {
            return out;
        }
        if !self.knows_writers(&frame) {
            let code = "ERR_LIMIT";
            return vec![LogEffect::Refused { from, code }];
        }
        let claimed = self.claimed_by(&frame);
        let refused = match frame {
            LogFrame::Append(actions) => self.on_append(from, also, actions, now, &mut out),
            LogFrame::Sync {
                vector,
                tip,
                asker,
                content,
            } => {
                let wins = content.tail != 0 && self.contents_win(from, (&vector, &tip), content, &mut out);
                self.on_sync(from, vector, (tip, asker), wins, &mut out)
            }
            LogFrame::Delta(delta) => self.on_delta(from, delta, now, &mut out),
            LogFrame::Ack { vector } => {
                self.on_ack(from, vector);
                Ok(())
            }
        };
        match refused {
            Ok(()) => self.try_cut(),
            Err(code) => out.push(LogEffect::Refused { from, code }),
        }
        if claimed {
            self.disown(from, &mut out);
        }
        out
    }

    /// Whether a frame claims more actions of this window than it dispatched.
    fn claimed_by(&self, frame: &LogFrame<A, S>) -> bool {
        let vector_forged =
            |vector: &VersionVector| vector.iter().any(|(actor, seq)| self.is_forged(actor, seq));
        let actions_forged = |actions: &[Logged<A>]| {
            let mut dots = actions.iter().map(|logged| logged.dot);
            dots.any(|dot| self.is_forged(dot.actor, dot.seq))
        };
        match frame {
            LogFrame::Append(actions) => actions_forged(actions),
            LogFrame::Sync { vector, .. } | LogFrame::Ack { vector } => vector_forged(vector),
            LogFrame::Delta(delta) => vector_forged(&delta.vector) || actions_forged(&delta.actions),
        }
    }

    /// A peer uses this window's actor. Whoever believes it would ignore this window's next actions as known. So this
    /// window gives the actor up and takes another; the forged actions become actions like any others once other windows
    /// have them.
    fn disown(&mut self, from: PeerRef, out: &mut Vec<LogEffect<A, S>>) {
        self.flush_into(out);
        self.own.rotate_actor();
        self.remote_writer.rotate_actor();
        self.ask(from, out);
    }

    fn on_append(
        &mut self,
        from: PeerRef,
        also: &[PeerRef],
        actions: Vec<Logged<A>>,
        now: f64,
        out: &mut Vec<LogEffect<A, S>>,
    ) -> Result<(), &'static str> {
        self.check(&actions, now)?;
        let unknown = |logged: &&Logged<A>| !self.vector.contains(logged.dot);
        if actions
            .iter()
            .filter(unknown)
            .any(|logged| self.is_time_regression(logged.stamp()))
        {
            return Err("ERR_MALFORMED");
        }
        for logged in &actions {
            let dot = logged.dot;
            if let Some(peer) = self.peers.get(from) {
                peer.sent.advance(dot.actor, dot.seq);
                peer.acked.advance(dot.actor, dot.seq);
            }
            for &other in also {
                if let Some(peer) = self.peers.get(other) {
                    peer.sent.advance(dot.actor, dot.seq);
                }
            }
        }
        if !self.integrate(from, actions, out) {
            self.ask(from, out);
        }
        Ok(())
    }

    fn on_sync(
        &mut self,
        from: PeerRef,
        vector: VersionVector,
        (tip, asker): (Tip, Actor),
        contents_win: bool,
        out: &mut Vec<LogEffect<A, S>>,
    ) -> Result<(), &'static str> {
        self.flush_into(out);
        let relation = self.lineage.relation(&tip);
        let root = self.history.root();
        let (whole, loses) = match relation {
            Relation::Behind => {
                let is_whole = !vector.covers(&root.vector) || tip.cuts < self.late_at;
                (is_whole || contents_win, false)
            }
            Relation::Ahead => (false, true),
            Relation::Apart => {
                let wins = self.tip().wins_over(&tip);
                (wins, !wins)
            }
        };
        // An action that depends on this root is useless to a window that does not take the root over.
        let fits = |logged: &Logged<A>| {
            let actor = logged.dot.actor;
            logged.dot.seq > vector.get(actor) && vector.get(actor) >= root.vector.get(actor)
        };
        let delta = LogDelta {
            asker,
            vector: self.vector.clone(),
            tip: self.tip(),
            content: if contents_win {
                self.history.content(0)
            } else {
                LogContent::default()
            },
            checkpoint: whole.then(|| root.clone()),
            actions: self
                .history
                .tail()
                .filter(|logged| whole || fits(logged))
                .cloned()
                .gather(),
        };
        let hands_on = |actor| whole || delta.actions.iter().any(|logged| logged.dot.actor == actor);
        for writer in [&mut self.own, &mut self.remote_writer] {
            if hands_on(writer.actor) {
                writer.sent = writer.next - 1;
            }
        }
        out.push(LogEffect::Send {
            to: vec![from],
            frame: LogFrame::Delta(delta),
        });
        let lacks = loses || !self.vector.covers(&vector);
        if let Some(peer) = self.peers.get(from) {
            peer.sent = vector.clone();
            peer.sent.join(&self.vector);
        }
        self.on_ack(from, vector);
        if lacks {
            self.ask(from, out);
        }
        Ok(())
    }

    fn on_delta(
        &mut self,
        from: PeerRef,
        delta: LogDelta<A, S>,
        now: f64,
        out: &mut Vec<LogEffect<A, S>>,
    ) -> Result<(), &'static str> {
        self.check(&delta.actions, now)?;
        let last = delta.checkpoint.as_ref().and_then(|checkpoint| checkpoint.last);
        self.check_checkpoint(
            delta.checkpoint.as_ref().map(|root| &root.vector),
            last,
            &delta.tip,
            now,
        )?;
        if let Some(peer) = self.peers.get(from) {
            if delta.asker == self.name {
                peer.asked = false;
                peer.awaited = false;
            }
            peer.sent.join(&delta.vector);
        }
        let before = self.vector.clone();
        match delta.checkpoint {
            Some(root) if self.loses_to(&delta.tip) || self.contents_lose(&delta.tip, delta.content) => {
                self.take_over(root, delta.tip, delta.actions, now, out);
                // Others may have what this window lacks now, and must learn which root it continues from.
                self.ask_all(out);
            }
            checkpoint => {
                self.integrate(from, delta.actions, out);
                let progress = self.vector != before && !self.vector.covers(&delta.vector);
                // The sender of a root that lost must learn of this one. Otherwise this window asks again only after
                // progress, so that it does not ask for ever a neighbour that claims to have what it never sends.
                // a neighbour that claims to have what it never sends is not asked for ever.
                let lost = checkpoint.is_some() && self.lineage.relation(&delta.tip) == Relation::Apart;
                if progress || lost {
                    self.ask(from, out);
                }
            }
        }
        self.on_ack(from, delta.vector);
        self.check_ready(out);
        Ok(())
    }

    fn on_ack(&mut self, from: PeerRef, vector: VersionVector) {
        if let Some(peer) = self.peers.get(from) {
            peer.acked = vector;
        }
        self.try_at = 0;
    }

    fn loses_to(&self, tip: &Tip) -> bool {
        match self.lineage.relation(tip) {
            Relation::Ahead => true,
            // The cuts are equal, and this window has taken them over or made them already.
            Relation::Behind => false,
            Relation::Apart => tip.wins_over(&self.tip()),
        }
    }

    pub(super) fn ask(&mut self, peer: PeerRef, out: &mut Vec<LogEffect<A, S>>) {
        let Some(known) = self.peers.get(peer) else {
            return;
        };
        if !std::mem::replace(&mut known.asked, true) {
            self.sync(vec![peer], self.vector.clone(), out);
        }
    }

    pub(super) fn ask_all(&mut self, out: &mut Vec<LogEffect<A, S>>) {
        let mut to = Vec::new();
        for peer in self.peers.iter_mut() {
            if !std::mem::replace(&mut peer.asked, true) {
                to.push(peer.id);
            }
        }
        if !to.is_empty() {
            self.sync(to, self.vector.clone(), out);
        }
    }

    /// Sends what this window has seen. Its open batch goes first: a peer that learns that this window has seen an action
    /// concludes that everything dispatched here before has been sent.
    /// it that everything this window dispatched before has been sent.
    pub(super) fn sync(&mut self, to: Vec<PeerRef>, vector: VersionVector, out: &mut Vec<LogEffect<A, S>>) {
        self.flush_into(out);
        out.push(LogEffect::Send {
            to,
            frame: LogFrame::Sync {
                vector,
                tip: self.tip(),
                asker: self.name,
                content: self.history.content(0),
            },
        });
    }
}
