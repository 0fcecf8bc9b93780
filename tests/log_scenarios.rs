//! The log, case by case: what a person would do with two or three windows, and what must come out.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::log::{Checkpoint, LogDelta, LogEffect, LogFrame, LogNode, Logged, Options, Tip};
use parley_sync::core::register::Dot;

type Effects = Vec<LogEffect<&'static str, Vec<&'static str>>>;
type Frame = LogFrame<&'static str, Vec<&'static str>>;

const NOW: f64 = 1_700_000_000_000.0;

/// A window whose reducer keeps a list: 'clear' empties it, 'throw' throws, everything else is added.
struct Window {
    node: LogNode<&'static str, Vec<&'static str>>,
    state: Vec<&'static str>,
    told: Vec<&'static str>,
    ready: usize,
    refused: Vec<&'static str>,
    sent: Vec<(Vec<u32>, Frame)>,
    folded: usize,
}

impl Window {
    fn new(actor: u64, born: f64) -> Window {
        Window::with(actor, born, Vec::new(), Options::DEFAULT)
    }

    fn with(actor: u64, born: f64, initial: Vec<&'static str>, options: Options) -> Window {
        Window {
            node: LogNode::new(Actor::from_random(actor), born, initial.clone(), options),
            state: initial,
            told: Vec::new(),
            ready: 0,
            refused: Vec::new(),
            sent: Vec::new(),
            folded: 0,
        }
    }

    fn carry_out(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                LogEffect::Send { to, frame } => self.sent.push((to, frame)),
                LogEffect::Ready => self.ready += 1,
                LogEffect::Refused { code, .. } => self.refused.push(code),
                LogEffect::Fold(fold) => {
                    let (mut state, mut position) = (fold.start, fold.position);
                    for step in fold.steps {
                        match step.action {
                            "clear" => state.clear(),
                            "throw" => {}
                            other => state.push(other),
                        }
                        position += 1;
                        self.folded += 1;
                        self.node.record(fold.epoch, position, state.clone());
                        self.told.extend(step.fresh.then_some(step.action));
                    }
                    self.state = state;
                }
            }
        }
    }

    fn dispatch(&mut self, action: &'static str, now: f64) {
        let mut effects = self.node.dispatch(action, now);
        effects.extend(self.node.flush(now));
        self.carry_out(effects);
    }
}

/// Everyone with everyone: a peer's handle is its place. Delivers until it is quiet.
fn run(windows: &mut [Window], now: f64) {
    for _ in 0..60 {
        let mut quiet = true;
        for from in 0..windows.len() {
            for (to, frame) in std::mem::take(&mut windows[from].sent) {
                quiet = false;
                for peer in to {
                    let to = &mut windows[peer as usize];
                    let effects = to.node.receive(from as u32, &[], frame.clone(), now);
                    to.carry_out(effects);
                }
            }
        }
        if quiet {
            return;
        }
    }
    panic!("they never come to rest");
}

fn join(windows: &mut [Window], a: usize, b: usize, now: f64) {
    for (from, to) in [(a, b), (b, a)] {
        let effects = windows[from].node.peer_up(to as u32, now);
        windows[from].carry_out(effects);
    }
}

fn settle(windows: &mut [Window]) {
    for window in windows {
        let effects = window.node.settle_ready();
        window.carry_out(effects);
    }
}

fn pair() -> Vec<Window> {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW + 1.0)];
    join(&mut windows, 0, 1, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
}

#[test]
fn adds_at_the_same_time_come_in_one_order_everywhere() {
    let mut windows = pair();
    windows[0].dispatch("a", NOW);
    windows[1].dispatch("b", NOW);
    run(&mut windows, NOW);
    assert_eq!(windows[0].state, windows[1].state);
    assert_eq!(windows[0].state.len(), 2);
    assert_eq!((windows[0].told.len(), windows[1].told.len()), (2, 2));
}

#[test]
fn a_clear_and_an_add_at_the_same_time_end_equal() {
    for (clear_at, add_at, expected) in [(NOW, NOW + 1.0, vec!["new"]), (NOW + 1.0, NOW, vec![])] {
        let mut windows = pair();
        windows[0].dispatch("old", NOW - 5.0);
        run(&mut windows, NOW);
        windows[0].dispatch("clear", clear_at);
        windows[1].dispatch("new", add_at);
        run(&mut windows, NOW);
        assert_eq!(windows[0].state, expected);
        assert_eq!(windows[1].state, expected);
    }
}

