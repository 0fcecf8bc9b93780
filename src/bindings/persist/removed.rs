//! Values that somebody else removed from storage: found, and deleted in the state.

use js_sys::Array;

use super::image::Stored;
use super::{Hub, Persist, Record};
use crate::core::lists::{Gather, List};
use crate::core::persist;
use crate::core::persist::removal::{Found, Seen, is_removal, remove};
use crate::platform::host;

impl Persist {
    /// Puts deletions in the place of what was removed by somebody else, and has the state learn of them. Whether there were any.
    pub(super) fn remove(&self, held: &mut [Record], stored: &mut Stored, now: f64) -> bool {
        let found = Found {
            is_gone: stored.is_gone,
            since: stored.since,
            records: &stored.records,
        };
        let removed = remove(held, &self.seen.borrow(), &found, now);
        // Also those that another window found: a window that begins anew has its initial values.
        for record in held.iter_mut() {
            record.cleared |= is_removal(record);
        }
        if removed.is_empty() {
            self.seen.replace(std::mem::take(&mut stored.seen));
            return false;
        }
        self.news.borrow_mut().take_in(removed);
        true
    }

    /// What another window stored, from what it says: it may have been overwritten since, and then the exchange finds that it
    /// is lacking.
    pub(super) fn hear(&self, image: &Array) {
        let now = host::wall();
        let Some(stored) = self.read(image, now) else {
            return;
        };
        let keeps = |record: &Record| self.options.keeps(&record.key);
        let ours = stored.records.into_iter().filter(keeps).gather();
        let held = self.held().into_iter().filter(keeps).gather();
        self.news
            .borrow_mut()
            .take_in(persist::merge(held, ours, now).news);
        if !image.get(0).is_undefined() {
            self.seen.replace(stored.seen);
        }
    }

    /// The values may be gone from the storage.
    pub(crate) fn reread(&self) {
        if !self.seen.borrow().is_empty() && !self.running.get() {
            self.exchange(true, false);
        }
    }

    /// An exchange succeeded. What nobody has read yet is read once: there are storages that fail without an error.
    pub(super) fn stored(&self, written: Seen) {
        let reads = !written.is_confirmed() && !written.is_empty() && self.last.borrow().is_none();
        self.seen.replace(written);
        if reads {
            let me = self.me.clone();
            Hub::soon(move || {
                if let Some(this) = me.upgrade() {
                    this.reread();
                }
            });
        }
    }
}
