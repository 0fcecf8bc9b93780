//! Who lies about its own times, to one window of several: all of them take the same of it.

use parley_sync::core::log::{LogFrame, Logged};

use crate::window::{LITTLE, NOW, Window, join, logged, part, run, settle};

const LIAR: usize = 3;

/// Windows 0 and 1 are joined, and the liar to 0; 2 is not there yet.
fn room() -> Vec<Window> {
    let mut windows: Vec<Window> = (0..=LIAR as u64)
        .map(|at| Window::with(at + 1, NOW + at as f64, vec![], LITTLE))
        .collect();
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 0, LIAR, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
}

fn lie(windows: &mut [Window], to: usize, actions: Vec<Logged<&'static str>>) {
    let frame = LogFrame::Append(actions);
    let effects = windows[to].node.receive(LIAR as u32, &[], frame, NOW);
    windows[to].carry_out(effects);
}

/// More than is kept, so that what was said before is folded away.
fn fill(windows: &mut [Window]) {
    for at in 0..30 {
        windows[0].dispatch("x", NOW + 100.0 + f64::from(at));
        run(windows, NOW + 200.0);
    }
}

fn agree(windows: &mut [Window], honest: &[usize]) {
    for round in 1..4 {
        for &at in honest {
            let effects = windows[at].node.tick(NOW + 1_000.0 * f64::from(round));
            windows[at].carry_out(effects);
        }
        run(windows, NOW + 200.0);
    }
    for &at in honest {
        assert_eq!(windows[at].state, windows[honest[0]].state, "window {at}");
    }
    for &at in honest {
        assert_eq!(
            windows[at].node.vector(),
            windows[honest[0]].node.vector(),
            "window {at}"
        );
        assert!(windows[at].refused.is_empty(), "window {at}");
    }
}

fn taken(window: &Window) -> u64 {
    window.node.vector().get(logged(9, 1, 0.0).dot.actor)
}

#[test]
fn who_took_a_root_over_believes_the_same_times_as_who_folded_it() {
    let mut windows = room();
    lie(&mut windows, 0, vec![logged(9, 1, 10.0)]);
    fill(&mut windows);
    // It has never heard when the folded action was.
    join(&mut windows, 0, 2, NOW + 200.0);
    run(&mut windows, NOW + 200.0);
    join(&mut windows, 2, LIAR, NOW + 200.0);
    run(&mut windows, NOW + 200.0);
    lie(&mut windows, 2, vec![logged(9, 2, 10.0)]);
    run(&mut windows, NOW + 200.0);
    agree(&mut windows, &[0, 1, 2]);
    assert_eq!(taken(&windows[0]), 2);
}

#[test]
fn times_of_what_is_folded_hold_nothing_back() {
    let mut windows = room();
    lie(&mut windows, 0, vec![logged(9, 1, 50.0)]);
    fill(&mut windows);
    lie(&mut windows, 0, vec![logged(9, 2, 10.0)]);
    run(&mut windows, NOW + 200.0);
    lie(&mut windows, 0, vec![logged(9, 3, 11.0)]);
    run(&mut windows, NOW + 200.0);
    agree(&mut windows, &[0, 1]);
    assert_eq!(taken(&windows[0]), 3);
}

#[test]
fn who_has_folded_less_takes_a_root_with_what_falls_behind_its_own_tail() {
    let mut windows = room();
    lie(&mut windows, 0, vec![logged(9, 1, 50.0)]);
    run(&mut windows, NOW + 60.0);
    part(&mut windows, 0, 1);
    fill(&mut windows);
    assert_eq!(windows[1].node.tip().cuts, 0, "it still has it one by one");
    lie(&mut windows, 0, vec![logged(9, 2, 10.0)]);
    run(&mut windows, NOW + 200.0);
    join(&mut windows, 0, 1, NOW + 200.0);
    run(&mut windows, NOW + 200.0);
    agree(&mut windows, &[0, 1]);
    assert_eq!(taken(&windows[1]), 2);
}
