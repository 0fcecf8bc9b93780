//! Actions, questions and answers of logs that lie, to one of two windows: they come to rest, agree, and go on.

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::log::{Checkpoint, LogContent, LogDelta, LogFrame, Logged, Tip};
use parley_sync::core::register::{Dot, Stamp};
use parley_sync::core::version::VersionVector;

use super::log_window::{Frame, LITTLE, NOW, Room, Window};
use super::may_forge;
use crate::choices::Choices;

const HONEST: usize = 2;
const SEAT: usize = 2;
const EPOCH: f64 = 1_577_836_800_000.0;
const ACTIONS: [&str; 4] = ["hostile", "clear", "throw", "other"];

fn actor(choices: &mut Choices, windows: &[Window]) -> Actor {
    match choices.below(6) {
        at @ 0..=1 if may_forge() => windows[at].node.actor(),
        2 => windows[SEAT].node.actor(),
        3 => Actor::from_f64(9_007_199_254_740_991.0).unwrap(),
        at => Actor::from_random(70 + at as u64),
    }
}

fn time(choices: &mut Choices) -> Time {
    let ahead: f64 = choices.pick(&[0.0, 1.0, -1000.0, 40.0, 299_000.0, 301_000.0, -9e11, 9e12]);
    // What is older than all that is kept comes too late to stand in its place, and where it stands then is not decided.
    let ahead = if may_forge() { ahead } else { ahead.max(0.0) };
    let at = (NOW + ahead - EPOCH) * 4096.0 + f64::from(choices.byte() % 4);
    let at = if may_forge() && choices.once(16) { -at } else { at };
    Time::from_f64(
        at.clamp(-9_007_199_254_740_991.0, 9_007_199_254_740_991.0)
            .trunc(),
    )
    .unwrap()
}

fn seq(choices: &mut Choices, windows: &[Window], actor: Actor) -> u64 {
    let known = windows[0].node.vector().get(actor);
    match choices.below(6) {
        0..=2 => known + 1 + choices.below(2) as u64,
        3 => 9_007_199_254_740_991,
        _ => choices.below(5) as u64,
    }
}

fn vector(choices: &mut Choices, windows: &[Window]) -> VersionVector {
    let mut vector = match choices.below(3) {
        0 => VersionVector::new(),
        at => windows[at - 1].node.vector().clone(),
    };
    for _ in 0..choices.below(3) {
        let actor = actor(choices, windows);
        let seq = seq(choices, windows, actor);
        vector.advance(actor, seq);
    }
    vector
}

fn tip(choices: &mut Choices, windows: &[Window]) -> Tip {
    let honest = windows[choices.below(3)].node.tip();
    match choices.below(4) {
        0 => honest,
        1 => Tip {
            cuts: honest.cuts + choices.below(3) as u64,
            ..honest
        },
        _ => Tip {
            cuts: choices.pick(&[0, 1, 2, 9_007_199_254_740_991]),
            born: choices.pick(&[0.0, NOW, -1.0, 1e300]),
            actor: actor(choices, windows),
            digest: choices.below(3) as u64,
        },
    }
}

fn actions(choices: &mut Choices, windows: &[Window]) -> Vec<Logged<&'static str>> {
    let speaker = actor(choices, windows);
    let mut first = seq(choices, windows, speaker);
    (0..choices.below(5))
        .map(|_| {
            let one = if choices.once(5) {
                actor(choices, windows)
            } else {
                speaker
            };
            let seq = first;
            first = first.saturating_add(1);
            let deps = (0..choices.below(2)).map(|_| {
                let other = actor(choices, windows);
                (other, self::seq(choices, windows, other))
            });
            Logged {
                deps: deps.collect(),
                dot: Dot { actor: one, seq },
                time: time(choices),
                action: choices.pick(&ACTIONS),
            }
        })
        .collect()
}

fn content(choices: &mut Choices) -> LogContent {
    if !choices.once(4) {
        return LogContent::default();
    }
    LogContent {
        tail: choices.pick(&[1, 9_007_199_254_740_991]),
        root: choices.pick(&[0, 1, 9_007_199_254_740_991]),
    }
}

fn frame(choices: &mut Choices, windows: &[Window]) -> Frame {
    match choices.below(6) {
        0..=2 => LogFrame::Append(actions(choices, windows)),
        3 => LogFrame::Sync {
            vector: vector(choices, windows),
            tip: tip(choices, windows),
            asker: actor(choices, windows),
            content: content(choices),
        },
        4 => {
            let checkpoint = (may_forge() && choices.once(2)).then(|| Checkpoint {
                vector: vector(choices, windows),
                last: choices.once(2).then(|| Stamp {
                    time: time(choices),
                    actor: actor(choices, windows),
                }),
                state: vec![choices.pick(&["taken", "other"])],
            });
            LogFrame::Delta(LogDelta {
                asker: actor(choices, windows),
                vector: vector(choices, windows),
                tip: tip(choices, windows),
                content: content(choices),
                checkpoint,
                actions: actions(choices, windows),
            })
        }
        _ => LogFrame::Ack {
            vector: vector(choices, windows),
        },
    }
}

fn hear(choices: &mut Choices, room: &mut Room, frame: Frame) {
    let window = &room[0];
    let (state, told, refused) = (window.state.clone(), window.told.len(), window.refused.len());
    let vector = window.node.vector().clone();
    room.hear(SEAT, 0, frame, NOW + 50.0);
    let window = &room[0];
    choices.note(0, window.refused.len() - refused);
    choices.note(1, window.told.len() - told);
    choices.note(2, window.node.vector().len());
    choices.note(3, room.sent(0).count());
    if window.refused.len() > refused {
        assert!(
            window.state == state && window.told.len() == told,
            "refused, and yet applied"
        );
        assert_eq!(*window.node.vector(), vector, "refused, and yet seen");
    }
}

fn rest(room: &mut Room) {
    room.run(NOW + 60.0);
    for round in 0..4 {
        for at in 0..HONEST {
            room.act(at, |node| node.tick(NOW + 1_000.0 * f64::from(round)));
        }
        room.run(NOW + 60.0);
    }
}

pub fn run(choices: &mut Choices) {
    let mut room = Room::with(HONEST as u64 + 1, LITTLE);
    room.join(0, 1, NOW);
    room.join(0, SEAT, NOW);
    room.settle();
    room.run(NOW);
    room.dispatch(1, "begun", NOW + 10.0);
    room.run(NOW);
    let mut steps = 0;
    while !choices.is_over() && steps < 60 {
        steps += 1;
        match choices.below(6) {
            0 => {
                let at = choices.below(HONEST);
                room.dispatch(at, "mine", NOW + 50.0);
            }
            1 => room.run(NOW + 50.0),
            _ => {
                let frame = frame(choices, &room.windows);
                hear(choices, &mut room, frame);
            }
        }
    }
    room.part(0, SEAT);
    // What was under way was lost with the wire that was cut.
    room.part(0, 1);
    room.join(0, 1, NOW + 60.0);
    rest(&mut room);
    assert_eq!(room[0].state, room[1].state, "after the attack");
    for at in 0..HONEST {
        room.dispatch(at, "after", NOW + 60.0);
        rest(&mut room);
        assert_eq!(room[0].state, room[1].state, "after the action of window {at}");
        assert_eq!(room[0].state.last(), Some(&"after"), "an action afterwards");
    }
}
