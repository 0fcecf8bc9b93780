//! `connect` and `disconnect`: their arguments and options, checked.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{Parley, promised};
use crate::bindings::args;
use crate::bindings::hub::Wanted;
use crate::bindings::sending::{CallOptions, is_aborted};
use crate::core::codes;
use crate::core::connection::connect::Request;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host;

#[wasm_bindgen]
impl Parley {
    /// Joins a frame, window, worker, port or link.
    pub fn connect(&self, target: &JsValue, target_id: &JsValue, options: &JsValue) -> Promise {
        promised(self.try_connect(target, target_id, options))
    }

    fn try_connect(&self, target: &JsValue, id: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        self.alive()?;
        let kind = host::target_kind(target);
        if kind.is_empty() {
            return Err(fail(
                codes::ARGUMENT,
                "connect() takes an iframe element, a window, a MessagePort, a Worker, or a Link",
            ));
        }
        if kind == "window" && *target == host::own_window() {
            let message = "connect() was given this very window: a page is not a peer of itself, and a page that is in no other is its own parent";
            return Err(fail(codes::ARGUMENT, message));
        }
        let alias = if id.is_undefined() {
            None
        } else {
            Some(args::required(id, "the targetId")?)
        };
        if alias.as_ref().is_some_and(|alias| alias.len() > 128) {
            return Err(fail(codes::ARGUMENT, "the targetId must have at most 128 bytes"));
        }
        let options = CallOptions::read(
            options,
            "timeout signal opaque anyOrigin grants relay",
            "connect()'s options",
            &self.hub().config,
        )?;
        if options.opaque && options.grants.is_none() {
            return Err(fail(
                codes::CONFIG,
                "opaque: true needs grants: say what a frame may do whose origin says nothing of it",
            ));
        }
        if options.opaque && kind != "iframe" && kind != "window" {
            return Err(fail(
                codes::CONFIG,
                "the option opaque is for frames and windows: nothing else has an origin",
            ));
        }
        if options.any_origin && options.grants.is_none() {
            let message = "anyOrigin: true needs grants: say what a page may do that is not known";
            return Err(fail(codes::CONFIG, message));
        }
        if options.any_origin && (kind != "window" || !host::is_own_parent(target)) {
            let message = "the option anyOrigin is for window.parent: any other window is named by its origin in allowedOrigins";
            return Err(fail(codes::CONFIG, message));
        }
        if let Some(relay) = &options.relay {
            let is_itself = |id: &String| id.is_empty() || alias.as_ref() == Some(id);
            if alias.is_none() || relay.iter().any(is_itself) {
                let message =
                    "the option relay is for a peer with a targetId, and lists the targetIds of other peers";
                return Err(fail(codes::CONFIG, message));
            }
        }
        if options.signal.as_ref().is_some_and(is_aborted) {
            return Err(fail(codes::ABORTED, "connect() was aborted"));
        }
        self.alive()?;
        self.hub().connect(Wanted {
            target: target.clone(),
            kind,
            timeout: options.timeout.unwrap_or(self.hub().config.timeout),
            signal: options.signal,
            request: Request {
                alias,
                opaque: options.opaque,
                any_origin: options.any_origin,
                grants: options.grants,
                relay: options.relay,
            },
        })
    }

    /// Says goodbye to a peer, and no longer lets it in.
    pub fn disconnect(&self, target_id: &JsValue) -> Promise {
        promised(self.try_disconnect(target_id))
    }

    fn try_disconnect(&self, id: &JsValue) -> Result<JsValue, JsValue> {
        self.alive()?;
        let id = args::required(id, "the targetId")?;
        if self.hub().disconnect(&id) || self.hub().was_known(&id) {
            return Ok(JsValue::UNDEFINED);
        }
        let message = text(&["nothing is connected as '", &id, "'"]);
        Err(fail_with(
            codes::TARGET_NOT_FOUND,
            &message,
            &[("targetId", JsValue::from_str(&id))],
        ))
    }
}
