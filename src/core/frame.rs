//! The kinds of frames that cross an established wire, and the version they name.

/// The version of the wire format. A peer with another version is answered, reported, and not listened to.
pub const WIRE_VERSION: u32 = 1;

const KINDS: u32 = 32;

/// What a frame is for: its first element, joined with the version so that every frame names it at no cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Who speaks: the first frame on a wire, and the only one before it is established.
    Join = 0,
    /// A message for handlers.
    Message = 1,
    /// The answer to one.
    Answer = 2,
    /// The caller no longer waits.
    Abort = 3,
    /// The last frame: why the sender leaves.
    Bye = 4,
    /// Are you there?
    Ping = 5,
    /// Yes.
    Pong = 6,
    /// Writes of one turn.
    Batch = 7,
    /// What a state has seen; asks for what it has not.
    Sync = 8,
    /// What a peer has not seen.
    Delta = 9,
    /// Actions of one turn.
    Append = 10,
    /// What a log has seen; asks for what it has not.
    LogSync = 11,
    /// What a log lacks.
    LogDelta = 12,
    /// What a log has seen; asks for nothing.
    LogAck = 13,
    /// Who was asked shares nothing under that name.
    Lacks = 14,
    /// The page of the sender is suspended; its next frame resumes it.
    Suspend = 15,
    /// Digests of what a state has seen and shows.
    Digest = 16,
    /// The receiver could not deserialise the frame with this number.
    Unreadable = 17,
    /// One object of a frame that could not be read as a whole.
    Fragment = 18,
    /// That frame, and where in it the fragments before it belong.
    Reassembly = 19,
    /// A message for another peer of the receiver.
    Relay = 20,
    /// A message that the sender passes on, with its source.
    Relayed = 21,
}

const ALL: [Kind; 22] = [
    Kind::Join,
    Kind::Message,
    Kind::Answer,
    Kind::Abort,
    Kind::Bye,
    Kind::Ping,
    Kind::Pong,
    Kind::Batch,
    Kind::Sync,
    Kind::Delta,
    Kind::Append,
    Kind::LogSync,
    Kind::LogDelta,
    Kind::LogAck,
    Kind::Lacks,
    Kind::Suspend,
    Kind::Digest,
    Kind::Unreadable,
    Kind::Fragment,
    Kind::Reassembly,
    Kind::Relay,
    Kind::Relayed,
];

/// Why a frame's first element is no kind of this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotOurs {
    /// Another version of the wire format.
    OtherVersion,
    /// Nothing this package ever wrote.
    Malformed,
}

impl Kind {
    /// Whether its sender waits for what the other side has.
    pub fn asks(self) -> bool {
        matches!(self, Kind::Sync | Kind::LogSync | Kind::Digest)
    }

    /// The number on the wire.
    pub fn tag(self) -> f64 {
        f64::from(WIRE_VERSION * KINDS + self as u32)
    }

    /// The kind a number names.
    pub fn of(tag: f64) -> Result<Kind, NotOurs> {
        if !(0.0..65536.0).contains(&tag) || tag.trunc() != tag {
            return Err(NotOurs::Malformed);
        }
        let tag = tag as u32;
        if tag / KINDS != WIRE_VERSION {
            return Err(NotOurs::OtherVersion);
        }
        ALL.get((tag % KINDS) as usize).copied().ok_or(NotOurs::Malformed)
    }
}

/// Why a connection ended; on the wire in [`Kind::Bye`], and in `system:disconnected`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// This side called `disconnect` or `destroy`.
    Local,
    /// The other side did.
    Goodbye,
    /// The other window is gone.
    Closed,
    /// The other window shows another document.
    Navigated,
    /// Nothing was heard for too long.
    Timeout,
    /// Its origin or its grants no longer let it in.
    Denied,
    /// Its page was suspended during a call, which gets no answer. No connection ends for this reason.
    Suspended,
}

impl Reason {
    /// As events name it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Local => "local",
            Reason::Goodbye => "goodbye",
            Reason::Closed => "closed",
            Reason::Navigated => "navigated",
            Reason::Timeout => "timeout",
            Reason::Denied => "denied",
            Reason::Suspended => "suspended",
        }
    }

    /// What the sender of a goodbye says of itself: it may have closed or left, nothing else.
    pub fn from_bye(code: f64) -> Reason {
        if code == 1.0 {
            Reason::Closed
        } else {
            Reason::Goodbye
        }
    }

    /// Whether the peer did not take its leave of its own accord: `system:connection_lost` tells of it.
    pub fn is_loss(self) -> bool {
        matches!(self, Reason::Closed | Reason::Timeout)
    }
}

/// How a page is suspended; on the wire in [`Kind::Suspend`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suspension {
    /// Its tasks do not run. Frames to it wait in the port, and it answers them when it resumes.
    Frozen,
    /// It is in the back/forward cache. A frame to it is lost, and may evict the page.
    Cached,
}

impl Suspension {
    /// The code on the wire.
    pub fn code(self) -> f64 {
        f64::from(u8::from(self == Suspension::Cached))
    }

    /// Decodes the code. An unknown code means `Cached`, which sends nothing to the page.
    pub fn of(code: f64) -> Suspension {
        if code == 0.0 {
            Suspension::Frozen
        } else {
            Suspension::Cached
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_its_number() {
        for kind in ALL {
            assert_eq!(Kind::of(kind.tag()), Ok(kind));
        }
    }

    #[test]
    fn each_suspension_survives_its_code() {
        for suspension in [Suspension::Frozen, Suspension::Cached] {
            assert_eq!(Suspension::of(suspension.code()), suspension);
        }
        assert_eq!(Suspension::of(f64::NAN), Suspension::Cached);
    }

    #[test]
    fn other_numbers_are_told_apart() {
        assert_eq!(Kind::of(f64::NAN), Err(NotOurs::Malformed));
        assert_eq!(Kind::of(-1.0), Err(NotOurs::Malformed));
        assert_eq!(Kind::of(32.5), Err(NotOurs::Malformed));
        assert_eq!(Kind::of(32.0 + 31.0), Err(NotOurs::Malformed));
        assert_eq!(Kind::of(64.0), Err(NotOurs::OtherVersion));
        assert_eq!(Kind::of(0.0), Err(NotOurs::OtherVersion));
        assert_eq!(Kind::of(1e300), Err(NotOurs::Malformed));
    }
}
