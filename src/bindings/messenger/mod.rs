//! The messenger that carries the frames of a state or store: a Parley, or a plain one with `on` and `broadcast`.
//!
//! A state broadcasts through the Parley's own `broadcast(type, payload)`, as a hand-written class would call it, so spies and
//! mocks see `{ updates, timestamp }`. The Parley recognises the payload by identity and sends the frame with its stamps instead.

mod heard;
mod plain;

use std::rc::{Rc, Weak};

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::hub::Hub;
use super::parley;
use super::shared::Shared;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::limits::{Bounds, Counts, Limits};
use crate::core::schema::Schema;
use crate::platform::cell::RefCell;
use crate::platform::error::{destroyed, fail_with, text};
use crate::platform::host;
use plain::PlainMessenger;

/// How frames reach the other windows.
pub(crate) enum Messenger {
    /// A Parley: each peer by itself.
    Hub(Rc<Hub>),
    /// Any other object with `on` and `broadcast`.
    Plain(Rc<PlainMessenger>),
}

impl Messenger {
    /// The messenger behind a user's object: a Parley of this package, or any object with `on` and `broadcast`. Throws ERR_ARGUMENT, ERR_DESTROYED, ERR_DUPLICATE_PACKAGE.
    ///
    /// A Parley of another copy of this package has `on` and `broadcast` too, and grants that broadcasts do not know of.
    pub(crate) fn of(messenger: &JsValue) -> Result<Messenger, JsValue> {
        match parley::hub_of(messenger) {
            Some(hub) if hub.is_destroyed() => Err(destroyed()),
            Some(hub) => Ok(Messenger::Hub(hub)),
            None if messenger.is_object() => match host::copy_of(messenger).as_str() {
                "" => Ok(Messenger::Plain(PlainMessenger::new(messenger)?)),
                "own" => Err(destroyed()),
                theirs => Err(of_another_copy(theirs)),
            },
            None => Ok(Messenger::Plain(PlainMessenger::new(messenger)?)),
        }
    }

    /// This window, as its peers know it.
    pub(crate) fn own_id(&self) -> String {
        match self {
            Messenger::Hub(hub) => hub.instance_id().to_owned(),
            Messenger::Plain(plain) => plain.own.bits().to_string(),
        }
    }

    /// Whether nobody can be heard before this document is activated.
    pub(crate) fn is_prerendered(&self) -> bool {
        matches!(self, Messenger::Hub(hub) if hub.is_prerendered())
    }

    /// What a state holds at most, unless its own options say otherwise.
    pub(crate) fn bounds(&self) -> Bounds {
        match self {
            Messenger::Hub(hub) => hub.config.bounds,
            Messenger::Plain(_) => Bounds::DEFAULT,
        }
    }

    /// Actions that a store keeps one by one.
    pub(crate) fn log_length(&self) -> usize {
        match self {
            Messenger::Hub(hub) => hub.config.counts.log_length,
            Messenger::Plain(_) => Counts::DEFAULT.log_length,
        }
    }

    /// What the others, as far as is known here, take of one message; None if nobody here is held to anything.
    pub(crate) fn limits(&self) -> Option<Limits> {
        match self {
            Messenger::Hub(hub) => hub.strictest(),
            Messenger::Plain(_) => None,
        }
    }

    /// How long to wait for others by default, ms.
    pub(crate) fn timeout(&self) -> f64 {
        match self {
            Messenger::Hub(hub) => hub.config.timeout,
            Messenger::Plain(_) => 5000.0,
        }
    }

    /// A PeerInfo of a connected peer; undefined for one that is not.
    pub(crate) fn info(&self, peer: PeerRef) -> JsValue {
        let info = match self {
            Messenger::Hub(hub) => hub.info(peer),
            Messenger::Plain(plain) => plain.info(peer),
        };
        info.unwrap_or(JsValue::UNDEFINED)
    }

    /// Introduces a member to the peers that are there. Throws ERR_DUPLICATE_NAME.
    pub(crate) fn start(&self, member: Rc<dyn Shared>) -> Result<(), JsValue> {
        match self {
            Messenger::Hub(hub) => hub.attach(member),
            Messenger::Plain(plain) => plain.start(&member),
        }
    }

    /// Takes the member off.
    pub(crate) fn stop(&self, name: &str) {
        match self {
            Messenger::Hub(hub) => hub.detach(name),
            Messenger::Plain(plain) => plain.stop(),
        }
    }

    /// A frame to some.
    pub(crate) fn send(&self, to: &[PeerRef], frame: &JsValue) {
        match self {
            Messenger::Hub(hub) => hub.post_state(to, frame),
            Messenger::Plain(plain) => plain.send(to, frame),
        }
    }

