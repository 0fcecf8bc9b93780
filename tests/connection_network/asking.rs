//! What a page asks of its Parley: connect() and disconnect().

use std::rc::Rc;

use parley_sync::core::connection::connect::{Call, Found, Request};
use parley_sync::core::connection::targets::Target;
use parley_sync::core::frame::Suspension;
use parley_sync::core::grants::Grants;

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
    pub fn connect(&mut self, doc: usize, window: usize, asked: Asked) -> Found {
        let alias = format!("window {window}");
        let found = self.connect_as(doc, window, Some(&alias), asked);
        if found == Found::Ended || (found == Found::IdTaken && !self.is_taken(doc, window, &alias)) {
            self.fault = Some(format!("connect() is refused: {found:?}"));
        }
        found
    }

    /// The same with any id, or with none.
    pub fn connect_as(&mut self, doc: usize, window: usize, alias: Option<&str>, asked: Asked) -> Found {
        self.trace(|| format!("document {doc} calls connect({window}, {alias:?}, {asked:?})"));
        let (win, now) = (self.win(window), self.now);
        let deadline = now + asked.timeout;
        let grants = asked.is_restricted.then(|| Rc::new(Grants::nothing()));
        let own = self.docs[doc].window;
        self.docs[doc].parted.retain(|&parted| parted != window);
        if self.docs[doc].connections.blocked.has(&win) {
            self.docs[doc].readmitted.insert(window, now);
        }
        let request = Request {
            alias: alias.map(str::to_owned),
            opaque: asked.opaque,
            any_origin: asked.any_origin,
            grants,
            relay: None,
        };
        let found = self.decide(doc, |connections, _| {
            connections.find_target(&request, Some(&win))
        });
        let waiting = self.docs[doc].calls.len();
        let number = self.docs[doc].connections.next_number();
        let call = Call {
            number,
            waiting,
            deadline,
        };
        match found {
            Found::New => {
                self.docs[doc].calls.push(None);
                let is_frame = self.windows[window].parent == Some(own);
                let kind = if is_frame { "iframe" } else { "window" };
                let number = self.docs[doc].connections.next_number();
                let target = Target::new(number, request, kind.to_owned(), Some(win), call, now);
                self.decide(doc, |connections, policy| {
                    connections.add_target(policy, target, now);
                });
            }
            Found::Lost(number) | Found::Awaited(number) => {
                self.docs[doc].calls.push(None);
                if let Some(target) = self.docs[doc].connections.target(number)
                    && matches!(found, Found::Lost(_))
                {
                    target.host = now;
                }
                self.decide(doc, |connections, _| {
                    connections.await_again(number, call, now);
                });
            }
            Found::Connected(_) | Found::IdTaken | Found::Ended => {}
        }
        found
    }

    /// Whether a live peer elsewhere has the id of a window: a liar that calls itself so, or the Parley that was there before its window was
    /// cut off.
    fn is_taken(&self, doc: usize, window: usize, alias: &str) -> bool {
        let connections = &self.docs[doc].connections;
        let holders = connections.peers.everyone();
        let mut holders = holders.filter(|(_, peer)| peer.identity.alias == alias);
        holders.any(|(at, peer)| {
            let is_cached = connections.peers.suspension_of(at) == Some(Suspension::Cached);
            let is_leaving = connections.leaving.iter().any(|(leaving, _)| *leaving == at);
            let is_elsewhere = match &peer.window {
                Some(win) => win.id != window && !win.is_gone.get(),
                None => !peer.on_mesh,
            };
            is_elsewhere && !is_cached && !is_leaving
        })
    }

    /// disconnect(), as the bindings do it.
    pub fn disconnect(&mut self, doc: usize, name: &str, window: Option<usize>) {
        self.trace(|| format!("document {doc} calls disconnect({name})"));
        self.docs[doc].parted.extend(window);
        self.decide(doc, |connections, _| connections.part(name));
    }

    /// destroy(), as the bindings do it.
    pub fn destroy(&mut self, doc: usize) {
        self.trace(|| format!("document {doc} calls destroy()"));
        self.decide(doc, |connections, _| connections.destroy());
    }
}
