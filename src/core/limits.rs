//! What one peer may ask of this window: the size and the depth of a message, messages and bytes each second; and what a
//! state may hold.

/// The bounds held against each peer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of one message, as estimated without serialising it.
    pub message_bytes: f64,
    /// Messages each second, on the average.
    pub messages_per_second: f64,
    /// Messages that may come at once after a time of silence.
    pub burst: f64,
    /// Bytes each second, on the average; one second's worth may come at once.
    pub bytes_per_second: f64,
    /// Nesting of one payload.
    pub depth: u32,
}

impl Limits {
    /// What windows of other origins are held to unless the options say otherwise. Honest traffic is not to meet any of it.
    ///
    /// - 64 MiB a message: as plain data that blocks both sides for seconds, so it is nobody's habit.
    /// - 20,000 messages a second, and 200,000 at once. Between sites a port was measured to carry 67,000 a second, and no
    ///   sender who waits for answers came near 20,000; a burst of 100,000 passes whole.
    /// - No bound on the bytes of a second: they are known only when they have been taken in, and buffers that are handed
    ///   over come to gigabytes a second at no cost.
    /// - 1,000 levels: twice what browsers nest the elements of a document they parse. A structured clone itself fails
    ///   below 5,000 in some engines, and code that walks a value in the receiving page not much later.
    pub const DEFAULT: Limits = Limits {
        message_bytes: 67_108_864.0,
        messages_per_second: 20_000.0,
        burst: 200_000.0,
        bytes_per_second: f64::INFINITY,
        depth: 1000,
    };
}

/// What one state may hold in one window, from all writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Keys, and what stands beside them, that this window may write. Frames of others are taken up to twice as many:
    /// windows that filled up without knowing of each other still agree.
    pub keys: usize,
    /// Deletions that are remembered.
    pub tombstones: usize,
}

impl Bounds {
    /// - 250,000 keys: at the 250 bytes that a small one costs, 62 MB, and 25 times the largest state that is measured.
    /// - 10,000 deletions, as many as are stored: some 2 MB, and more than an honest window misses while it sleeps.
    pub const DEFAULT: Bounds = Bounds {
        keys: 250_000,
        tombstones: 10_000,
    };
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds::DEFAULT
    }
}

/// Bytes of one key's name, with the path of a merged value's part. URLs and the text of a set's item fit in.
pub const KEY_BYTES: usize = 65_536;
/// Bytes of all names of a state, for each key it may hold, on the average.
pub const KEY_BYTES_MEAN: usize = 256;
/// Cells that the view of a restricted peer holds of keys that the state does not hold and the peer may not write: its own
/// initial values, what was denied to it lately.
pub const PRIVATE_CELLS: usize = 10_000;
/// Cells of one key that such a peer may write: its root, and what stands beside it of some writers, or its parts.
pub const WRITABLE_CELLS: usize = 1024;
/// Writers whose numbers one state remembers. Those that are gone and have nothing left to show are forgotten, see
/// [`replica`](super::replica); more than this show only to an attacker, or in a vector that says nonsense.
pub const WRITERS: usize = 65_536;

/// How many of what one window holds of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Messages of one peer that are being handled and not yet answered.
    pub pending_calls: usize,
    /// Peers, before who comes uncalled is turned away.
    pub peers: usize,
    /// Actions of a store that are kept one by one.
    pub log_length: usize,
}

impl Counts {
    /// - 131,072 calls: a page that is asked more often before it has answered anything will answer none in time.
    /// - 1,024 peers: more windows than that share no machine's memory.
    /// - 2,048 actions, of some 50 bytes each and the action itself: windows that were apart merge exactly if none
    ///   dispatched more.
    pub const DEFAULT: Counts = Counts {
        pending_calls: 131_072,
        peers: 1024,
        log_length: 2048,
    };
}
/// Parleys taken from one window at a time.
pub const PARLEYS_PER_WINDOW: usize = 64;
/// Handshakes of one window that wait for the other side's first word; an honest one waits milliseconds.
pub const HALF_OPEN_PER_WINDOW: usize = 8;
/// The same for all windows together.
pub const HALF_OPEN: usize = 256;
/// New documents of one window that are offered a connection in one second.
pub const OFFERS_PER_SECOND: u32 = 20;
/// UTF-16 units of a message's type, or of a name on the wire.
pub const NAME: u32 = 1024;

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
}

/// One peer's two token buckets. A message over the rate takes nothing out of them, so a peer that slows down is heard again.
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
            // A bucket holds at least one whole message, or a rate below one a second would never let any through.
            burst: limits.burst.max(limits.messages_per_second).max(1.0),
            ..limits
        };
        Meter {
            limits,
            messages: limits.burst,
            bytes: bytes_per_second,
            last: now,
        }
    }

    /// Takes one message out of the bucket, before anything of it is looked at. `now` is in milliseconds; a clock that is
    /// set back only pauses the refill.
    pub fn admit_message(&mut self, now: f64) -> Result<(), Exceeded> {
        self.refill(now);
        if self.messages < 1.0 {
            return Err(Exceeded::MessagesPerSecond);
        }
        self.messages -= 1.0;
        Ok(())
    }

    /// Takes the bytes of a message that was admitted out of the other bucket, or says which bound they break.
    pub fn admit_bytes(&mut self, bytes: f64) -> Result<(), Exceeded> {
        // A size that is not a number is no size: refused, because no comparison with it holds.
        if !(0.0..=self.limits.message_bytes).contains(&bytes) {
            return Err(Exceeded::MessageBytes);
        }
        if self.bytes < bytes {
            return Err(Exceeded::BytesPerSecond);
        }
        self.bytes -= bytes;
        Ok(())
    }

    /// What is held against the peer.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn refill(&mut self, now: f64) {
        let seconds = (now - self.last) / 1000.0;
        if seconds > 0.0 {
            let Limits {
                messages_per_second,
                burst,
                bytes_per_second,
                ..
            } = self.limits;
            self.messages = (self.messages + seconds * messages_per_second).min(burst);
            self.bytes = (self.bytes + seconds * bytes_per_second).min(bytes_per_second);
        }
        self.last = now;
    }
}
