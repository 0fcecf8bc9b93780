//! Unfinished handshakes: ports that were accepted and on which nobody has joined yet. A hostile window can begin as many as it
//! likes, so new ones replace old ones: those of the same window first, so that other windows lose none.

use crate::core::limits::{HALF_OPEN, HALF_OPEN_PER_WINDOW};

/// Which unfinished handshake ends because another begins. `pending`: their numbers, oldest first, and whether each is of the
/// window that begins the new one.
#[must_use]
pub fn to_end(pending: &[(u32, bool)]) -> Option<u32> {
    let mut own = pending.iter().filter(|(_, is_own)| *is_own);
    let oldest = own.next();
    let is_full = 1 + own.count() >= HALF_OPEN_PER_WINDOW && oldest.is_some();
    let oldest = match is_full {
        true => oldest,
        false => pending.first().filter(|_| pending.len() >= HALF_OPEN),
    };
    oldest.map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(own: usize, others: usize) -> Vec<(u32, bool)> {
        let others = (0..others as u32).map(|number| (number, false));
        let own = (0..own as u32).map(|number| (1000 + number, true));
        others.chain(own).collect()
    }

    #[test]
    fn a_window_that_begins_too_many_loses_its_own() {
        assert_eq!(to_end(&pending(0, 0)), None);
        assert_eq!(to_end(&pending(HALF_OPEN_PER_WINDOW - 1, 20)), None);
        assert_eq!(to_end(&pending(HALF_OPEN_PER_WINDOW, 20)), Some(1000));
        assert_eq!(to_end(&pending(HALF_OPEN_PER_WINDOW, HALF_OPEN)), Some(1000));
    }

    #[test]
    fn of_many_windows_the_oldest_ends() {
        assert_eq!(to_end(&pending(1, HALF_OPEN - 2)), None);
        assert_eq!(to_end(&pending(1, HALF_OPEN - 1)), Some(0));
        assert_eq!(to_end(&pending(0, HALF_OPEN)), Some(0));
    }
}
