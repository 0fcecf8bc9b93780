//! A `RefCell` that aborts without a panic message, to save bytes.

use std::cell::{Ref, RefMut};

/// Like `std::cell::RefCell`, but a conflicting borrow aborts without a message. No JavaScript runs while a borrow is held, so a
/// conflict cannot happen; the messages and source locations of some hundred borrows would be downloaded by every page.
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
