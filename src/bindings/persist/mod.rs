//! The persistence adapter: it reads a state from storage when the state begins, and writes in idle moments and when the page goes.
//!
//! There is one operation, the exchange: read what is stored, merge it per register with what is in memory, write the records that
//! storage lacks, import those that the state lacks. So several windows on one storage never erase each other's writes, whether or
//! not they can hear each other.
//!
//! The exchange runs under a Web Lock if there is time for one, and at once when the page goes. Either way a window that was
//! overwritten notices by the storage event, whose contents are taken as they were sent, and answers with another exchange. Only
//! what is missing on disk is written, so the windows come to rest. A page that is hidden stores at the end of the turn, not in an
//! idle moment: in Chromium two processes that close in the same instant, with unstored writes, may overwrite each other with no
//! third window to notice.

mod image;
mod options;
mod removed;
mod translate;

use std::cell::Cell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::hub::Hub;
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::order;
use crate::core::persist;
use crate::core::persist::removal::Seen;
use crate::core::register::Stamp;
use crate::platform::callback;
use crate::platform::cell::RefCell;
use crate::platform::host::{self, Storage};
use crate::platform::promise;
pub(crate) use options::PersistOptions;
pub(crate) use translate::translated;

/// One register as it is stored. Its key is a cell's name, see [`cell`](crate::core::cell).
pub(crate) type Record = persist::Record<JsValue>;

/// What a persistence adapter needs of the state that it stores.
pub(crate) trait PersistTarget {
    /// Every register that was written, deleted ones too.
    fn export(&self) -> Vec<Record>;
    /// Merges registers, each by its own stamp; listeners receive them with the origin 'storage'.
    fn import(&self, records: Vec<Record>);
    /// Whether it shows nothing but what it began with.
    fn is_bare(&self) -> bool;
    /// What those registers show: each key and its value.
    fn shown(&self, records: &[Record]) -> Option<Vec<(Key, JsValue)>>;
    /// Storage has been read, or will not be.
    fn loaded(&self);
    /// An error for which there is no other listener.
    fn report(&self, error: &JsValue);
}

/// What another window or the page's life calls.
type Heard = Closure<dyn Fn(JsValue)>;

/// One state's storage.
pub(crate) struct Persist {
    options: PersistOptions,
    target: Weak<dyn PersistTarget>,
    storage: Option<Storage>,
    /// What ends the listening, and what listens.
    watch: RefCell<Option<(Function, Heard)>>,
    /// Takes the coming exchange back.
    waiting: RefCell<Option<Function>>,
    /// There is something that may not be stored.
    dirty: Cell<bool>,
    /// An exchange is under way that may take its time.
    running: Cell<bool>,
    loading: Cell<bool>,
    /// The state would be ready but for its storage.
    ready_held: Cell<bool>,
    /// The state was cleared after that write, and storage has not been since.
    emptied: Cell<Option<Stamp>>,
    /// What was read and is not in the state yet.
    news: RefCell<Vec<Record>>,
    /// What was last seen stored.
    seen: RefCell<Seen>,
    /// What will be stored if the exchange under way succeeds.
    written: RefCell<Option<Seen>>,
    /// What the state held when it ended.
    last: RefCell<Option<Vec<Record>>>,
    /// The last exchange failed, and listeners were notified.
    failing: Cell<bool>,
    /// Of what else they know.
    reported: RefCell<Vec<&'static str>>,
    me: Weak<Persist>,
}

impl Persist {
    /// Opens the storage and reads it; what answers at once is in the state when this returns.
    pub(crate) fn open(target: Weak<dyn PersistTarget>, options: PersistOptions) -> Rc<Persist> {
        let opened = host::open_storage(&options.storage, &options.key);
        let (storage, denied) = match opened {
            Ok(storage) => (Some(storage), None),
            Err(error) => (None, Some(error)),
        };
        let this = Rc::new_cyclic(|me| Persist {
            options,
            target,
            storage,
            watch: RefCell::new(None),
            waiting: RefCell::new(None),
            dirty: Cell::new(false),
            running: Cell::new(false),
            loading: Cell::new(true),
            ready_held: Cell::new(false),
            emptied: Cell::new(None),
            news: RefCell::new(Vec::new()),
            seen: RefCell::new(Seen::default()),
            written: RefCell::new(None),
            last: RefCell::new(None),
            failing: Cell::new(false),
            reported: RefCell::new(Vec::new()),
            me: me.clone(),
        });
        match denied {
            None => {
                this.listen();
                this.exchange(true, false);
            }
            Some(error) => this.finished(Some(error), false),
        }
        this
    }