#[test]
fn a_late_action_is_put_in_its_place_and_told_of_once() {
    let mut windows = pair();
    windows[1].dispatch("early", NOW);
    for action in ["one", "two", "three"] {
        windows[0].dispatch(action, NOW + 10.0);
    }
    run(&mut windows, NOW + 20.0);
    for window in &windows {
        assert_eq!(window.state, ["early", "one", "two", "three"]);
        assert_eq!(window.told.iter().filter(|&&action| action == "early").count(), 1);
    }
    assert_eq!(windows[0].told, ["one", "two", "three", "early"]);
}

#[test]
fn an_action_on_which_the_reducer_throws_leaves_no_trace_anywhere() {
    let mut windows = pair();
    for action in ["a", "throw", "b"] {
        windows[0].dispatch(action, NOW);
    }
    run(&mut windows, NOW);
    assert_eq!(windows[0].state, ["a", "b"]);
    assert_eq!(windows[1].state, ["a", "b"]);
    assert_eq!(windows[1].node.position(), 3, "it counts all the same");
}

#[test]
fn a_late_joiner_has_state_and_position_before_it_is_ready() {
    let mut windows = pair();
    for action in ["a", "b", "c"] {
        windows[0].dispatch(action, NOW);
    }
    run(&mut windows, NOW);
    windows.push(Window::with(3, NOW + 50.0, vec!["mine"], Options::DEFAULT));
    windows[2].dispatch("before", NOW + 51.0);
    join(&mut windows, 2, 0, NOW + 52.0);
    let effects = windows[2].node.settle_ready();
    windows[2].carry_out(effects);
    assert_eq!(windows[2].ready, 0, "not before the state has arrived");
    run(&mut windows, NOW + 52.0);
    assert_eq!(windows[2].ready, 1);
    for window in &windows {
        assert_eq!(window.state, ["a", "b", "c", "before"]);
        assert_eq!(window.node.position(), 4);
    }
}

#[test]
fn a_lone_window_is_ready_when_the_look_round_is_over() {
    let mut window = Window::new(1, NOW);
    assert!(!window.node.is_ready());
    let effects = window.node.settle_ready();
    window.carry_out(effects);
    let effects = window.node.settle_ready();
    window.carry_out(effects);
    assert_eq!(window.ready, 1);
}

#[test]
fn a_neighbour_that_goes_away_is_not_waited_for() {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW)];
    join(&mut windows, 0, 1, NOW);
    let effects = windows[0].node.settle_ready();
    windows[0].carry_out(effects);
    assert_eq!(windows[0].ready, 0);
    let effects = windows[0].node.peer_down(1, NOW);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].ready, 1);
}

#[test]
fn an_iframes_dispatch_reaches_its_siblings_once() {
    // 0 is the parent; 1, 2 and 3 hang on it.
    let mut windows: Vec<Window> = (0..4).map(|at| Window::new(at + 1, NOW + at as f64)).collect();
    for child in 1..4 {
        join(&mut windows, 0, child, NOW);
    }
    settle(&mut windows);
    run(&mut windows, NOW);
    windows[2].dispatch("once", NOW);
    run(&mut windows, NOW);
    for window in &windows {
        assert_eq!(window.state, ["once"]);
        assert_eq!(window.told, ["once"]);
    }
}

#[test]
fn what_was_dispatched_before_the_connection_arrives_with_it() {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW + 1.0)];
    windows[0].dispatch("a", NOW + 2.0);
    windows[1].dispatch("b", NOW + 3.0);
    join(&mut windows, 0, 1, NOW + 4.0);
    run(&mut windows, NOW + 4.0);
    assert_eq!(windows[0].state, ["a", "b"]);
    assert_eq!(windows[1].state, ["a", "b"]);
}

