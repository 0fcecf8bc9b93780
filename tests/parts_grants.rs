//! Grants: exact names, the two wildcards, and nothing in between.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::grants::{BadEntry, BadGrant, GrantList, Grants, OriginGrants};
use parley_sync::core::origin::Allowlist;

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

fn state(read: Option<&[&str]>, write: Option<&[&str]>) -> Grants {
    Grants::parse(read.map(owned).as_deref(), write.map(owned).as_deref(), None).unwrap()
}

#[test]
fn a_state_is_shared_if_all_of_it_may_be_read_and_written() {
    for (read, write, shares) in [
        (None, None, true),
        (Some(&["cart.*"][..]), Some(&["cart.*"][..]), true),
        (Some(&["cart.*"]), None, true),
        (None, Some(&["cart.*"]), true),
        (Some(&["cart.*"]), Some(&[]), false),
        (Some(&["cart.items"]), Some(&["cart.*"]), false),
        (Some(&["cart.*"]), Some(&["cart.items"]), false),
        (Some(&["other.*"]), Some(&["other.*"]), false),
        (Some(&[]), Some(&[]), false),
    ] {
        assert_eq!(state(read, write).may_share("cart"), shares, "{read:?} {write:?}");
    }
}

#[test]
fn a_list_of_keys_restricts_and_an_entry_touches_its_state() {
    for (read, write, restricts, touches) in [
        (None, None, false, true),
        (Some(&[][..]), Some(&[][..]), true, false),
        (Some(&["cart.*"]), Some(&["cart.*"]), true, true),
        (Some(&["cart.x"]), Some(&[]), true, true),
        (Some(&[]), Some(&["cart.x"]), true, true),
        (Some(&["other.*", "car.x"]), Some(&["carts.x"]), true, false),
        (None, Some(&[]), true, true),
    ] {
        let grants = state(read, write);
        assert_eq!(grants.restricts(), restricts, "{read:?} {write:?}");
        assert_eq!(grants.touches("cart"), touches, "{read:?} {write:?}");
    }
    let words = Grants::parse(None, None, Some(&owned(&["chat"]))).unwrap();
    assert!(!words.restricts(), "messages are no business of states");
}

#[test]
fn two_grants_allow_what_both_allow() {
    let names = ["a", "b"];
    let keys = ["x", "y"];
    let types = ["chat", "chat:a", "chat:a:b", "other"];
    let lists: [Option<&[&str]>; 6] = [
        None,
        Some(&[]),
        Some(&["a.*"]),
        Some(&["a.x", "b.*"]),
        Some(&["a.x", "a.y"]),
        Some(&["b.y"]),
    ];
    let kinds: [Option<&[&str]>; 6] = [
        None,
        Some(&[]),
        Some(&["chat:*"]),
        Some(&["chat", "chat:a:*"]),
        Some(&["chat:a"]),
        Some(&["chat:*", "other"]),
    ];
    let all: Vec<Grants> = (0..36)
        .map(|i| {
            let (keys, types) = (lists[i % 6].map(owned), kinds[i / 6].map(owned));
            Grants::parse(
                keys.as_deref(),
                lists[(i + 2) % 6].map(owned).as_deref(),
                types.as_deref(),
            )
            .unwrap()
        })
        .collect();
    for one in &all {
        for two in &all {
            let both = one.and(two);
            for name in names {
                for key in keys {
                    assert_eq!(
                        both.may_read(name, key),
                        one.may_read(name, key) && two.may_read(name, key)
                    );
                    assert_eq!(
                        both.may_write(name, key),
                        one.may_write(name, key) && two.may_write(name, key)
                    );
                }
            }
            for kind in types {
                assert_eq!(
                    both.may_send(kind),
                    one.may_send(kind) && two.may_send(kind),
                    "{one:?} {two:?} {kind}"
                );
            }
        }
    }
}