    /// Whether nothing has been read yet.
    pub(crate) fn is_loading(&self) -> bool {
        self.loading.get()
    }

    /// Whether the state waits for its storage before it is ready; then it is notified.
    pub(crate) fn holds_ready(&self) -> bool {
        self.ready_held.set(self.loading.get());
        self.loading.get()
    }

    /// The state changed: it is stored soon, with whatever else changes until then.
    pub(crate) fn changed(&self) {
        self.dirty.set(true);
        let busy = self.running.get() || self.waiting.borrow().is_some();
        if busy || self.storage.is_none() || self.last.borrow().is_some() {
            return;
        }
        let me = self.me.clone();
        let run = callback::perhaps(move || {
            if let Some(this) = me.upgrade() {
                this.waiting.replace(None);
                this.exchange(false, true);
            }
        });
        let take_back = host::when_idle(&run);
        self.waiting.replace(Some(take_back));
    }

    /// The state was cleared, here: its storage holds no value from now on, until something is written again.
    pub(crate) fn emptied(&self) {
        let latest = self.held().iter().map(|record| record.stamp).max();
        self.emptied
            .set(latest.max(Some(persist::stamp_of_now(host::wall()))));
        self.store_now();
    }

    /// Stores what is not stored, now: there may be no other moment.
    pub(crate) fn store_now(&self) {
        let waiting = self.waiting.replace(None);
        if let Some(take_back) = waiting {
            let _ = take_back.call0(&JsValue::UNDEFINED);
        }
        self.exchange(true, true);
    }

    /// Stores what is not stored, then lets go of everything. Idempotent.
    pub(crate) fn stop(&self) {
        let watch = self.watch.replace(None);
        if let Some((stop, heard)) = watch {
            let _ = stop.call0(&JsValue::UNDEFINED);
            // This may run inside that very function.
            Hub::soon(move || drop(heard));
        }
        if self.last.borrow().is_some() {
            return;
        }
        let held = self.target.upgrade().map(|target| target.export());
        self.last.replace(Some(held.unwrap_or_default()));
        if self.is_pending() {
            self.store_now();
        }
    }

    /// Whether something may not be stored: an exchange under way may still wait for its turn.
    fn is_pending(&self) -> bool {
        self.dirty.get() || self.running.get()
    }

    fn listen(&self) {
        let Some(storage) = &self.storage else { return };
        let me = self.me.clone();
        let heard = Heard::new(move |what: JsValue| {
            let Some(this) = me.upgrade() else { return };
            if Array::is_array(&what) {
                // What another window stored is taken from what it says, for it may have been overwritten since: then
                // the exchange finds that it is lacking.
                this.hear(what.unchecked_ref());
                this.import_news();
                this.changed();
            } else if what.is_null() {
                this.reread();
            } else if what.is_undefined() {
                this.changed();
            } else if this.is_pending() {
                this.store_now();
            }
        });
        let stop = host::watch_storage(storage, heard.as_ref().unchecked_ref());
        self.watch.replace(Some((stop, heard)));
    }

    /// Reads, and writes if it may. In a hurry it waits for no other window, only for what the storage itself takes.
    fn exchange(&self, hurry: bool, may_write: bool) {
        let (Some(storage), Some(this)) = (self.storage.clone(), self.me.upgrade()) else {
            return;
        };
        if self.running.get() && !hurry {
            self.dirty.set(true);
            return;
        }
        self.running.set(true);
        self.dirty.set(false);
        let turned = this.clone();
        let turn = callback::reaction(move |image| {
            if Array::is_array(&image) {
                turned.turn(image.unchecked_ref(), may_write);
                // The storage may have taken longer than anybody waited.
                let late = turned.clone();
                Hub::soon(move || late.import_news());
            }
        });
        match storage.exchange(&turn, hurry) {
            Ok(promise) if host::is_thenable(&promise) => {
                let failed = this.clone();
                let done = callback::reaction(move |_| this.finished(None, may_write));
                let failed = callback::reaction(move |error| failed.finished(Some(error), false));
                promise::then(&promise, &done, Some(&failed));
            }
            Ok(_) => self.finished(None, may_write),
            Err(error) => self.finished(Some(error), false),
        }
    }

