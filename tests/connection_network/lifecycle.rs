//! What happens to documents: they leave, crash, freeze, and go into the back/forward cache and come back.

use super::document::Life;
use super::world::World;

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
            self.decide(doc, |connections, _| connections.page_left(false));
        }
        self.docs[doc].life = Life::Dead;
        self.leave_channel(doc);
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
        self.decide(doc, |connections, _| connections.page_left(true));
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
        self.docs[doc].since = self.now;
        let (relatives, now) = (self.relatives(doc), self.now);
        self.decide(doc, |connections, _| connections.page_returned(&relatives, now));
    }

    /// A prerendered document is visited.
    pub fn activate(&mut self, doc: usize) {
        self.docs[doc].since = self.now;
        self.decide(doc, |connections, _| connections.activated());
    }

    /// Freezes the page that a document is in, with all its frames.
    pub fn freeze(&mut self, doc: usize) {
        for doc in self.page(doc) {
            if self.docs[doc].life == Life::Awake && !self.docs[doc].is_hostile {
                self.decide(doc, |connections, _| connections.page_frozen());
                self.docs[doc].life = Life::Frozen;
            }
        }
    }

    /// The page that a document is in goes on.
    pub fn resume(&mut self, doc: usize) {
        for doc in self.page(doc) {
            if self.docs[doc].life == Life::Frozen {
                self.docs[doc].life = Life::Awake;
                self.decide(doc, |connections, _| connections.page_resumed());
                self.awake(doc);
            }
        }
    }

    /// The documents of a page.
    fn page(&self, doc: usize) -> Vec<usize> {
        let page = self.page_of(doc);
        let windows = self.windows.iter().filter(|slot| slot.win.page == page);
        let mut page: Vec<usize> = windows.filter_map(|slot| slot.shows).collect();
        if !page.contains(&doc) {
            page.push(doc);
        }
        page
    }

    /// What waited for it happens now.
    fn awake(&mut self, doc: usize) {
        self.docs[doc].life = Life::Awake;
        for event in std::mem::take(&mut self.docs[doc].held) {
            self.happen(event);
        }
    }
}
