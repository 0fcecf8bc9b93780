//! What one peer may ask of this window: the size and the depth of a message, messages and bytes each second.

/// The bounds held against each peer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of one message, as estimated without serialising it.
    pub message_bytes: f64,
    /// Messages each second, on the average; one second's worth may come at once.
    pub messages_per_second: f64,
    /// Bytes each second, on the average; one second's worth may come at once.
    pub bytes_per_second: f64,
    /// Nesting of one payload.
    pub depth: u32,
}

impl Limits {
    /// - 16 MiB a message: plain data of that size already blocks both sides for the better part of a second; what is
    ///   larger is better transferred, or sent in parts.
    /// - 64 MiB a second: four of the largest. No wire was measured to carry more than that as plain data.
    /// - 50,000 messages a second: a peer that waits for its answers cannot reach it (the fastest round trip measured
    ///   is above 20 microseconds), only one that sends without waiting can.
    /// - 512 levels: as deep as browsers nest the elements of a document they parse; a structured clone itself fails
    ///   below 5,000 in some engines.
    pub const DEFAULT: Limits = Limits {
        message_bytes: 16_777_216.0,
        messages_per_second: 50_000.0,
        bytes_per_second: 67_108_864.0,
        depth: 512,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::DEFAULT
    }
}

/// Which bound a message broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    /// The message alone is too large.
    MessageBytes,
    /// Too many messages of late.
    MessagesPerSecond,
    /// Too many bytes of late.
    BytesPerSecond,
    /// The payload is nested too deep.
    Depth,
}

impl Exceeded {
    /// The option that sets the bound, for an error's message.
    pub fn text(self) -> &'static str {
        match self {
            Exceeded::MessageBytes => "limits.messageBytes",
            Exceeded::MessagesPerSecond => "limits.messagesPerSecond",
            Exceeded::BytesPerSecond => "limits.messageBytes (of the last second)",
            Exceeded::Depth => "limits.depth",
        }
    }
}

/// One peer's two token buckets. A refused message takes nothing out of them, so a peer that slows down is heard again.
#[derive(Clone, Debug)]
pub struct Meter {
    limits: Limits,
    messages: f64,
    bytes: f64,
    last: f64,
}

impl Meter {
    /// Both buckets full.
    pub fn new(limits: Limits, now: f64) -> Meter {
        let bytes_per_second = limits.bytes_per_second.max(limits.message_bytes);
        let limits = Limits {
            bytes_per_second,
            ..limits
        };
        Meter {
            limits,
            messages: limits.messages_per_second.max(1.0),
            bytes: bytes_per_second,
            last: now,
        }
    }

    /// Takes one message of `bytes` out of the buckets, or says which bound it breaks. `now` is in milliseconds; a
    /// clock that is set back only pauses the refill.
    pub fn admit(&mut self, bytes: f64, now: f64) -> Result<(), Exceeded> {
        self.refill(now);
        // A size that is not a number is no size: refused, because no comparison with it holds.
        if !(0.0..=self.limits.message_bytes).contains(&bytes) {
            return Err(Exceeded::MessageBytes);
        }
        if self.messages < 1.0 {
            return Err(Exceeded::MessagesPerSecond);
        }
        if self.bytes < bytes {
            return Err(Exceeded::BytesPerSecond);
        }
        self.messages -= 1.0;
        self.bytes -= bytes;
        Ok(())
    }

    /// Whether a payload is nested no deeper than allowed.
    pub fn admit_depth(&self, depth: u32) -> Result<(), Exceeded> {
        if depth > self.limits.depth {
            Err(Exceeded::Depth)
        } else {
            Ok(())
        }
    }

    fn refill(&mut self, now: f64) {
        let seconds = (now - self.last) / 1000.0;
        if seconds > 0.0 {
            let Limits {
                messages_per_second,
                bytes_per_second,
                ..
            } = self.limits;
            // A bucket holds at least one whole message, or a rate below one a second would never let any through.
            self.messages = (self.messages + seconds * messages_per_second).min(messages_per_second.max(1.0));
            self.bytes = (self.bytes + seconds * bytes_per_second).min(bytes_per_second);
        }
        self.last = now;
    }
}
