//! The options of `Parley.create`, checked.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::args::Options;
use super::grants;
use crate::core::codes;
use crate::core::connection::policy::Policy;
use crate::core::grants::OriginGrants;
use crate::core::limits::{Bounds, Counts, Limits};
use crate::core::origin::Allowlist;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host;

const KNOWN: &str = "allowedOrigins channel timeout retries grants limits instanceId logLevel logger targetType exposeErrors localFiles analyticsEnabled";
const LEVELS: [&str; 5] = ["none", "error", "warn", "info", "debug"];
const TIMEOUT: f64 = 5000.0;
const LONGEST_NAME: usize = 128;
/// Bytes of one second that are let in however small a message must be.
const BYTES_PER_SECOND: f64 = 67_108_864.0;

/// How a Parley behaves.
pub(crate) struct Config {
    /// What it says of others.
    pub(crate) policy: Policy,
    pub(crate) channel: Option<String>,
    pub(crate) timeout: f64,
    /// Of each call that names none.
    pub(crate) retries: u32,
    /// What each state holds at most.
    pub(crate) bounds: Bounds,
    /// How many of what is held of others.
    pub(crate) counts: Counts,
    /// Other origins receive the error message of a handler.
    pub(crate) expose_errors: bool,
    pub(crate) instance_id: Option<String>,
    /// As it was given: code for ParleyJS asks for it.
    pub(crate) target_type: JsValue,
    /// 0 none, 1 error, ... 4 debug.
    pub(crate) log_level: u32,
    /// What is called with `(level, message, details)` in place of the console; undefined if nothing is.
    pub(crate) logger: JsValue,
    /// What the analytics events of ParleyJS are made with; undefined unless they are wanted.
    pub(crate) analytics: JsValue,
    /// The options without effect that were logged.
    reported: Array,
}

impl Config {
    /// From what the user gave. Throws ERR_CONFIG naming what is wrong.
    pub(crate) fn read(given: &JsValue) -> Result<Config, JsValue> {
        let own_origin = host::own_origin();
        let mut config = Config {
            policy: Policy {
                allowed: Allowlist::own_only(own_origin.as_deref()),
                own_origin,
                grants: OriginGrants::default(),
                limits: None,
                most_peers: Counts::DEFAULT.peers,
            },
            channel: None,
            timeout: TIMEOUT,
            retries: 0,
            bounds: Bounds::DEFAULT,
            counts: Counts::DEFAULT,
            expose_errors: false,
            instance_id: None,
            target_type: JsValue::UNDEFINED,
            log_level: 1,
            logger: JsValue::UNDEFINED,
            analytics: JsValue::UNDEFINED,
            reported: Array::new(),
        };
        if given.is_undefined() {
            return Ok(config);
        }
        let given = Options::read(given, KNOWN, "Parley.create's options")?;
        if let Some(origins) = given.strings("allowedOrigins")? {
            config.policy.allowed = Allowlist::parse(
                origins.iter().map(String::as_str),
                config.policy.own_origin.as_deref(),
            )
            .map_err(|bad| {
                let entry = origins.get(bad.index).map_or("", String::as_str);
                let message = text(&["allowedOrigins has '", entry, "': ", bad.fault.text()]);
                fail_with(
                    codes::CONFIG,
                    &message,
                    &[("option", JsValue::from_str("allowedOrigins"))],
                )
            })?;
        }
        config.channel = named(&given, "channel")?;
        let local_files = given.boolean("localFiles")?.unwrap_or(false);
        if config.channel.is_some() && !local_files && host::is_file() {
            let message = "the channel of a page opened from a disk (file:) can be joined by any other such page, a downloaded one too: \
                           serve the page over http, or say localFiles: true";
            return Err(fail_with(
                codes::CONFIG,
                message,
                &[("option", JsValue::from_str("channel"))],
            ));
        }
        config.instance_id = named(&given, "instanceId")?;
        if let Some(timeout) = given.duration("timeout")? {
            config.timeout = timeout;
        }
        config.retries = given.count("retries")?.unwrap_or(0);
        (config.policy.limits, config.bounds, config.counts) = limits(&given.get("limits"))?;
        config.policy.most_peers = config.counts.peers;
        if let Some(level) = given.string("logLevel")? {
            let position = LEVELS.iter().position(|known| *known == level).ok_or_else(|| {
                fail(
                    codes::CONFIG,
                    "the option logLevel is none of: none error warn info debug",
                )
            })?;
            config.log_level = position as u32;
        }
        let logger = given.get("logger");
        if !logger.is_undefined() && !logger.is_function() {
            let message = "the option logger must be a function of (level, message, details)";
            return Err(fail(codes::CONFIG, message));
        }
        config.logger = logger;
        if given.boolean("analyticsEnabled")? == Some(true) {
            config.analytics = js_sys::Map::new().into();
        }
        config.target_type = given.get("targetType");
        if let Some(kind) = given.string("targetType")?
            && kind != "iframe"
            && kind != "window"
        {
            return Err(fail(
                codes::CONFIG,
                "the option targetType is 'iframe' or 'window'",
            ));
        }
        config.policy.grants = grants::by_origin(&given.get("grants"), &config.policy.allowed)?;
        config.expose_errors = given.boolean("exposeErrors")?.unwrap_or(false);
        config.note_ignored(&given);
        Ok(config)
    }

