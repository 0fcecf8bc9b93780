//! What can happen to any network, whatever its windows are.

use crate::network::{Network, Outcome};

/// A step of a schedule that is not of the suite's own kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// The window sends what it has kept back.
    Flush { at: usize },
    /// The window compares with its neighbours.
    Tick { at: usize },
    /// Time passes; what is due arrives.
    Run { ms: u32 },
    /// The wire of two windows goes down, both know it.
    Down { a: usize, b: usize },
    /// The wire of two windows goes up again.
    Up { a: usize, b: usize },
    /// The wire of two windows loses everything, nobody knows it.
    Cut { a: usize, b: usize },
    /// The wire of two windows loses nothing more.
    Mend { a: usize, b: usize },
    /// The window dies with what it has not sent, and a new one takes its place.
    Reload { at: usize },
    /// The window dies.
    Close { at: usize },
    /// A window opens where none is.
    Open { at: usize },
    /// It gets nothing and does nothing; its frames wait.
    Freeze { at: usize },
    /// It gets what has waited.
    Thaw { at: usize },
    /// A window's clock is set, or that of all.
    Jump { at: Option<usize>, ms: i64 },
}

/// Lets it happen.
///
/// # Errors
/// If a window does what it must not.
pub fn happen(network: &mut impl Network, one: Move) -> Outcome {
    match one {
        Move::Flush { at } => network.turn(at, |network| network.flush(at)),
        Move::Tick { at } => network.turn(at, |network| network.tick(at)),
        Move::Run { ms } => network.run(u64::from(ms)),
        Move::Down { a, b } => network.set_up(a, b, false),
        Move::Up { a, b } => network.set_up(a, b, true),
        Move::Cut { a, b } => network.set_cut(a, b, true),
        Move::Mend { a, b } => network.set_cut(a, b, false),
        Move::Reload { at } => network.reload(at),
        Move::Close { at } => network.close(at),
        Move::Open { at } => network.open(at),
        Move::Freeze { at } => network.freeze(at),
        Move::Thaw { at } => network.thaw(at),
        Move::Jump { at, ms } => {
            network.jump(at, ms);
            Ok(())
        }
    }
}
