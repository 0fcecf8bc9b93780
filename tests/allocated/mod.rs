//! Counts what a thread allocates: the most bytes that it holds at a time, and how often and how much it allocates. Tests
//! bound the work of an algorithm by these numbers. They are the same on every machine, which times are not.
#![allow(dead_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// Held now, and the most at any time since the count began, in bytes.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
    static TOTAL: Cell<Total> = const { Cell::new(Total { count: 0, bytes: 0 }) };
}

/// How often a thread allocated, and how many bytes in all, whether or not they were freed since.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    pub count: usize,
    pub bytes: usize,
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
        let _ = TOTAL.try_with(|total| {
            let Total { count, bytes } = total.get();
            total.set(Total {
                count: count + 1,
                bytes: bytes + layout.size(),
            });
        });
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

/// What this thread allocated during `act`.
pub fn total(act: impl FnOnce()) -> Total {
    let before = TOTAL.get();
    act();
    let after = TOTAL.get();
    Total {
        count: after.count - before.count,
        bytes: after.bytes - before.bytes,
    }
}

/// Twice the size may take a little more than twice the allocations and bytes, for sorting; four times is a square.
pub fn assert_linear(what: &str, size: usize, work: impl Fn(usize) -> Total) {
    let (one, two) = (work(size), work(2 * size));
    assert!(
        two.count * 4 <= one.count * 9 && two.bytes * 4 <= one.bytes * 9,
        "{what}: size {size} allocates {one:?}, size {} allocates {two:?}",
        2 * size
    );
}