fn allowed(entries: &[&str]) -> Allowlist {
    Allowlist::parse(entries.iter().copied(), Some("https://own.example")).unwrap()
}

#[test]
fn an_origin_is_held_to_the_entry_that_says_most_of_it() {
    let allowed = allowed(&["https://*.app.example", "https://b.example"]);
    let mut by_origin = OriginGrants::default();
    by_origin
        .add("https://*.app.example", messages(&["wide"]), &allowed)
        .unwrap();
    by_origin
        .add("https://shop.app.example", messages(&["exact"]), &allowed)
        .unwrap();
    by_origin
        .add("https://*.deep.app.example/", messages(&["deep"]), &allowed)
        .unwrap();
    for (origin, kind) in [
        ("https://x.app.example", Some("wide")),
        ("https://shop.app.example", Some("exact")),
        ("https://a.deep.app.example", Some("deep")),
        ("https://deep.app.example", Some("wide")),
        ("https://b.example", None),
        ("https://own.example", None),
        ("null", None),
        ("", None),
    ] {
        let grants = by_origin.of(origin);
        assert_eq!(grants.is_some(), kind.is_some(), "{origin}");
        if let (Some(grants), Some(kind)) = (grants, kind) {
            assert!(grants.may_send(kind), "{origin}");
        }
    }
}

#[test]
fn a_grant_for_who_is_not_let_in_is_a_slip() {
    let allowed = allowed(&["https://*.app.example", "https://b.example"]);
    for (origin, fits) in [
        ("https://b.example", true),
        ("HTTPS://B.example:443/", true),
        ("https://x.app.example", true),
        ("https://*.app.example", true),
        ("https://*.deep.app.example", true),
        ("https://app.example", false),
        ("https://*.example.com", false),
        ("https://*.b.example", false),
        ("http://*.app.example", false),
        ("https://*.notapp.example", false),
        ("https://c.example", false),
        ("https://own.example", false),
    ] {
        let added = OriginGrants::default().add(origin, Grants::nothing(), &allowed);
        assert_eq!(
            added,
            if fits { Ok(()) } else { Err(BadEntry::NotAllowed) },
            "{origin}"
        );
    }
    for origin in ["null", "", "*", "example", "https://b.example/path"] {
        let added = OriginGrants::default().add(origin, Grants::nothing(), &allowed);
        assert!(matches!(added, Err(BadEntry::Origin(_))), "{origin}");
    }
    let own = Allowlist::own_only(Some("https://own.example"));
    assert_eq!(
        OriginGrants::default().add("https://own.example", Grants::nothing(), &own),
        Ok(())
    );
}

#[test]
fn what_a_peer_may_relay_is_nothing_unless_listed() {
    let relayed = |list: &[&str]| Grants::default().with_relayed(Some(&owned(list)));
    assert!(!Grants::default().may_relay("ui:a"));
    assert!(!Grants::nothing().may_relay("ui:a") && !messages(&["ui:*"]).may_relay("ui:a"));
    assert!(!relayed(&[]).unwrap().may_relay("ui:a"));
    let grants = relayed(&["ui:*", "log"]).unwrap();
    assert!(grants.may_relay("ui:a") && grants.may_relay("log"));
    assert!(!grants.may_relay("ui:") && !grants.may_relay("logs"));
    // It says nothing of what the peer may send by itself, nor of its states.
    assert!(grants.may_send("other") && !grants.restricts());
    let bad = BadGrant {
        list: GrantList::Relayed,
        index: 1,
    };
    assert_eq!(relayed(&["log", "*"]), Err(bad));
    assert!(!grants.without_relayed().may_relay("log"));
    // Of two grants: what both list.
    let both = grants.and(&relayed(&["ui:a"]).unwrap());
    assert!(both.may_relay("ui:a") && !both.may_relay("ui:b") && !both.may_relay("log"));
    assert!(!grants.and(&Grants::default()).may_relay("log"));
}
