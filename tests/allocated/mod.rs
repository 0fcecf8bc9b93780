//! Counts the bytes that a thread holds: what is kept of finished work is bounded, so no later step can scan it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// Held now, and the most at any time since the count began, in bytes.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn add(bytes: isize) {
    let _ = HELD.try_with(|held| {
        let now = held.get().0 + bytes;
        held.set((now, held.get().1.max(now)));
    });
}

#[allow(unsafe_code)]
// SAFETY: every call is the system allocator's; the count allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most bytes that this thread held at any time of `act`, beyond what it held before.
pub fn peak(act: impl FnOnce()) -> usize {
    let before = HELD.get().0;
    HELD.set((before, before));
    act();
    usize::try_from(HELD.get().1 - before).unwrap()
}
