//! Changes taken out again, by name.

use parley_sync::core::merge::unapply;

use super::same;
use super::value::{Json, array, object};

#[test]
fn what_others_did_since_is_kept() {
    let none = || None::<Json>;
    let fields = |fields: &[(&str, f64)]| {
        let fields = fields
            .iter()
            .map(|(name, number)| (String::from(*name), Json::from(*number)));
        Some(Json::Object(fields.collect()))
    };
    let list = |text: &str| {
        let items: Vec<Json> = text.split_terminator(' ').map(Json::from).collect();
        Some(Json::Array(items))
    };
    let text = |text: &str| Some(Json::from(text));
    let number = |number: f64| Some(Json::from(number));
    // Old, new, what is there now, what is left.
    let cases = [
        (number(1.0), number(3.0), number(3.0), number(1.0)),
        (number(1.0), number(3.0), number(7.0), number(5.0)),
        (none(), number(1.0), number(3.0), number(2.0)),
        (none(), number(1.0), number(1.0), none()),
        (number(1.0), none(), none(), number(1.0)),
        (number(1.0), none(), number(5.0), number(5.0)),
        (number(1.0), number(2.0), none(), none()),
        (number(1.0), text("a"), number(4.0), number(4.0)),
        (
            text("the fox"),
            text("the red fox"),
            text("the red fox ran"),
            text("the fox ran"),
        ),
        (
            text("the red fox"),
            text("the fox"),
            text("the fox ran"),
            text("the red fox ran"),
        ),
        (text("ab"), text("aXYb"), text("aX-Yb"), text("a-b")),
        (
            text("dark"),
            text("light"),
            text("night fell"),
            text("night fell"),
        ),
        (none(), text("mine"), text("mine, yours"), text(", yours")),
        (none(), list("a b"), list("a b c"), list("c")),
        (list("a b c"), list("a c"), list("x a c"), list("x a b c")),
        (list("a b c"), list("c a b"), list("c a b d"), list("a b c d")),
        (list("a b c"), list("c a b"), list("a b"), list("a b")),
        (list("a"), list(""), list("a"), list("a")),
        (list("a a b"), list("a b"), list("a b c"), list("a a b c")),
        (list("a"), none(), list("b"), list("a b")),
        (
            fields(&[("x", 1.0)]),
            fields(&[("x", 2.0)]),
            fields(&[("x", 5.0), ("y", 0.0)]),
            fields(&[("x", 4.0), ("y", 0.0)]),
        ),
        (
            none(),
            fields(&[("x", 1.0)]),
            fields(&[("x", 1.0), ("y", 0.0)]),
            fields(&[("y", 0.0)]),
        ),
        (none(), fields(&[("x", 1.0)]), fields(&[("x", 1.0)]), none()),
        (
            fields(&[("x", 1.0), ("y", 2.0)]),
            none(),
            fields(&[("x", 9.0)]),
            fields(&[("x", 9.0), ("y", 2.0)]),
        ),
        (number(5.0), fields(&[("x", 1.0)]), fields(&[]), number(5.0)),
        (fields(&[]), fields(&[("x", 1.0)]), fields(&[]), fields(&[])),
        (
            Some(Json::Null),
            Some(Json::Bool(true)),
            Some(Json::Bool(false)),
            Some(Json::Bool(false)),
        ),
    ];
    for (old, new, now, left) in cases {
        let found = unapply(now.as_ref(), old.as_ref(), new.as_ref(), "id");
        assert!(
            same(found.as_ref(), left.as_ref()),
            "{old:?} to {new:?}, then {now:?}: {found:?}, not {left:?}"
        );
        let back = unapply(new.as_ref(), old.as_ref(), new.as_ref(), "id");
        assert!(same(back.as_ref(), old.as_ref()), "{old:?} to {new:?}");
        let nothing = unapply(now.as_ref(), old.as_ref(), old.as_ref(), "id");
        assert!(same(nothing.as_ref(), now.as_ref()), "{now:?}");
    }
}

#[test]
fn it_goes_as_deep_as_values_are_merged() {
    let nest = |inner: Json, depth: usize| (0..depth).fold(inner, |inner, _| object([("in", inner)]));
    for depth in [1, 31, 32, 40, 500] {
        let one = |items: Json| nest(items, depth);
        let (old, new, now) = (
            one(array(["a"])),
            one(array(["a", "b"])),
            one(array(["a", "b", "c"])),
        );
        let left = unapply(Some(&now), Some(&old), Some(&new), "id");
        // What lies deeper is one value, which others have replaced.
        let expected = if depth <= 32 { one(array(["a", "c"])) } else { now };
        assert!(left == Some(expected), "{depth}");
    }
}