#[test]
fn an_effect_waits_for_its_cause() {
    // 0 and 2 are connected only after 2 has seen 0's action through 1.
    let mut windows: Vec<Window> = (0..3).map(|at| Window::new(at + 1, NOW + at as f64)).collect();
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 1, 2, NOW);
    join(&mut windows, 0, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows[0].dispatch("cause", NOW);
    let to_one: Vec<_> = windows[0].sent.drain(..).collect();
    let (_, cause) = to_one[0].clone();
    let effects = windows[1].node.receive(0, &[], cause.clone(), NOW);
    windows[1].carry_out(effects);
    windows[1].dispatch("effect", NOW);
    let frames: Vec<_> = windows[1].sent.drain(..).collect();
    let effect = frames
        .iter()
        .map(|(_, frame)| frame)
        .rfind(|frame| matches!(frame, LogFrame::Append(_)));
    let effects = windows[2].node.receive(1, &[], effect.unwrap().clone(), NOW);
    windows[2].carry_out(effects);
    assert!(windows[2].state.is_empty(), "the cause is missing");
    let asked = windows[2]
        .sent
        .iter()
        .any(|(to, frame)| to == &[1] && matches!(frame, LogFrame::Sync { .. }));
    assert!(asked, "and asked for, once");
    run(&mut windows, NOW);
    assert_eq!(windows[2].state, ["cause", "effect"]);
}

#[test]
fn a_lost_message_is_noticed_by_the_next_one_or_by_the_tick() {
    for tick in [false, true] {
        let mut windows = pair();
        windows[0].dispatch("lost", NOW);
        windows[0].sent.clear();
        if tick {
            let effects = windows[1].node.tick(NOW);
            windows[1].carry_out(effects);
        } else {
            windows[0].dispatch("next", NOW);
        }
        run(&mut windows, NOW);
        assert_eq!(windows[0].state, windows[1].state);
        assert_eq!(windows[1].state[0], "lost");
    }
}

#[test]
fn a_turn_travels_as_one_message() {
    let mut windows = pair();
    for action in ["a", "b", "c"] {
        let effects = windows[0].node.dispatch(action, NOW);
        windows[0].carry_out(effects);
    }
    assert!(windows[0].sent.is_empty() && windows[0].node.pending());
    let effects = windows[0].node.flush(NOW);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].sent.len(), 1);
    assert!(!windows[0].node.pending());
    run(&mut windows, NOW);
    assert_eq!(windows[1].state, ["a", "b", "c"]);
}

#[test]
fn a_remote_dispatch_is_not_sent_and_still_shared() {
    let mut windows = pair();
    let effects = windows[0].node.dispatch_remote("mock", NOW);
    windows[0].carry_out(effects);
    assert_eq!(
        (&windows[0].state[..], &windows[0].told[..]),
        (&["mock"][..], &["mock"][..])
    );
    assert!(windows[0].sent.is_empty() && !windows[0].node.pending());
    windows[0].dispatch("after", NOW);
    run(&mut windows, NOW);
    assert_eq!(windows[1].state, ["mock", "after"]);
}

fn logged(actor: u64, seq: u64, ms_from_now: f64) -> Logged<&'static str> {
    let since_2020 = NOW - 1_577_836_800_000.0 + ms_from_now;
    Logged {
        dot: Dot {
            actor: Actor::from_random(actor),
            seq,
        },
        time: Time::from_f64(since_2020 * 4096.0).unwrap(),
        deps: Vec::new(),
        action: "hostile",
    }
}

#[test]
fn bad_frames_are_refused_whole() {
    let ahead = 301_000.0;
    let initial = Logged {
        time: Time::initial(NOW),
        ..logged(9, 1, 0.0)
    };
    let cases: Vec<(&str, Vec<Logged<&'static str>>, &str)> = vec![
        (
            "a stamp from the future",
            vec![logged(9, 1, 0.0), logged(9, 2, ahead)],
            "ERR_CLOCK",
        ),
        ("no number", vec![logged(9, 0, 0.0)], "ERR_MALFORMED"),
        (
            "stamps that fall",
            vec![logged(9, 1, 5.0), logged(9, 2, 4.0)],
            "ERR_MALFORMED",
        ),
        (
            "one stamp twice",
            vec![logged(9, 1, 5.0), logged(9, 2, 5.0)],
            "ERR_MALFORMED",
        ),
        ("an initial time", vec![initial], "ERR_MALFORMED"),
        (
            "an action of mine that I never made",
            vec![logged(9, 1, 0.0), logged(2, 1, 1.0)],
            "ERR_MALFORMED",
        ),
    ];
    for (what, actions, code) in cases {
        let delta = LogFrame::Delta(LogDelta {
            vector: Default::default(),
            tip: Tip::new(NOW, Actor::from_random(1)),
            checkpoint: None,
            actions: actions.clone(),
        });
        for frame in [LogFrame::Append(actions.clone()), delta] {
            let mut windows = pair();
            windows[0].dispatch("fine", NOW);
            run(&mut windows, NOW);
            let effects = windows[1].node.receive(0, &[], frame, NOW);
            windows[1].carry_out(effects);
            assert_eq!(windows[1].refused, [code], "{what}");
            assert_eq!(windows[1].state, ["fine"], "{what}: nothing of it is applied");
        }
    }
}

