//! Grants: exact names, the two wildcards, and nothing in between.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::grants::{BadGrant, GrantList, Grants};

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|&entry| entry.to_owned()).collect()
}

fn read(list: &[&str]) -> Grants {
    Grants::parse(Some(&owned(list)), None, None).unwrap()
}

fn messages(list: &[&str]) -> Grants {
    Grants::parse(None, None, Some(&owned(list))).unwrap()
}

#[test]
fn absent_is_all_and_empty_is_nothing() {
    let all = Grants::parse(None, None, None).unwrap();
    assert!(all.may_read("state", "x") && all.may_write("state", "x") && all.may_send("chat"));
    assert!(all.may_read_all("state") && all.may_write_all("state"));
    let nothing = Grants::parse(Some(&[]), Some(&[]), Some(&[])).unwrap();
    assert_eq!(nothing, Grants::nothing());
    assert!(!nothing.may_read("state", "x") && !nothing.may_write("state", "x") && !nothing.may_send("chat"));
    assert!(!nothing.may_read_all("state") && !nothing.may_write_all("state"));
}

#[test]
fn the_three_lists_do_not_stand_in_for_each_other() {
    let grants = Grants::parse(
        Some(&owned(&["a.x"])),
        Some(&owned(&["a.y"])),
        Some(&owned(&["m"])),
    )
    .unwrap();
    assert!(grants.may_read("a", "x") && !grants.may_read("a", "y"));
    assert!(grants.may_write("a", "y") && !grants.may_write("a", "x"));
    assert!(grants.may_send("m") && !grants.may_send("a.x"));
}

#[test]
fn keys_match_exactly_or_by_the_whole_state() {
    let grants = read(&["cart.items", "prefs.*", "a.b.c"]);
    for (name, key, expected) in [
        ("cart", "items", true),
        ("cart", "item", false),
        ("cart", "itemss", false),
        ("cart", "Items", false),
        ("cart", "items.0", false),
        ("cart", "", false),
        ("cart", "*", false),
        ("car", "t.items", false),
        ("", "cart.items", false),
        ("cart.items", "", false),
        ("prefs", "theme", true),
        ("prefs", "", true),
        ("prefs", "__proto__", true),
        ("prefs2", "theme", false),
        ("prefs.x", "theme", false),
        ("a", "b.c", true),
        ("a.b", "c", false),
        ("__proto__", "x", false),
        ("constructor", "name", false),
        ("cart", "__proto__", false),
        ("cart", "constructor", false),
        ("cart", "hasOwnProperty", false),
    ] {
        assert_eq!(grants.may_read(name, key), expected, "{name:?}.{key:?}");
    }
    assert!(grants.may_read_all("prefs") && !grants.may_read_all("cart"));
    assert!(grants.may_write("cart", "secret"), "no write list: all");
}

#[test]
fn types_match_exactly_or_by_a_prefix_with_its_colon() {
    let grants = messages(&["ping", "chat:*", "a:b", "constructor"]);
    for (kind, expected) in [
        ("ping", true),
        ("pings", false),
        ("Ping", false),
        ("ping:x", false),
        ("chat:send", true),
        ("chat:room:1", true),
        ("chat:", false),
        ("chat", false),
        ("chatter:x", false),
        ("xchat:send", false),
        ("a:b", true),
        ("a:bc", false),
        ("constructor", true),
        ("__proto__", false),
        ("", false),
        ("*", false),
    ] {
        assert_eq!(grants.may_send(kind), expected, "{kind:?}");
    }
}

#[test]
fn a_slip_of_the_pen_is_an_error_with_its_place() {
    for bad in [
        "",
        "cart",
        "cart.",
        ".items",
        ".*",
        "*",
        "*.items",
        "*.*",
        "cart.it*",
        "cart.**",
        "ca*t.items",
    ] {
        let list = owned(&["fine.key", bad]);
        let fault = Grants::parse(Some(&list), None, None).err();
        assert_eq!(
            fault,
            Some(BadGrant {
                list: GrantList::Read,
                index: 1
            }),
            "{bad:?}"
        );
        let fault = Grants::parse(None, Some(&list), None).err();
        assert_eq!(
            fault,
            Some(BadGrant {
                list: GrantList::Write,
                index: 1
            }),
            "{bad:?}"
        );
    }
    for bad in ["", "*", ":*", "chat*", "ch*t", "chat:**", "*:x", "chat:*:x"] {
        let fault = Grants::parse(None, None, Some(&owned(&[bad]))).err();
        assert_eq!(
            fault,
            Some(BadGrant {
                list: GrantList::Messages,
                index: 0
            }),
            "{bad:?}"
        );
        assert!(fault.unwrap().text().contains("messages"));
    }
}
