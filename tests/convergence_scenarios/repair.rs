//! Writes that come by others, late, or not at all the first time.

use crate::room::Room;

#[test]
fn siblings_hear_of_each_other_through_the_parent_once() {
    let mut room = Room::with(4);
    for child in 1..4 {
        room.connect(0, child);
    }
    room.deliver_all();
    room.recount();
    room.set(1, "x", "one");
    room.deliver_all();
    room.agree(&[("x", "one")]);
    assert_eq!(room.calls, [1; 4]);
    assert_eq!(room.batches, 3, "one frame a wire, none back");
    assert_eq!((room.syncs, room.deltas), (0, 0));
}

#[test]
fn a_tab_reaches_an_iframe_of_another_tab() {
    let mut room = Room::with(3);
    room.connect(0, 1);
    room.connect(1, 2);
    room.deliver_all();
    room.set(0, "x", "one");
    room.set(2, "y", "two");
    room.deliver_all();
    room.agree(&[("x", "one"), ("y", "two")]);
    assert_eq!(room.calls, [2; 3]);
}

#[test]
fn writes_before_the_connection_or_while_apart_arrive() {
    let mut room = Room::with(2);
    room.set(0, "before", "a");
    room.connect_all();
    room.agree(&[("before", "a")]);
    room.disconnect(0, 1);
    room.set(0, "apart", "b");
    room.set(1, "apart", "c");
    room.write(1, &[("before", None)]);
    room.flush(1);
    room.connect_all();
    room.agree(&[("apart", "c")]);
}

#[test]
fn a_lost_message_is_noticed_at_the_next_one_and_repaired() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "a", "1");
    room.lose(0, 1).unwrap();
    room.set(0, "b", "2");
    room.deliver_all();
    room.agree(&[("a", "1"), ("b", "2")]);
    assert_eq!(
        room.calls,
        [2, 1],
        "both at once: the second never without the first"
    );
}

#[test]
fn a_message_that_overtakes_the_repair_is_asked_for_again() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "a", "1");
    room.lose(0, 1).unwrap();
    room.set(0, "b", "2");
    room.deliver(0, 1);
    // The question is there, the answer on its way.
    room.deliver(1, 0);
    let repair = room.lose(0, 1).unwrap();
    room.set(0, "c", "3");
    room.deliver(0, 1);
    room.inject(0, 1, repair);
    room.deliver_all();
    room.agree(&[("a", "1"), ("b", "2"), ("c", "3")]);
}

#[test]
fn a_lost_last_message_is_repaired_by_a_tick_of_either() {
    for ticking in [0, 1] {
        let mut room = Room::with(2);
        room.connect_all();
        room.set(0, "a", "1");
        room.lose(0, 1).unwrap();
        room.tick(ticking);
        room.deliver_all();
        room.agree(&[("a", "1")]);
    }
}

#[test]
fn an_effect_is_not_shown_before_its_cause() {
    // A tells B and C; B, having heard, writes; C hears B before A, and what B passed on is lost.
    let mut room = Room::with(3);
    room.connect_all();
    room.set(0, "cause", "a");
    room.deliver(0, 1);
    room.lose(1, 2).unwrap();
    room.set(1, "effect", "b");
    room.deliver(1, 2);
    assert_eq!(room.state(2), [], "the effect waits for its cause");
    room.deliver_all();
    room.agree(&[("cause", "a"), ("effect", "b")]);
    assert_eq!(room.calls[..2], [2, 2]);
}