#[test]
fn an_actor_whose_clock_runs_backwards_is_refused() {
    let mut windows = pair();
    for (seq, ms, refused) in [(1, 10.0, 0), (2, 5.0, 1), (2, 11.0, 1)] {
        let effects = windows[1]
            .node
            .receive(0, &[], LogFrame::Append(vec![logged(9, seq, ms)]), NOW);
        windows[1].carry_out(effects);
        assert_eq!(windows[1].refused.len(), refused, "{seq} at {ms}");
    }
    assert_eq!(windows[1].state.len(), 2);
}

#[test]
fn bad_roots_are_refused_whole() {
    let own = Actor::from_random(2);
    let root = |vector: Vec<(Actor, u64)>, ms: f64| Checkpoint {
        vector: vector.into_iter().collect(),
        last: Some(logged(9, 1, ms).stamp()),
        state: vec!["hostile"],
    };
    let winner = Tip {
        cuts: 7,
        ..Tip::new(0.0, Actor::from_random(9))
    };
    let cases = [
        (
            "actions of mine that I never made",
            root(vec![(own, 4)], 0.0),
            winner,
            "ERR_MALFORMED",
        ),
        (
            "a stamp from the future",
            root(vec![], 301_000.0),
            winner,
            "ERR_CLOCK",
        ),
        (
            "a birth that is no time",
            root(vec![], 0.0),
            Tip {
                born: f64::NAN,
                ..winner
            },
            "ERR_MALFORMED",
        ),
        (
            "more cuts than can be",
            root(vec![], 0.0),
            Tip {
                cuts: 1 << 53,
                ..winner
            },
            "ERR_MALFORMED",
        ),
    ];
    for (what, checkpoint, tip, code) in cases {
        let mut windows = pair();
        let delta = LogDelta {
            vector: checkpoint.vector.clone(),
            tip,
            checkpoint: Some(checkpoint),
            actions: Vec::new(),
        };
        let effects = windows[1].node.receive(0, &[], LogFrame::Delta(delta), NOW);
        windows[1].carry_out(effects);
        assert_eq!(windows[1].refused, [code], "{what}");
        assert!(windows[1].state.is_empty(), "{what}");
    }
}

#[test]
fn frames_of_a_stranger_are_ignored() {
    let mut windows = pair();
    let effects = windows[1]
        .node
        .receive(77, &[], LogFrame::Append(vec![logged(9, 1, 0.0)]), NOW);
    assert!(effects.is_empty());
}

#[test]
fn a_neighbour_that_claims_what_it_never_sends_is_not_asked_for_ever() {
    let mut windows = pair();
    let vector = [(Actor::from_random(99), 5)].into_iter().collect();
    let tip = windows[1].node.tip();
    let effects = windows[1]
        .node
        .receive(0, &[], LogFrame::Sync { vector, tip }, NOW);
    windows[1].carry_out(effects);
    run(&mut windows, NOW);
    assert!(windows[1].sent.is_empty());
}

/// Small, so that forgetting is reached with a handful of actions.
const LITTLE: Options = Options {
    keep: 8,
    checkpoint_every: 2,
    cut: 4,
    patience: 8,
};

