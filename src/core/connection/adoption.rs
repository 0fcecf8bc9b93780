//! Adoption: a peer that came from a window uncalled becomes that of the target of `connect`.

use super::connections::Connections;
use super::host::Host;
use super::policy::Policy;

impl<H: Host> Connections<H> {
    /// Assigns a peer that came from a window uncalled to a target, connected or about to be. `mark`: of its document, if that is
    /// known. Whether there is one.
    pub(super) fn adopt(
        &mut self,
        policy: &Policy,
        number: u32,
        window: &H::Window,
        mark: Option<f64>,
    ) -> bool {
        // A second Parley of a document keeps its own id when the first ends, unless `connect` waits.
        let Some(target) = self.target(number) else {
            return false;
        };
        let (alias, is_awaited) = (target.alias.clone(), target.is_awaited());
        let Some(found) = self.uncalled(window, mark, alias.as_deref(), is_awaited) else {
            return false;
        };
        let peer = self.sessions.get(&found).and_then(|session| session.peer);
        if let (Some(at), Some(alias)) = (peer, alias)
            && !self.take_alias(number, &alias, Some(at), Some(window))
        {
            return true;
        }
        let target = self.targets.iter_mut().find(|target| target.number == number);
        let (Some(target), Some(session)) = (target, self.sessions.get_mut(&found)) else {
            return false;
        };
        let proven = &mut session.proven;
        target.handshake.accepted(&proven.origin, session.mark);
        target.session = Some(found);
        proven.target = Some(number);
        proven.alias.clone_from(&target.alias);
        proven.kind.clone_from(&target.kind);
        if target.grants.is_some() {
            proven.grants.clone_from(&target.grants);
        }
        let Some(at) = session.peer else { return true };
        let (proven, grants) = (session.proven.clone(), target.grants.clone());
        if let (Some(alias), Some(peer)) = (proven.alias, self.peers.any_mut(at)) {
            let is_kin = policy.is_own(&proven.origin);
            peer.identity
                .replace(&alias, &proven.kind, &proven.origin, is_kin);
        }
        self.grant(at, grants.as_ref());
        self.target_joined(found, at);
        true
    }

    /// The session of a peer that came from a window uncalled: the one that has the id `alias`, else another that is connected, else the
    /// latest port that was taken from there. `offered`: also one that was offered a port as the second of its document.
    fn uncalled(
        &self,
        window: &H::Window,
        mark: Option<f64>,
        alias: Option<&str>,
        offered: bool,
    ) -> Option<u32> {
        let holder = alias.and_then(|alias| self.peers.by_alias(alias));
        let uncalled = self.sessions.iter().filter(|(_, session)| {
            let is_here = session.proven.from.as_ref() == Some(window);
            let is_shown = match mark {
                Some(mark) => session.mark == mark,
                None => !session.peer.is_some_and(|at| self.is_former(at)),
            };
            is_here && is_shown && session.proven.target.is_none()
        });
        let (mut taken, mut connected) = (None, None);
        for (number, session) in uncalled {
            let is_found = session.peer.is_some() && (offered || session.is_taken);
            if is_found && session.peer == holder {
                return Some(*number);
            }
            if is_found && connected.is_none() {
                connected = Some(*number);
            }
            if session.is_taken {
                taken = Some(*number);
            }
        }
        connected.or(taken)
    }
}
