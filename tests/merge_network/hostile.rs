//! Cells that nobody in their senses would write: nothing panics, nothing takes long, windows that have the same cells
//! show the same, and what is written over them shows.

use std::rc::Rc;

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::merge::{Era, Node};
use parley_sync::core::register::Stamp;

use crate::allocated::{assert_linear, total};

use super::draw::{any, change};
use super::text::Op;
use super::value::Json;
use super::{Batch, Window, same};
use parley_sync_kit::Random;

fn stamp(random: &mut Random) -> Stamp {
    let time = random.pick(&[-9e15, -1000.0, -1.0, 0.0, 1.0, 5.0, 9e15]);
    Stamp {
        time: Time::from_f64(time).unwrap(),
        actor: Actor::from_random(random.pick(&[0, 1, 10, 11, u64::MAX])),
    }
}

fn era(random: &mut Random) -> Era {
    random.percent(60).then(|| stamp(random))
}

fn node(random: &mut Random) -> Option<Node<Json>> {
    let number = random.pick(&[0.0, 1.0, -0.0, 1e308, -1e308, 5e-324, f64::NAN, f64::INFINITY]);
    let text = random.pick(&[
        "",
        "x",
        "P---------P",
        "P--------0P",
        "P--------0PP--------0P",
        "Zzzzzzzzzz",
        "\0",
    ]);
    let id = (random.below(3) as u64, random.below(3) as u64);
    Some(match random.below(15) {
        0 => return None,
        1 => Node::Leaf(any(random, 2)),
        2 => Node::Object(era(random)),
        3 => Node::Set(era(random)),
        4 => Node::Number(number, era(random)),
        5 => Node::Text(Rc::from(text), era(random)),
        6 | 7 => Node::Item(Rc::from(text)),
        8 => Node::Count(number, era(random)),
        12 | 13 => Node::Map(era(random)),
        14 => Node::Members(era(random)),
        9 | 10 => Node::List(Rc::from(random.pick(&["id", "id", "", "a"])), era(random)),
        _ => {
            let update = match random.below(3) {
                0 => Json::Null,
                1 => Json::Ops(vec![Op::Delete(id)]),
                _ => Json::Ops(vec![Op::Insert {
                    id: (9, 9),
                    behind: Some(id),
                    char: 'h',
                }]),
            };
            // The fingerprint of "x", among others.
            Node::Edits(
                update,
                random.pick(&[0.0, 6_171_003_265_794_114.0, f64::NAN]),
                era(random),
            )
        }
    })
}

fn rest(random: &mut Random) -> Rc<str> {
    let steps = [
        "",
        "",
        "/a",
        "/b",
        "/",
        "/~1",
        "/a/b",
        "/~",
        "x",
        "/a/a/a/a",
        "/~30:ksx",
        "/~30:ksx/a",
        "/~31:ksx",
        "/~30:ku",
        "/~30:isx",
        "/~30:isx/id",
        "/~30:isx/a",
        "/~30:xa:1",
        "/~31:isx",
        "/0:isx",
        "/~3",
    ];
    let details = [
        "",
        "",
        "",
        "#e0:z",
        "#e1:z",
        "#effffffff:z",
        "#e0:sx",
        "#e0:isx",
        "#e0:isx",
        "#e1:isx",
        "#e0:xa:1",
        "#e0:iz",
        "#e0:ksx",
        "#e0:ksx",
        "#e1:ksx",
        "#e0:ku",
        "#e0:kn8000000000000000",
        "#e0:b7",
        "#e1:b7",
        "#e0:u",
        "#e0:n8000000000000000",
        "#e0:n0",
        "#e0:x1",
        "#ca",
        "#cb",
        "#c1",
        "#ta:0",
        "#ta:1",
        "#tb:ffffffff",
        "#?",
        "#",
    ];
    let mut rest = String::from(random.pick(&steps));
    rest.push_str(random.pick(&details));
    Rc::from(rest)
}

#[test]
fn any_cells_end_alike() {
    let mut random = Random::new(0x686f_7374);
    for case in 0..20_000 {
        let mut cells: Batch = Vec::new();
        for _ in 0..random.below(20) {
            let (rest, stamp) = (rest(&mut random), stamp(&mut random));
            // One write has one content.
            if !cells.iter().any(|cell| cell.0 == rest && cell.2 == stamp) {
                cells.push((rest, node(&mut random), stamp));
            }
        }
        let mut windows = [Window::new(0), Window::new(1)];
        windows[0].receive(&cells);
        for cell in cells.iter().rev() {
            windows[1].receive(&vec![cell.clone()]);
            if random.percent(50) {
                windows[1].show();
            }
        }
        let [one, other] = &mut windows;
        let (shown, there) = (one.show(), other.show());
        assert!(
            same(shown.as_ref(), there.as_ref()),
            "{case}: {shown:?} {there:?} {cells:?}"
        );
        assert!(
            same(shown.as_ref(), one.afresh().as_ref()),
            "{case}: {shown:?} {cells:?}"
        );
        // Nothing is later than what lies at the end of time.
        if cells.iter().all(|cell| cell.2.time.as_f64() < 9e15) {
            one.at_least(10.0);
            for _ in 0..3 {
                let next = match one.show() {
                    Some(shown) if random.percent(60) => change(&mut random, &shown),
                    _ => any(&mut random, 3),
                };
                one.write(Some(&next));
            }
            one.write(None);
        }
    }
}

fn at(time: f64) -> Stamp {
    Stamp {
        time: Time::from_f64(time).unwrap(),
        actor: Actor::from_random(3),
    }
}

#[test]
fn many_items_in_one_place_cost_little() {
    assert_linear("items in one place", 20_000, |count| {
        total(|| {
            let mut window = Window::new(0);
            window.merged.set("", Some(Node::Object(None)), at(1.0));
            window.merged.set("/s", Some(Node::Set(None)), at(1.0));
            for item in 0..count {
                // All in the same place, the last name first.
                let name = format!("/s#e{:x}:z", count - item);
                let item = Node::Item(Rc::from("P--------0P"));
                window.merged.set(&name, Some(item), at(2.0));
            }
            let Some(Json::Object(shown)) = window.show() else {
                panic!("no object");
            };
            assert!(matches!(&shown["s"], Json::Array(items) if items.len() == count));
            window.at_least(10.0);
            window.write(Some(&super::value::object([("s", super::value::array(["x"]))])));
        })
    });
}

#[test]
fn a_name_that_is_too_deep_costs_little() {
    let mut window = Window::new(0);
    window.merged.set("", Some(Node::Object(None)), at(1.0));
    let mut cost = |steps: usize| {
        let name = "/a".repeat(steps);
        total(|| window.merged.set(&name, Some(Node::Object(None)), at(1.0)))
    };
    let (deepest, one_more, many_more) = (cost(32), cost(33), cost(1_000_000));
    assert!(
        one_more.bytes <= deepest.bytes && many_more.bytes <= one_more.bytes,
        "{deepest:?} {one_more:?} {many_more:?}"
    );
    assert!(matches!(window.show(), Some(Json::Object(_))));
}