fn little_pair() -> Vec<Window> {
    let mut windows = vec![
        Window::with(1, NOW, vec![], LITTLE),
        Window::with(2, NOW + 1.0, vec![], LITTLE),
    ];
    join(&mut windows, 0, 1, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
}

fn part(windows: &mut [Window], a: usize, b: usize) {
    for (from, to) in [(a, b), (b, a)] {
        windows[from].sent.clear();
        let effects = windows[from].node.peer_down(to as u32, NOW);
        windows[from].carry_out(effects);
    }
}

#[test]
fn windows_that_were_apart_merge_exactly_within_what_is_kept() {
    let mut windows = little_pair();
    windows[0].dispatch("before", NOW + 2.0);
    run(&mut windows, NOW + 2.0);
    part(&mut windows, 0, 1);
    let (a, b) = (["a1", "a2", "a3", "a4", "a5"], ["b1", "b2", "b3", "b4", "b5"]);
    for at in 0..5 {
        windows[0].dispatch(a[at], NOW + 10.0 + at as f64);
        windows[1].dispatch(b[at], NOW + 10.5 + at as f64);
    }
    join(&mut windows, 0, 1, NOW + 20.0);
    run(&mut windows, NOW + 20.0);
    for window in &windows {
        assert_eq!(
            window.state,
            [
                "before", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "a5", "b5"
            ]
        );
    }
}

#[test]
fn a_window_that_comes_back_to_a_folded_log_adds_what_it_did_alone() {
    let mut windows = little_pair();
    part(&mut windows, 0, 1);
    windows[1].dispatch("alone", NOW + 5.0);
    for at in 0..40 {
        windows[0].dispatch("many", NOW + 10.0 + f64::from(at));
    }
    assert!(
        windows[0].node.tip().cuts > 0,
        "the others have forgotten the time it was away"
    );
    join(&mut windows, 0, 1, NOW + 60.0);
    run(&mut windows, NOW + 60.0);
    assert_eq!(windows[0].state, windows[1].state);
    assert_eq!(
        windows[0]
            .state
            .iter()
            .filter(|&&action| action == "alone")
            .count(),
        1
    );
    assert_eq!(windows[0].state.len(), 41);
    let place = windows[0]
        .state
        .iter()
        .position(|&action| action == "alone")
        .unwrap();
    assert!(place > 0 && place < 40, "right after what is folded: {place}");
}

#[test]
fn what_can_no_longer_be_placed_is_issued_anew_if_nobody_was_handed_it() {
    let mut windows = little_pair();
    part(&mut windows, 0, 1);
    // Both fold what the other has never seen; 0 wins, for it has cut more often.
    for at in 0..60 {
        windows[0].dispatch("winner", NOW + 10.0 + f64::from(at));
    }
    for at in 0..20 {
        windows[1].dispatch("loser", NOW + 10.0 + f64::from(at));
    }
    windows[1].dispatch("last", NOW + 99.0);
    let actor = windows[1].node.actor();
    join(&mut windows, 0, 1, NOW + 100.0);
    run(&mut windows, NOW + 100.0);
    assert_eq!(windows[0].state, windows[1].state);
    assert_ne!(windows[1].node.actor(), actor, "under another name");
    let count = |what| windows[0].state.iter().filter(|&&action| action == what).count();
    assert_eq!((count("winner"), count("last")), (60, 1));
    let kept = count("loser");
    assert!(
        (7..20).contains(&kept),
        "what was kept one by one is there, what was folded away is not: {kept}"
    );
    // And both go on.
    windows[1].dispatch("on", NOW + 101.0);
    run(&mut windows, NOW + 101.0);
    assert_eq!(windows[0].state.last(), Some(&"on"));
}

#[test]
fn a_silent_neighbour_does_not_keep_the_log_from_forgetting() {
    let mut windows = little_pair();
    for at in 0..200 {
        windows[0].dispatch("x", NOW + f64::from(at));
        let (held, _) = windows[0].node.held();
        assert!(held <= 8 + 4 + 8, "{held}");
    }
    // It was frozen, and gets everything at once.
    run(&mut windows, NOW + 300.0);
    assert_eq!(windows[1].state.len(), 200);
    assert_eq!(windows[0].state, windows[1].state);
}

/// Keeps little, but waits for everyone.
const PATIENT: Options = Options {
    patience: 1000,
    ..LITTLE
};

fn patient(count: u64) -> Vec<Window> {
    (0..count)
        .map(|at| Window::with(at + 1, NOW + at as f64, vec![], PATIENT))
        .collect()
}

/// Takes what `from` has sent to `to` off the wire, and delivers it or not.
fn carry(windows: &mut [Window], from: usize, to: usize, deliver: bool) {
    for (mut peers, frame) in std::mem::take(&mut windows[from].sent) {
        let meant = peers.contains(&(to as u32));
        peers.retain(|&peer| peer as usize != to);
        if meant && deliver {
            let effects = windows[to]
                .node
                .receive(from as u32, &[], frame.clone(), NOW + 50.0);
            windows[to].carry_out(effects);
        }
        if !peers.is_empty() {
            windows[from].sent.push((peers, frame));
        }
    }
}

#[test]
fn who_has_not_cut_follows_who_placed_an_action_late() {
    // 2 - 0 - 1: 2 has dispatched early, and is slow.
    let mut windows = patient(3);
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 0, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW + 5.0);
    windows[2].dispatch("early", NOW + 6.0);
    for at in 0..24 {
        windows[1].dispatch("x", NOW + 10.0 + f64::from(at));
        for _ in 0..3 {
            carry(&mut windows, 1, 0, true);
            carry(&mut windows, 0, 2, false);
            carry(&mut windows, 0, 1, true);
        }
    }
    assert!(
        windows[1].node.tip().cuts > 0,
        "its only neighbour has everything"
    );
    assert_eq!(windows[0].node.tip().cuts, 0, "this one waits for 2");
    carry(&mut windows, 2, 0, true);
    for _ in 0..6 {
        carry(&mut windows, 0, 2, false);
        carry(&mut windows, 0, 1, true);
        carry(&mut windows, 1, 0, true);
    }
    assert_eq!(windows[0].state.len(), 25);
    assert_eq!(windows[0].state, windows[1].state);
}