    /// The same, each object by itself, so that the others arrive where one cannot be read.
    pub(crate) fn send_apart(&self, to: &[PeerRef], frame: &JsValue) {
        for frame in host::fragments_of(frame, Kind::Fragment.tag(), Kind::Reassembly.tag()) {
            self.send(to, &frame);
        }
    }

    /// Broadcasts a turn's payload by the messenger's own method, looked up now: it may have been replaced since, and a spy
    /// on it sees what a hand-written class would have sent. A Parley knows the payload again and lets the member send the
    /// frames it stands for; on a plain messenger the frame goes along in it.
    pub(crate) fn broadcast(
        &self,
        messenger: &JsValue,
        member: &dyn Shared,
        weak: Weak<dyn Shared>,
        payload: &JsValue,
    ) -> Result<JsValue, JsValue> {
        match self {
            Messenger::Hub(hub) => {
                hub.carry(payload, weak);
                let result = call_broadcast(messenger, member.message(), payload);
                hub.dropped(payload);
                result
            }
            Messenger::Plain(plain) => plain.broadcast(member, payload),
        }
    }

    /// An error that nobody awaits: reported, and nobody else's.
    pub(crate) fn report(&self, error: &JsValue) {
        match self {
            Messenger::Hub(hub) => hub.report(error),
            Messenger::Plain(_) => host::report_error(error),
        }
    }

    /// Counts a frame of another version; the first of each neighbour is also an error that says what does not fit. `what`
    /// is shared here: 'store' or 'state'. Tells whether a neighbour was found to be apart, and has to be let go of.
    pub(crate) fn refuse_version(
        &self,
        what: &str,
        name: &str,
        schema: &RefCell<Schema>,
        from: PeerRef,
        theirs: u32,
    ) -> bool {
        self.refuse(from, codes::SCHEMA_VERSION);
        let (news, is_known, own) = {
            let mut schema = schema.borrow_mut();
            // Members of a plain messenger have no names that a user knows: of all with one version, the first is named.
            let is_known = matches!(self, Messenger::Plain(_)) && schema.has_met(theirs);
            (schema.part(from, theirs), is_known, schema.version())
        };
        if news && !is_known {
            let details = [
                ("name", JsValue::from_str(name)),
                ("version", JsValue::from_f64(f64::from(own))),
                ("theirs", JsValue::from_f64(f64::from(theirs))),
                ("peer", self.info(from)),
            ];
            let (own, theirs) = (own.to_string(), theirs.to_string());
            let message = text(&[
                "the ",
                what,
                " '",
                name,
                "' is of version ",
                &own,
                " here and of version ",
                &theirs,
                " there: nothing of it is exchanged",
            ]);
            self.report(&fail_with(codes::SCHEMA_VERSION, &message, &details));
        }
        news
    }

    /// What a peer may see and do; None: everything.
    pub(crate) fn grants(&self, peer: PeerRef) -> Option<Rc<Grants>> {
        match self {
            Messenger::Hub(hub) => hub.grants_of(peer),
            Messenger::Plain(_) => None,
        }
    }

    /// What the core refused of that peer, in the state or store of that name; or that the two stay different, which no frame
    /// is refused for.
    pub(crate) fn refused(&self, from: PeerRef, code: &'static str, name: &str) {
        if code != codes::DIVERGED {
            return self.refuse(from, code);
        }
        let message = text(&[
            "'",
            name,
            "' stays different from another window's, which has seen the same",
        ]);
        let details = [("name", JsValue::from_str(name)), ("peer", self.info(from))];
        self.report(&fail_with(code, &message, &details));
    }

    /// Counts a refusal.
    pub(crate) fn refuse(&self, from: PeerRef, code: &'static str) {
        match self {
            Messenger::Hub(hub) => hub.reject_from(from, code),
            Messenger::Plain(plain) => plain.refuse(code),
        }
    }
}

fn of_another_copy(theirs: &str) -> JsValue {
    let message = text(&[
        "the Parley comes from another copy of parley-sync (version ",
        theirs,
        ", this one is ",
        env!("CARGO_PKG_VERSION"),
        "): import it and the state from one copy. `import` and `require` load one each, and so do two installed versions",
    ]);
    fail_with(
        codes::DUPLICATE_PACKAGE,
        &message,
        &[("version", JsValue::from_str(theirs))],
    )
}

/// `messenger.broadcast(type, payload)`
fn call_broadcast(messenger: &JsValue, message: &str, payload: &JsValue) -> Result<JsValue, JsValue> {
    let broadcast = Reflect::get(messenger, &JsValue::from_str("broadcast"))?;
    let broadcast: Function = broadcast.dyn_into()?;
    broadcast.call2(messenger, &JsValue::from_str(message), payload)
}
