//! `cargo xtask bench core`: what the core costs by itself, natively. The browser build pays about twice as much, and the boundary.

mod apply;
mod delta;
mod relay;
mod replay;
mod windows;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    apply::benches,
    delta::benches,
    relay::benches,
    replay::benches
);
criterion_main!(benches);