#[test]
fn a_neighbour_that_has_seen_an_action_may_still_have_an_older_one_under_way() {
    // 0 - 1 - 2, then 0 and 2 are joined while an old action of 0 is still on the way through 1.
    let mut windows = patient(3);
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 1, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW + 5.0);
    windows[0].dispatch("old", NOW + 6.0);
    let under_way = std::mem::take(&mut windows[0].sent);
    for at in 0..14 {
        windows[2].dispatch("x", NOW + 10.0 + f64::from(at));
    }
    carry(&mut windows, 2, 1, true);
    carry(&mut windows, 1, 2, false);
    carry(&mut windows, 1, 0, true);
    carry(&mut windows, 0, 1, false);
    assert_eq!(windows[0].state.len(), 15);
    drop(under_way);
    join(&mut windows, 0, 2, NOW + 51.0);
    part(&mut windows[..], 1, 2);
    windows[0].sent.retain(|(to, _)| to == &[2]);
    assert!(windows[2].sent.is_empty());
    carry(&mut windows, 0, 2, true);
    assert_eq!(
        windows[2].node.tip().cuts,
        0,
        "0 has seen what would be cut, but 2 lacks what 0 did before"
    );
    let effects = windows[2].node.tick(NOW + 52.0);
    windows[2].carry_out(effects);
    run(&mut windows, NOW + 52.0);
    assert_eq!(windows[2].state[0], "old");
    assert_eq!(windows[0].state, windows[2].state);
    assert!(windows[2].node.tip().cuts > 0);
}

#[test]
fn who_says_what_it_has_seen_has_sent_what_it_did_before() {
    let kinds = |window: &Window| -> Vec<char> {
        let kind = |frame: &Frame| match frame {
            LogFrame::Append(_) => 'a',
            LogFrame::Sync { .. } => 's',
            LogFrame::Delta(_) => 'd',
            LogFrame::Ack { .. } => 'k',
        };
        window.sent.iter().map(|(_, frame)| kind(frame)).collect()
    };
    let unsent = || {
        let mut windows = little_pair();
        let effects = windows[0].node.dispatch("unsent", NOW);
        windows[0].carry_out(effects);
        windows
    };
    let mut windows = unsent();
    let effects = windows[0].node.tick(NOW);
    windows[0].carry_out(effects);
    assert_eq!(kinds(&windows[0]), ['a', 's']);

    let mut windows = unsent();
    windows[1].dispatch("x", NOW);
    carry(&mut windows, 1, 0, true);
    assert_eq!(kinds(&windows[0]), ['a', 'k']);

    let mut windows = unsent();
    let effects = windows[1].node.tick(NOW);
    windows[1].carry_out(effects);
    carry(&mut windows, 1, 0, true);
    assert_eq!(kinds(&windows[0]), ['a', 'd']);
}

