//! What a page asks of its Parley: connect() and disconnect().

use std::rc::Rc;

use parley_sync::core::connection::target::Handshake;
use parley_sync::core::connection::targets::Target;
use parley_sync::core::connection::waiting::Presence;
use parley_sync::core::grants::Grants;

use super::traffic::Frame;
use super::world::World;

/// What connect() is called with.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub opaque: bool,
    pub any_origin: bool,
    /// Whether the peer may send nothing.
    pub is_restricted: bool,
    pub timeout: f64,
}

impl Asked {
    pub fn simply(timeout: f64) -> Asked {
        Asked {
            opaque: false,
            any_origin: false,
            is_restricted: false,
            timeout,
        }
    }
}

impl World {
    /// connect(), as the bindings do it.
    pub fn connect(&mut self, doc: usize, window: usize, asked: Asked) {
        self.trace(|| format!("document {doc} calls connect({window}, {asked:?})"));
        let (win, now) = (self.win(window), self.now);
        let deadline = now + asked.timeout;
        let grants = asked.is_restricted.then(|| Rc::new(Grants::nothing()));
        let own = self.docs[doc].window;
        self.docs[doc].parted.retain(|&parted| parted != window);
        if self.docs[doc].connections.blocked.has(&win) {
            self.docs[doc].readmitted.insert(window, now);
        }
        let call = self.docs[doc].calls.len();
        let targets = &mut self.docs[doc].connections.targets;
        let mut known = targets.iter_mut();
        let known = known.find(|target| target.place.as_ref() == Some(&win));
        let Some(known) = known else {
            self.docs[doc].calls.push(None);
            let connections = &mut self.docs[doc].connections;
            let number = connections.next_number();
            let is_frame = self.windows[window].parent == Some(own);
            connections.targets.push(Target {
                number,
                handshake: Handshake::new(asked.opaque, asked.any_origin),
                alias: Some(format!("window {window}")),
                kind: if is_frame { "iframe" } else { "window" }.to_owned(),
                place: Some(win),
                session: None,
                peer: None,
                waiting: Some(call),
                deadline,
                presence: Presence::default(),
                relay: Vec::new(),
                grants,
                host: now,
            });
            return self.decide(doc, |connections, policy| {
                connections.await_window(number, now);
                connections.asked(policy, number);
            });
        };
        let (number, is_settled) = (known.number, known.is_awaited() || known.peer.is_some());
        if !is_settled {
            known.host = now;
            self.docs[doc].calls.push(None);
        }
        self.decide(doc, |connections, _| {
            connections.asked_again(number, asked.opaque, asked.any_origin, grants.as_ref());
            if !is_settled {
                connections.await_again(number, call, deadline);
                connections.await_window(number, now);
            }
        });
    }

    /// disconnect(), as the bindings do it.
    pub fn disconnect(&mut self, doc: usize, name: &str, window: Option<usize>) {
        self.trace(|| format!("document {doc} calls disconnect({name})"));
        self.docs[doc].parted.extend(window);
        let parting = self.decide(doc, |connections, _| connections.part(name));
        if let Some(target) = parting.awaited {
            self.refuse(doc, *target);
        }
        if let Some(at) = parting.peer {
            self.post_to(doc, at, Frame::Bye(false));
            self.decide(doc, |connections, _| connections.let_go(at));
        }
    }
}
