//! The hand-written JavaScript beside this file, as Rust sees it.
//!
//! The glue imports the modules of which functions are declared here: four, no more and no fewer (xtask/src/test/browser.rs says
//! why). The others are imported by these, and packed because `packed.rs` or a type names them.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

pub(crate) use super::random::{random_id, random_u64};

#[wasm_bindgen]
extern "C" {
    type Callable;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn length(this: &Callable) -> Result<JsValue, JsValue>;
}

/// How many parameters a function declares; none for a Proxy that does not say.
pub(crate) fn arity(function: &Function) -> f64 {
    let declared = function.unchecked_ref::<Callable>().length();
    declared.ok().and_then(|length| length.as_f64()).unwrap_or(0.0)
}

#[wasm_bindgen(module = "/src/platform/js/values.js")]
extern "C" {
    /// 53 bits that are the same for the same value in every window.
    pub(crate) fn fingerprint(value: &JsValue) -> f64;
    /// The error that names the part of a value which cannot be cloned.
    pub(crate) fn explain(value: &JsValue, path: &str, cause: &JsValue) -> JsValue;
    /// A frame as another window would receive it; undefined for what cannot be cloned.
    pub(crate) fn received(frame: &JsValue) -> JsValue;
    /// A private copy of a value.
    #[wasm_bindgen(catch)]
    pub(crate) fn own(value: &JsValue, path: &str) -> Result<JsValue, JsValue>;
    /// `[key, value, ...]` of an object of updates, each value a private copy.
    #[wasm_bindgen(catch)]
    pub(crate) fn prepare(updates: &JsValue, what: &str) -> Result<Array, JsValue>;
    pub(crate) fn same(a: &JsValue, b: &JsValue) -> bool;
    #[wasm_bindgen(js_name = partsOf)]
    pub(crate) fn parts_of(value: &JsValue, by: &str) -> JsValue;
    #[wasm_bindgen(js_name = isSettled)]
    pub(crate) fn is_settled(value: &JsValue) -> bool;
    /// `[key, value, ...]`, or undefined.
    #[wasm_bindgen(js_name = changedFields)]
    pub(crate) fn changed_fields(next: &JsValue, before: &JsValue) -> JsValue;
    /// `[[place, value, ...], [true, key, value, ...]]`, or undefined.
    #[wasm_bindgen(js_name = changedItems)]
    pub(crate) fn changed_items(next: &JsValue, before: &JsValue, by: &str) -> JsValue;
    #[wasm_bindgen(js_name = withParts)]
    pub(crate) fn with_parts(before: &JsValue, parts: &Array) -> JsValue;
    /// Whether it is a Float64Array, of any realm.
    #[wasm_bindgen(js_name = isFloats)]
    pub(crate) fn is_floats(value: &JsValue) -> bool;
    #[wasm_bindgen(js_name = isSmall)]
    pub(crate) fn is_small(value: &JsValue) -> bool;
    #[wasm_bindgen(js_name = isWellFormed)]
    pub(crate) fn is_well_formed(text: &JsValue) -> bool;
    #[wasm_bindgen(js_name = sharesHalf)]
    pub(crate) fn shares_half(a: &JsValue, b: &JsValue) -> bool;
    pub(crate) fn unchanged(held: &JsValue, next: &JsValue) -> bool;
    #[wasm_bindgen(js_name = handOut)]
    pub(crate) fn hand_out(value: &JsValue) -> JsValue;
    pub(crate) fn patch(previous: &JsValue, changes: &Array) -> JsValue;
    #[wasm_bindgen(js_name = isMock)]
    pub(crate) fn is_mock(function: &Function) -> bool;
    #[wasm_bindgen(js_name = readsArguments)]
    pub(crate) fn reads_arguments(function: &Function) -> bool;
    #[wasm_bindgen(js_name = objectOf)]
    pub(crate) fn object_of(keys: &Array, values: &Array) -> JsValue;
    /// A read-only Map, or without values a Set.
    #[wasm_bindgen(js_name = collectionOf)]
    pub(crate) fn collection_of(keys: &Array, values: Option<&Array>) -> JsValue;
    /// The digits of a bigint, or the bigint of digits.
    pub(crate) fn big(value: &JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/src/platform/js/messages.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    pub(crate) fn make_error(code: &str, message: &str, details: &JsValue) -> JsValue;
    /// 'own', the version of another copy of the package, or nothing for what is no Parley.
    #[wasm_bindgen(js_name = copyOf)]
    pub(crate) fn copy_of(messenger: &JsValue) -> String;
    /// `[promise, resolve, reject]`
    fn deferred() -> Array;
    pub(crate) fn handled(promise: &JsValue);
    #[wasm_bindgen(js_name = makeStep)]
    pub(crate) fn make_step(parley: f64, step: &str, nonce: &str, mark: f64, from: &str) -> JsValue;
    #[wasm_bindgen(js_name = readStep)]
    pub(crate) fn read_step(step: &JsValue) -> Array;
    #[wasm_bindgen(js_name = messageFrame)]
    pub(crate) fn message_frame(
        kind: f64,
        id: f64,
        message: &JsValue,
        payload: &JsValue,
        expects: f64,
    ) -> Array;
    #[wasm_bindgen(js_name = answerFrame)]
    pub(crate) fn answer_frame(kind: f64, id: f64, ok: bool, value: &JsValue, message: &JsValue) -> Array;
    #[wasm_bindgen(js_name = makeRespond)]
    pub(crate) fn make_respond(respond: &Function, peer: f64, id: f64) -> JsValue;
    /// Whether a handler of two parameters may call the second.
    #[wasm_bindgen(js_name = namesRespond)]
    pub(crate) fn names_respond(handler: &Function) -> bool;
    /// From whom a frame was relayed; undefined if it is malformed.
    #[wasm_bindgen(js_name = relaySource)]
    pub(crate) fn relay_source(frame: &Array) -> JsValue;
    #[wasm_bindgen(js_name = makeMetadata)]
    pub(crate) fn make_metadata(
        message: &str,
        sender: &JsValue,
        origin: &JsValue,
        timestamp: f64,
        expects: bool,
        source: &JsValue,
    ) -> JsValue;
    #[wasm_bindgen(js_name = answersLater)]
    pub(crate) fn answers_later(metadata: &JsValue) -> bool;
    #[wasm_bindgen(js_name = abortMetadata)]
    pub(crate) fn abort_metadata(metadata: &JsValue, code: &str, message: &str);
    #[wasm_bindgen(js_name = peerInfo)]
    pub(crate) fn peer_info(
        id: &JsValue,
        kind: &JsValue,
        origin: &JsValue,
        state: &str,
        latency: f64,
    ) -> JsValue;
    #[wasm_bindgen(catch, js_name = onAbort)]
    pub(crate) fn on_abort(signal: &JsValue, run: &Function) -> Result<Function, JsValue>;
    #[wasm_bindgen(js_name = isThenable)]
    pub(crate) fn is_thenable(value: &JsValue) -> bool;
    /// `then` of a promise, or of whatever says that it is one.
    pub(crate) fn when(value: &JsValue, fulfilled: &Function, rejected: &JsValue);
    /// `[true, value]`, `[false, text, issues]`, or a promise of one.
    pub(crate) fn check(schema: &JsValue, payload: &JsValue) -> JsValue;
    /// What `check` takes, of the option `schema`. Throws ERR_CONFIG.
    #[wasm_bindgen(catch, js_name = schemaOf)]
    pub(crate) fn schema_of(value: &JsValue) -> Result<JsValue, JsValue>;
    /// The values of the known options, then those of ParleyJS that have no effect. Throws ERR_CONFIG.
    #[wasm_bindgen(catch, js_name = readOptions)]
    pub(crate) fn read_options(given: &JsValue, known: &str, what: &str) -> Result<Array, JsValue>;
    /// Logs options without effect, unless `reported` has them.
    #[wasm_bindgen(js_name = noteIgnored)]
    pub(crate) fn note_ignored(most: u32, logger: &JsValue, reported: &Array, ignored: &JsValue);
    pub(crate) fn weigh(value: &JsValue, limit: f64, deepest: f64) -> f64;
    #[wasm_bindgen(js_name = reportError)]
    pub(crate) fn report_error(error: &JsValue);
}

#[wasm_bindgen(module = "/src/platform/js/browser.js")]
extern "C" {
    /// Starts a later part of the wasm if its bytes are there.
    #[wasm_bindgen(js_name = startPart)]
    pub(crate) fn start_part(name: &str);
    /// Fetches a later part of the wasm, and starts it.
    #[wasm_bindgen(catch, js_name = loadPart)]
    pub(crate) fn load_part(name: &str) -> Result<Promise, JsValue>;
    /// The engine that merges texts.
    #[wasm_bindgen(catch, js_name = loadTexts)]
    pub(crate) fn load_texts() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = ownWindow)]
    pub(crate) fn own_window() -> JsValue;
    #[wasm_bindgen(js_name = ownWorker)]
    pub(crate) fn own_worker() -> JsValue;
    #[wasm_bindgen(js_name = isFile)]
    pub(crate) fn is_file() -> bool;
    #[wasm_bindgen(js_name = ownOrigin)]
    pub(crate) fn own_origin() -> Option<String>;
    /// Parent and opener.
    pub(crate) fn relatives() -> Array;
    #[wasm_bindgen(js_name = isOwnParent)]
    pub(crate) fn is_own_parent(window: &JsValue) -> bool;
    #[wasm_bindgen(js_name = kindOf)]
    pub(crate) fn kind_of(source: &JsValue) -> String;
    /// A window, those it is in, and those that opened them.
    pub(crate) fn lineage(source: &JsValue) -> Array;
    #[wasm_bindgen(js_name = ownKind)]
    pub(crate) fn own_kind() -> String;
    #[wasm_bindgen(js_name = findPartition)]
    pub(crate) fn find_partition(origin: Option<&str>, found: &Function);
    #[wasm_bindgen(js_name = isSamePage)]
    pub(crate) fn is_same_page(source: &JsValue) -> bool;
    #[wasm_bindgen(js_name = documentMark)]
    pub(crate) fn document_mark() -> f64;
    #[wasm_bindgen(js_name = isHidden)]
    pub(crate) fn is_hidden() -> bool;
    #[wasm_bindgen(js_name = isPrerendered)]
    pub(crate) fn is_prerendered() -> bool;
    #[wasm_bindgen(js_name = onActivation)]
    pub(crate) fn on_activation(run: &Function);
    /// `[code, reason, message, isEarly]`: what is known of a connect() that nobody has answered.
    pub(crate) fn silence(
        alias: &str,
        kind: &str,
        target: &JsValue,
        opaque: bool,
        offered: bool,
        loaded: bool,
        refused: Option<&str>,
    ) -> Array;
    /// Calls `gone` when an element leaves its page. What ends the watch.
    #[wasm_bindgen(js_name = watchRemoval)]
    pub(crate) fn watch_removal(element: &JsValue, gone: &Function) -> Function;
    #[wasm_bindgen(js_name = targetKind)]
    pub(crate) fn target_kind(target: &JsValue) -> String;
    #[wasm_bindgen(js_name = windowOf)]
    pub(crate) fn window_of(target: &JsValue) -> JsValue;
    pub(crate) fn now() -> f64;
    pub(crate) fn wall() -> f64;
    #[wasm_bindgen(js_name = preciseNow)]
    pub(crate) fn precise_now() -> f64;
    #[wasm_bindgen(js_name = setTimer)]
    pub(crate) fn set_timer(run: &Function, ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = setDeadline)]
    pub(crate) fn set_deadline(run: &Function, ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimer)]
    pub(crate) fn clear_timer(id: &JsValue);
    pub(crate) fn soon(run: &Function);
    #[wasm_bindgen(js_name = openChannel)]
    pub(crate) fn open_channel(name: &str) -> Option<web_sys::BroadcastChannel>;
    #[wasm_bindgen(js_name = holdLock)]
    pub(crate) fn hold_lock(name: &str, held: &Function) -> Function;
    #[wasm_bindgen(js_name = watchLock)]
    pub(crate) fn watch_lock(name: &str, gone: &Function) -> Function;
    /// The form in which a link carries frames: 0 for as they are.
    #[wasm_bindgen(catch, js_name = linkForm)]
    pub(crate) fn link_form(link: &JsValue) -> Result<f64, JsValue>;
    #[wasm_bindgen(catch, js_name = toLink)]
    pub(crate) fn to_link(frame: &JsValue, form: f64) -> Result<JsValue, JsValue>;
    /// Undefined for what is no frame of ours, null for one in another form.
    #[wasm_bindgen(js_name = fromLink)]
    pub(crate) fn from_link(frame: &JsValue, form: f64) -> JsValue;
    /// Whether a link has changed a join on its way.
    #[wasm_bindgen(js_name = isChanged)]
    pub(crate) fn is_changed(join: &Array) -> bool;
    #[wasm_bindgen(js_name = watchHolder)]
    pub(crate) fn watch_holder(name: &str, gone: &Function) -> Function;
    #[wasm_bindgen(js_name = isWorker)]
    pub(crate) fn is_worker() -> bool;
    #[wasm_bindgen(js_name = workerPort)]
    pub(crate) fn worker_port(worker: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = causeOf)]
    pub(crate) fn cause_of(event: &JsValue) -> String;
    #[wasm_bindgen(js_name = lockNames)]
    pub(crate) fn lock_names(prefix: &str, done: &Function);
    /// `[text or object, key of a value that cannot be stored]`; undefined for no records.
    #[wasm_bindgen(js_name = packRecords)]
    pub(crate) fn pack_records(
        version: f64,
        since: f64,
        empty: bool,
        records: &Array,
        structured: bool,
    ) -> Array;
    /// `[kind, version, since, empty, key, time, actor, value, cleared, ...]`
    #[wasm_bindgen(js_name = unpackRecords)]
    pub(crate) fn unpack_records(raw: &JsValue) -> Array;
    #[wasm_bindgen(catch, js_name = openStorage)]
    pub(crate) fn open_storage(kind: &JsValue, key: &str) -> Result<Storage, JsValue>;
    #[wasm_bindgen(js_name = watchStorage)]
    pub(crate) fn watch_storage(storage: &Storage, heard: &Function) -> Function;
    /// Calls with whether the page may return, as late as anything is heard. What ends it.
    #[wasm_bindgen(js_name = onRewritten)]
    pub(crate) fn on_rewritten(again: &Function) -> Function;
    #[wasm_bindgen(js_name = watchLeaving)]
    pub(crate) fn watch_leaving(leaves: &Function) -> Function;
    #[wasm_bindgen(js_name = whenIdle)]
    pub(crate) fn when_idle(run: &Function) -> Function;
    #[wasm_bindgen(js_name = newPosted)]
    pub(crate) fn new_posted(window: &JsValue) -> Posted;
    #[wasm_bindgen(js_name = newGaps)]
    pub(crate) fn new_gaps() -> Gaps;
    /// The frames that bring each object of a frame by itself, and last the frame without them.
    #[wasm_bindgen(js_name = fragmentsOf)]
    pub(crate) fn fragments_of(frame: &JsValue, fragment: f64, reassembly: f64) -> Array;
    /// Puts fragments into their places in a frame. Returns the first two steps of each path whose fragment is missing.
    pub(crate) fn reassemble(frame: &JsValue, places: &JsValue, fragments: &JsValue) -> Option<Array>;
    #[wasm_bindgen(js_name = keepFragment)]
    pub(crate) fn keep_fragment(fragments: &JsValue, id: &JsValue, value: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = storageError)]
    pub(crate) fn storage_error(cause: &JsValue, key: &str, details: &JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/src/platform/js/log.js")]
extern "C" {
    /// Tells the logger, or the console, of a topic.
    pub(crate) fn log(most: u32, logger: &JsValue, topic: &str, data: &JsValue);
    /// The analytics event of ParleyJS for a frame; undefined if there is none.
    #[wasm_bindgen(js_name = analyticsEvent)]
    pub(crate) fn analytics_event(asked: &JsValue, topic: &str, data: &JsValue) -> JsValue;
}

// Packed by being named here, and loaded by browser.js.
#[wasm_bindgen(module = "/src/platform/js/storage.js")]
extern "C" {
    /// Where a state is stored.
    #[derive(Clone)]
    pub(crate) type Storage;
    /// Whether it takes objects, or text only.
    #[wasm_bindgen(structural, method, getter)]
    pub(crate) fn structured(this: &Storage) -> bool;
    /// Nothing if it is done, or a promise.
    #[wasm_bindgen(structural, method, catch)]
    pub(crate) fn exchange(this: &Storage, turn: &Function, hurry: bool) -> Result<JsValue, JsValue>;
}

// Packed by being named here, and loaded by browser.js.
#[wasm_bindgen(module = "/src/platform/js/unreadable.js")]
extern "C" {
    /// Numbers what is posted on one wire, and remembers the heads of the last frames.
    pub(crate) type Posted;
    #[wasm_bindgen(structural, method, catch)]
    pub(crate) fn post(
        this: &Posted,
        port: &JsValue,
        frame: &JsValue,
        transfer: Option<&Array>,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(structural, method, catch)]
    pub(crate) fn broadcast(
        this: &Posted,
        channel: &JsValue,
        own: &JsValue,
        to: &JsValue,
        frame: &JsValue,
    ) -> Result<(), JsValue>;
    /// The page is left: frames to a window of this page wait until both are back.
    #[wasm_bindgen(structural, method)]
    pub(crate) fn hold(this: &Posted, port: &JsValue, may_return: bool);
    /// The first three elements of the frame with that number.
    #[wasm_bindgen(structural, method)]
    pub(crate) fn head(this: &Posted, number: f64) -> Option<Array>;
    /// Finds out whose frames on a channel could not be read.
    pub(crate) type Gaps;
    #[wasm_bindgen(structural, method)]
    pub(crate) fn fail(this: &Gaps);
    /// The numbers of frames of the envelope's sender that could not be read.
    #[wasm_bindgen(structural, method)]
    pub(crate) fn came(this: &Gaps, envelope: &Array) -> Option<Array>;
}

/// A promise and its two ends.
#[derive(Clone)]
pub(crate) struct Deferred {
    pub(crate) promise: Promise,
    resolve: Function,
    reject: Function,
}

impl Deferred {
    pub(crate) fn new() -> Deferred {
        let parts = deferred();
        Deferred {
            promise: parts.get(0).unchecked_into(),
            resolve: parts.get(1).unchecked_into(),
            reject: parts.get(2).unchecked_into(),
        }
    }

    pub(crate) fn resolve(&self, value: &JsValue) {
        let _ = self.resolve.call1(&JsValue::UNDEFINED, value);
    }

    /// What resolves it, to hand on.
    pub(crate) fn resolver(&self) -> JsValue {
        self.resolve.clone().into()
    }

    /// What rejects it, to hand on.
    pub(crate) fn rejecter(&self) -> Function {
        self.reject.clone()
    }

    pub(crate) fn reject(&self, error: &JsValue) {
        let _ = self.reject.call1(&JsValue::UNDEFINED, error);
    }

    /// Rejects it because its Parley or state was destroyed: only its awaiter notices.
    pub(crate) fn end(&self, error: &JsValue) {
        handled(&self.promise);
        self.reject(error);
    }
}

/// A text of no more than so many UTF-16 units: what is longer is not even copied.
pub(crate) fn short_text(value: &JsValue, longest: u32) -> Option<String> {
    let text = value.dyn_ref::<js_sys::JsString>()?;
    (text.length() <= longest).then(|| text.into())
}