#[test]
fn states_of_a_fold_that_was_overtaken_are_not_gone_on_from() {
    let every = Options {
        checkpoint_every: 1,
        ..Options::DEFAULT
    };
    let mut windows = vec![
        Window::with(1, NOW, vec![], every),
        Window::with(2, NOW + 1.0, vec![], every),
    ];
    join(&mut windows, 0, 1, NOW);
    run(&mut windows, NOW);
    windows[1].dispatch("early", NOW);
    windows[1].dispatch("between", NOW + 12.0);
    let (_, early) = windows[1].sent.remove(0);
    let (_, between) = windows[1].sent.remove(0);
    // The host is still busy with its own actions when the early one comes in.
    let own = [("a", NOW + 10.0), ("b", NOW + 14.0)].map(|(action, at)| windows[0].node.dispatch(action, at));
    let late = windows[0].node.receive(1, &[], early, NOW + 15.0);
    for effects in own {
        windows[0].carry_out(effects);
    }
    windows[0].carry_out(late);
    assert_eq!(windows[0].state, ["early", "a", "b"]);
    let effects = windows[0].node.receive(1, &[], between, NOW + 15.0);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].state, ["early", "a", "between", "b"]);
    assert_eq!(windows[0].told, ["a", "b", "early", "between"]);
}

#[test]
fn who_lost_what_is_folded_away_gets_the_state() {
    let mut windows = little_pair();
    for at in 0..40 {
        windows[0].dispatch("lost", NOW + f64::from(at));
        windows[0].sent.clear();
    }
    assert!(windows[0].node.tip().cuts > 0);
    windows[1].dispatch("own", NOW + 50.0);
    windows[1].sent.clear();
    let effects = windows[1].node.tick(NOW + 60.0);
    windows[1].carry_out(effects);
    run(&mut windows, NOW + 60.0);
    assert_eq!(windows[1].state.len(), 41);
    assert_eq!(windows[0].state, windows[1].state);
}

/// Order-sensitive, and how many.
type Sum = (u64, u64);

#[test]
fn a_million_actions_leave_a_short_log() {
    let mut nodes: Vec<LogNode<u32, Sum>> = (0..2)
        .map(|at| LogNode::new(Actor::from_random(at + 1), NOW, (0, 0), Options::DEFAULT))
        .collect();
    let mut states = [Sum::default(); 2];
    let mut wires: Vec<(usize, LogFrame<u32, Sum>)> = Vec::new();
    let takeovers = std::cell::Cell::new(0);
    let fold = |node: &mut LogNode<u32, Sum>,
                effects: Vec<LogEffect<u32, Sum>>,
                state: &mut Sum,
                at,
                wires: &mut Vec<_>| {
        for effect in effects {
            match effect {
                LogEffect::Fold(fold) => {
                    let (mut now, mut position) = (fold.start, fold.position);
                    for step in fold.steps {
                        now = (
                            now.0.wrapping_mul(31).wrapping_add(u64::from(step.action)),
                            now.1 + 1,
                        );
                        position += 1;
                        node.record(fold.epoch, position, now);
                    }
                    *state = now;
                    takeovers.update(|count| count + usize::from(fold.replaced && fold.position > 0));
                }
                LogEffect::Send { frame, .. } => wires.push((1 - at, frame)),
                _ => {}
            }
        }
    };
    let start = std::time::Instant::now();
    for at in 0..2 {
        let effects = nodes[at].peer_up(1 - at as u32, NOW);
        fold(&mut nodes[at], effects, &mut states[at], at, &mut wires);
    }
    let mut most = (0, 0);
    for turn in 0..1_000u32 {
        // One window dispatches much, the other little, and neither waits.
        for at in 0..2 {
            for number in 0..[990, 10][at] {
                let effects = nodes[at].dispatch(turn * 1000 + number, NOW + f64::from(turn));
                fold(&mut nodes[at], effects, &mut states[at], at, &mut wires);
            }
            let effects = nodes[at].flush(NOW);
            fold(&mut nodes[at], effects, &mut states[at], at, &mut wires);
        }
        for _ in 0..60 {
            for (to, frame) in std::mem::take(&mut wires) {
                let effects = nodes[to].receive(1 - to as u32, &[], frame, NOW + f64::from(turn));
                fold(&mut nodes[to], effects, &mut states[to], to, &mut wires);
            }
        }
        assert!(wires.is_empty(), "they never come to rest");
        for node in &nodes {
            let (actions, kept) = node.held();
            most = (most.0.max(actions), most.1.max(kept));
        }
    }
    assert_eq!(states[0], states[1]);
    assert_eq!(states[0].1, 1_000_000);
    assert_eq!(nodes[0].position(), 1_000_000);
    assert_eq!(
        takeovers.get(),
        0,
        "they cut alike: neither ever took over from the other"
    );
    assert!(most.0 < 6_000 && most.1 < 200, "{most:?}");
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    println!(
        "a million actions: at most {} actions and {} states held, {:?}",
        most.0,
        most.1,
        start.elapsed()
    );
}
