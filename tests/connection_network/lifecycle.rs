//! What happens to documents: they leave, crash, freeze, and go into the back/forward cache and come back.

use parley_sync::core::frame::Sleep;

use super::document::Life;
use super::traffic::Frame;
use super::world::World;

/// How long those whom a returning page knew have to answer it, ms.
const ANSWERS_COME: f64 = 5000.0;

impl World {
    /// What a window shows leaves, with its frames.
    pub fn unload(&mut self, window: usize, says_goodbye: bool) {
        self.frames_of(window).into_iter().for_each(|frame| {
            self.unload(frame, says_goodbye);
            self.windows[frame].win.is_gone.set(true);
        });
        if let Some(doc) = self.windows[window].shows.take() {
            self.end(doc, says_goodbye);
        }
    }

    fn frames_of(&self, window: usize) -> Vec<usize> {
        let all = self.windows.iter();
        let frames = all.filter(|slot| slot.parent == Some(window) && !slot.win.is_gone.get());
        frames.map(|slot| slot.win.id).collect()
    }

    fn end(&mut self, doc: usize, says_goodbye: bool) {
        if self.docs[doc].life == Life::Dead {
            return;
        }
        if says_goodbye {
            self.resume(doc);
        }
        if says_goodbye && self.docs[doc].life == Life::Awake {
            self.say_to_all(doc, &Frame::Bye(true));
        }
        self.docs[doc].life = Life::Dead;
        self.leave_channel(doc);
    }

    /// The last frame, on every wire and on the channel.
    fn say_to_all(&mut self, doc: usize, frame: &Frame) {
        let sessions = self.docs[doc].connections.sessions.values();
        let wires: Vec<usize> = sessions.filter_map(|session| session.wire).collect();
        for wire in wires {
            self.post_frame(wire, frame.clone());
        }
        self.post_mesh(doc, None, frame.clone());
    }

    /// A page without frames goes into the cache; whether it did.
    pub fn cache(&mut self, window: usize) -> bool {
        let Some(doc) = self.shown(window) else {
            return false;
        };
        let document = &self.docs[doc];
        let is_cacheable = document.life == Life::Awake && !document.is_hostile;
        if !is_cacheable || !self.frames_of(window).is_empty() || self.windows[window].parent.is_some() {
            return false;
        }
        self.say_sleep(doc, Sleep::Cached);
        self.leave_channel(doc);
        self.docs[doc].left = true;
        self.docs[doc].life = Life::Cached;
        self.windows[window].cached.push(doc);
        self.windows[window].shows = None;
        true
    }

    /// The page before comes back, and what the window shows leaves.
    pub fn restore(&mut self, window: usize) {
        let Some(doc) = self.windows[window].cached.pop() else {
            return;
        };
        if self.windows[window].win.is_gone.get() {
            return;
        }
        self.unload(window, true);
        self.windows[window].shows = Some(doc);
        self.awake(doc);
        self.docs[doc].left = false;
        self.docs[doc].since = self.now;
        self.decide(doc, |connections, _| connections.returned());
        let until = self.now + ANSWERS_COME;
        let peers = self.docs[doc].connections.peers.everyone();
        let peers: Vec<_> = peers.map(|(at, _)| at).collect();
        for at in peers {
            self.decide(doc, |connections, _| {
                connections.suspend(at, Sleep::Cached, until)
            });
        }
        self.say_awake(doc, false);
        self.join_channel(doc);
        self.greet_relatives(doc);
        self.decide(doc, |connections, _| connections.knock_again());
    }

    pub fn freeze(&mut self, doc: usize) {
        if self.docs[doc].life == Life::Awake && !self.docs[doc].is_hostile {
            self.say_sleep(doc, Sleep::Frozen);
            self.docs[doc].life = Life::Frozen;
        }
    }

    pub fn resume(&mut self, doc: usize) {
        if self.docs[doc].life == Life::Frozen {
            self.docs[doc].life = Life::Awake;
            self.say_awake(doc, true);
            self.awake(doc);
        }
    }

    /// What waited for it happens now.
    fn awake(&mut self, doc: usize) {
        self.docs[doc].life = Life::Awake;
        for event in std::mem::take(&mut self.docs[doc].held) {
            self.happen(event);
        }
    }

    fn say_sleep(&mut self, doc: usize, sleep: Sleep) {
        self.post_outside(doc, &Frame::Sleep(sleep));
    }

    fn say_awake(&mut self, doc: usize, heard: bool) {
        let join = self.join(doc, heard, None, false);
        self.post_outside(doc, &join);
    }

    fn post_outside(&mut self, doc: usize, frame: &Frame) {
        let peers = self.docs[doc].connections.peers.everyone();
        let wires: Vec<usize> = peers
            .filter(|(_, peer)| !peer.on_mesh)
            .filter_map(|(_, peer)| peer.wire)
            .collect();
        self.post_mesh(doc, None, frame.clone());
        for wire in wires {
            self.post_frame(wire, frame.clone());
        }
    }
}
