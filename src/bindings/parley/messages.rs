//! Messages: handlers, schemas, `send` and `broadcast`, with their arguments and options checked.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::{Parley, off, promised};
use crate::bindings::args;
use crate::bindings::hub::Outgoing;
use crate::bindings::sending::{CallOptions, Registration, is_aborted};
use crate::core::codes;
use crate::platform::error::{destroyed, fail, fail_with, text};
use crate::platform::host;
use crate::platform::{callback, promise};

#[wasm_bindgen]
impl Parley {
    /// Handles messages of a type; the function takes the handler off again.
    pub fn on(&self, kind: &JsValue, handler: &JsValue) -> Result<Function, JsValue> {
        self.alive()?;
        let kind = args::message_type(kind)?;
        let handler = args::function(handler, "the handler")?;
        let token = self.hub().add_handler(&kind, handler, None);
        let hub = self.hub().weak();
        Ok(off(move || {
            if let Some(hub) = hub.upgrade() {
                hub.remove_handler(&kind, token);
            }
        }))
    }

    /// The payload of the next message of a type.
    pub fn once(&self, kind: &JsValue, options: &JsValue) -> Promise {
        promised(self.try_once(kind, options))
    }

    fn try_once(&self, kind: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        self.alive()?;
        let what = args::message_type(kind)?;
        let options = CallOptions::read(options, "signal", "once()'s options", &self.hub().config)?;
        self.alive()?;
        self.hub().once(&what, options.signal)
    }

    /// Checks every payload of a type.
    pub fn register(&self, kind: &JsValue, options: &JsValue) -> Result<(), JsValue> {
        self.alive()?;
        let kind = args::message_type(kind)?;
        let registration = Registration::read(options, &self.hub().config)?;
        self.alive()?;
        self.hub().register(kind, registration);
        Ok(())
    }

    /// Sends a message; the promise settles with the answer.
    pub fn send(&self, kind: &JsValue, payload: &JsValue, options: &JsValue) -> Promise {
        promised(self.try_send(kind, payload, options))
    }

    fn try_send(&self, kind: &JsValue, payload: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        self.alive()?;
        let what = args::message_type(kind)?;
        let options = CallOptions::read(
            options,
            "targetId relayTo timeout retries expectsResponse signal transfer",
            "send()'s options",
            &self.hub().config,
        )?;
        if options.signal.as_ref().is_some_and(is_aborted) {
            return Err(fail(codes::ABORTED, "send() was aborted"));
        }
        let registered = self.hub().registered(&what);
        let registered = registered.as_ref();
        let out = Outgoing {
            what,
            what_js: kind.clone(),
            payload: payload.clone(),
            target: options.target,
            timeout: options
                .timeout
                .or(registered.and_then(|registered| registered.timeout))
                .unwrap_or(self.hub().config.timeout),
            retries: options
                .retries
                .or(registered.and_then(|registered| registered.retries))
                .or(options.transfer.is_none().then_some(self.hub().config.retries))
                .unwrap_or(0),
            expects: options.expects,
            signal: options.signal,
            transfer: options.transfer,
            hop: options
                .relay_to
                .map_or(JsValue::UNDEFINED, |to| Array::of1(&to.into()).into()),
        };
        if out.retries > 0 && out.transfer.is_some() {
            return Err(fail(
                codes::ARGUMENT,
                "what is transferred is gone after the first attempt: no retries",
            ));
        }
        if !out.hop.is_undefined() && out.transfer.is_some() {
            let message = "a relayed message is copied on its way: relayTo goes without transfer";
            return Err(fail(codes::ARGUMENT, message));
        }
        self.alive()?;
        match registered.and_then(|registered| registered.schema.clone()) {
            None => self.hub().send(out),
            Some(schema) => {
                let hub = self.hub().weak();
                checked(&schema, payload, move |payload| match hub.upgrade() {
                    Some(hub) if !hub.is_destroyed() => hub.send(Outgoing { payload, ..out }),
                    _ => Err(destroyed()),
                })
            }
        }
    }

    /// Sends a message to everyone.
    pub fn broadcast(&self, kind: &JsValue, payload: &JsValue, options: &JsValue) -> Promise {
        promised(self.try_broadcast(kind, payload, options))
    }

    fn try_broadcast(
        &self,
        kind: &JsValue,
        payload: &JsValue,
        options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.alive()?;
        let what = args::message_type(kind)?;
        if let Some(state) = self.hub().carried(payload) {
            state.flush_to_peers();
            return Ok(JsValue::UNDEFINED);
        }
        let options = CallOptions::read(options, "transfer", "broadcast()'s options", &self.hub().config)?;
        self.alive()?;
        let schema = self
            .hub()
            .registered(&what)
            .and_then(|registered| registered.schema);
        match schema {
            None => self
                .hub()
                .broadcast(kind, payload, options.transfer.as_ref())
                .map(|()| JsValue::UNDEFINED),
            Some(schema) => {
                let (hub, kind) = (self.hub().weak(), kind.clone());
                checked(&schema, payload, move |payload| match hub.upgrade() {
                    Some(hub) if !hub.is_destroyed() => hub
                        .broadcast(&kind, &payload, options.transfer.as_ref())
                        .map(|()| JsValue::UNDEFINED),
                    _ => Err(destroyed()),
                })
            }
        }
    }
}

/// Goes on with the payload the schema lets through, now or when it has decided.
fn checked(
    schema: &JsValue,
    payload: &JsValue,
    go_on: impl FnOnce(JsValue) -> Result<JsValue, JsValue> + 'static,
) -> Result<JsValue, JsValue> {
    let validation = host::check(schema, payload);
    if Array::is_array(&validation) {
        return decide(&validation, Box::new(go_on));
    }
    let decided = host::Deferred::new();
    let done = decided.clone();
    let then = callback::reaction(move |validation| match decide(&validation, Box::new(go_on)) {
        Ok(value) => done.resolve(&value),
        Err(error) => done.reject(&error),
    });
    promise::then(&validation, &then, Some(&decided.rejecter()));
    Ok(decided.promise.into())
}

type GoOn = Box<dyn FnOnce(JsValue) -> Result<JsValue, JsValue>>;

fn decide(validation: &JsValue, go_on: GoOn) -> Result<JsValue, JsValue> {
    let validation: &Array = validation.unchecked_ref();
    if validation.get(0).is_truthy() {
        return go_on(validation.get(1));
    }
    let reason = validation.get(1).as_string().unwrap_or_default();
    let message = text(&["the payload is not what was registered: ", &reason]);
    Err(fail_with(
        codes::VALIDATION,
        &message,
        &[("issues", validation.get(2))],
    ))
}
