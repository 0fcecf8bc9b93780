//! Cells that never explain themselves.

use std::cell::{Ref, RefMut};

/// As the one of std, but a second borrow where there must be one only aborts in silence. By the rule that nothing is called
/// out to while something is borrowed it cannot happen; the text, and the place in the source for each of some hundred
/// borrows, would be in every page.
pub(crate) struct RefCell<T>(std::cell::RefCell<T>);

impl<T> RefCell<T> {
    pub(crate) const fn new(value: T) -> RefCell<T> {
        RefCell(std::cell::RefCell::new(value))
    }

    pub(crate) fn borrow(&self) -> Ref<'_, T> {
        match self.0.try_borrow() {
            Ok(held) => held,
            Err(_) => std::process::abort(),
        }
    }

    pub(crate) fn borrow_mut(&self) -> RefMut<'_, T> {
        match self.0.try_borrow_mut() {
            Ok(held) => held,
            Err(_) => std::process::abort(),
        }
    }

    pub(crate) fn replace(&self, value: T) -> T {
        std::mem::replace(&mut *self.borrow_mut(), value)
    }
}