    /// Tells the developer of the options of ParleyJS that have no effect, once of each.
    pub(crate) fn note_ignored(&self, given: &Options) {
        let ignored = given.ignored();
        if !ignored.is_undefined() {
            host::note_ignored(self.log_level, &self.logger, &self.reported, &ignored);
        }
    }
}

fn named(options: &Options, name: &str) -> Result<Option<String>, JsValue> {
    let given = options.string(name)?;
    if given
        .as_ref()
        .is_some_and(|text| text.is_empty() || text.len() > LONGEST_NAME)
    {
        return Err(fail(
            codes::CONFIG,
            &text(&["the option ", name, " must have 1 to 128 bytes"]),
        ));
    }
    Ok(given)
}

/// One of `limits`. Throws ERR_CONFIG.
fn limit(number: &JsValue, default: f64) -> Result<f64, JsValue> {
    if number.is_undefined() || number.is_null() {
        return Ok(default);
    }
    let wrong = || fail(codes::CONFIG, "each of limits must be a number above 0");
    number.as_f64().filter(|number| *number > 0.0).ok_or_else(wrong)
}

/// What a state may hold, of options that name it.
fn bounds_of(given: &Options, default: Bounds) -> Result<Bounds, JsValue> {
    Ok(Bounds {
        keys: limit(&given.get("keys"), default.keys as f64)? as usize,
        tombstones: limit(&given.get("tombstones"), default.tombstones as f64)? as usize,
    })
}

/// `limits` of one state; what it does not name is as the Parley has it. Throws ERR_CONFIG.
pub(crate) fn bounds(value: &JsValue, default: Bounds) -> Result<Bounds, JsValue> {
    if value.is_undefined() {
        return Ok(default);
    }
    bounds_of(&Options::read(value, "keys tombstones", "limits")?, default)
}

/// A whole number of things, at least one.
fn count(number: &JsValue, default: usize) -> Result<usize, JsValue> {
    Ok((limit(number, default as f64)? as usize).max(1))
}

fn limits(value: &JsValue) -> Result<(Option<Limits>, Bounds, Counts), JsValue> {
    if value.is_undefined() {
        return Ok((None, Bounds::DEFAULT, Counts::DEFAULT));
    }
    let known = "messageBytes messagesPerSecond depth keys tombstones peers pendingCalls logLength";
    let given = Options::read(value, known, "limits")?;
    let bounds = bounds_of(&given, Bounds::DEFAULT)?;
    let counts = Counts {
        pending_calls: count(&given.get("pendingCalls"), Counts::DEFAULT.pending_calls)?,
        peers: count(&given.get("peers"), Counts::DEFAULT.peers)?,
        log_length: count(&given.get("logLength"), Counts::DEFAULT.log_length)?,
    };
    let of_peers = ["messageBytes", "messagesPerSecond", "depth"];
    let is_other = bounds != Bounds::DEFAULT || counts != Counts::DEFAULT;
    if is_other && of_peers.iter().all(|name| given.get(name).is_undefined()) {
        // Messages are held to nothing by that.
        return Ok((None, bounds, counts));
    }
    let mut limits = Limits::DEFAULT;
    limits.message_bytes = limit(&given.get("messageBytes"), limits.message_bytes)?;
    limits.messages_per_second = limit(&given.get("messagesPerSecond"), limits.messages_per_second)?;
    limits.depth = limit(&given.get("depth"), f64::from(limits.depth))?.min(1e6) as u32;
    // What was asked for holds over every second, too; twice the largest message may come in one.
    limits.burst = if given.get("messagesPerSecond").is_undefined() {
        limits.burst
    } else {
        limits.messages_per_second
    };
    if !given.get("messageBytes").is_undefined() {
        limits.bytes_per_second = (limits.message_bytes * 2.0).max(BYTES_PER_SECOND);
    }
    Ok((Some(limits), bounds, counts))
}