    fn finished(&self, error: Option<JsValue>, wrote: bool) {
        self.running.set(false);
        self.import_news();
        let failed = error.is_some();
        let written = self.written.replace(None);
        if let Some(error) = error {
            // It is tried again with the next change.
            self.dirty.set(true);
            if !self.failing.replace(true) {
                self.fail(&error, &JsValue::UNDEFINED);
            }
        } else {
            self.failing.set(false);
            if wrote {
                self.emptied.set(None);
            }
            if let Some(written) = written {
                self.stored(written);
            }
        }
        self.loading.set(false);
        if self.ready_held.replace(false)
            && let Some(target) = self.target.upgrade()
        {
            target.loaded();
        }
        if self.dirty.get() && !failed {
            self.changed();
        }
    }

    /// One exchange, between the reading and the writing: the list gets what is to be written, if anything.
    fn turn(&self, image: &Array, may_write: bool) {
        let now = host::wall();
        let Some(mut stored) = self.read(image, now) else {
            return;
        };
        let mut held = self.held();
        held.keep(|record| self.options.keeps(&record.key));
        let removed = self.remove(&mut held, &mut stored, now);
        if let Some(cleared) = self.emptied.get() {
            forget(cleared, &mut held, &mut stored.records);
        }
        let kept = std::mem::take(&mut stored.records).into_iter();
        let (ours, others): (Vec<_>, Vec<_>) = kept.partition(|record| self.options.keeps(&record.key));
        let merged = persist::merge(held, ours, now);
        self.news.borrow_mut().take_in(merged.news);
        if !(merged.lacking || stored.renew || self.emptied.get().is_some()) {
            return;
        }
        if !may_write {
            self.dirty.set(true);
            return;
        }
        let written = self.write(image, merged.records, others, &stored, now);
        // Until the state knows of a removal, what was seen before tells it.
        self.written.replace((!removed).then_some(written));
    }

    fn held(&self) -> Vec<Record> {
        let last = self.last.borrow().clone();
        match last {
            Some(records) => records,
            None => self
                .target
                .upgrade()
                .map(|target| target.export())
                .unwrap_or_default(),
        }
    }

    fn import_news(&self) {
        let news = self.news.replace(Vec::new());
        if news.is_empty() || self.last.borrow().is_some() {
            return;
        }
        if let Some(target) = self.target.upgrade() {
            target.import(news);
        }
    }

    /// Tells of something once.
    fn tell(&self, reason: &'static str, details: &JsValue) {
        if self.reported.borrow().contains(&reason) {
            return;
        }
        self.reported.borrow_mut().push(reason);
        self.fail(&JsValue::from_str(reason), details);
    }

    /// Reports an error, after what runs now: a listener may not hold the state yet.
    fn fail(&self, cause: &JsValue, details: &JsValue) {
        let error = host::storage_error(cause, &self.options.key, details);
        let Some(this) = self.me.upgrade() else {
            return;
        };
        Hub::soon(move || {
            let thrown = match &this.options.on_error {
                Some(listener) => listener.call1(&JsValue::UNDEFINED, &error).err(),
                None => Some(error),
            };
            if let (Some(error), Some(target)) = (thrown, this.target.upgrade()) {
                target.report(&error);
            }
        });
    }
}

/// After a clear: what is held since is of the clear, and whatever else is stored that was written before it goes too.
fn forget(cleared: Stamp, held: &mut [Record], stored: &mut [Record]) {
    for record in held.iter_mut() {
        record.cleared |= record.stamp <= cleared;
    }
    let mut known: Vec<Key> = held.iter().map(|record| record.key.clone()).gather();
    order::sort(&mut known);
    for record in stored.iter_mut() {
        if record.stamp <= cleared && known.binary_search(&record.key).is_err() {
            record.stamp = cleared;
            record.value = None;
            record.cleared = true;
        }
    }
}
