//! Origins as tables: what a list may hold, and whom it lets in.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::origin::{Allowlist, BadOrigin, Origin, OriginFault, OriginFault::*, OriginPattern};
use proptest::prelude::*;

#[test]
fn exact_origins_have_one_normal_form() {
    for (text, normal) in [
        ("https://app.example", "https://app.example"),
        ("HTTPS://App.Example", "https://app.example"),
        ("https://app.example:443", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("wss://app.example:443", "wss://app.example"),
        ("ws://app.example:80", "ws://app.example"),
        ("https://app.example:80", "https://app.example:80"),
        ("http://app.example:443", "http://app.example:443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:0", "http://localhost:0"),
        ("http://localhost:65535", "http://localhost:65535"),
        ("http://localhost:10", "http://localhost:10"),
        ("http://my_host", "http://my_host"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://255.255.255.255", "http://255.255.255.255"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("http://[2001:DB8:0:0:1:0:0:1]", "http://[2001:db8::1:0:0:1]"),
        ("http://[2001:db8:0:1:1:1:1:1]", "http://[2001:db8:0:1:1:1:1:1]"),
        ("http://[::]", "http://[::]"),
        ("http://[1::]", "http://[1::]"),
        ("http://[1:2:3:4:5:6:7:0]", "http://[1:2:3:4:5:6:7:0]"),
        ("http://[::ffff:1.2.3.4]:80", "http://[::ffff:102:304]"),
        (
            "chrome-extension://abcdefghijklmnop",
            "chrome-extension://abcdefghijklmnop",
        ),
        ("moz-extension://6f3b-9a", "moz-extension://6f3b-9a"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("app://obsidian.md", "app://obsidian.md"),
    ] {
        assert_eq!(
            Origin::parse(text).as_ref().map(Origin::as_str),
            Some(normal),
            "{text}"
        );
    }
}

const MALFORMED: &[(&str, OriginFault)] = &[
    ("", Empty),
    ("/", Empty),
    ("*", Wildcard),
    ("https://*", Wildcard),
    ("https://*:443", Wildcard),
    ("*://app.example", Wildcard),
    ("*.app.example", Wildcard),
    ("https://app.*", Wildcard),
    ("https://app.*.example", Wildcard),
    ("https://*.*.example", Wildcard),
    ("https://**.app.example", Wildcard),
    ("https://x*.app.example", Wildcard),
    ("https://*app.example", Wildcard),
    ("https://*.com", Wildcard),
    ("https://app.example:*", Wildcard),
    ("https://*.", Host),
    ("https://*..example", Host),
    ("https://*.app.example.", Host),
    ("http://*.0.0.1", Host),
    ("http://*.0.0x1", Host),
    ("http://*.[::1]", Host),
    ("https://*.app.example/path", Path),
    ("https://user@*.app.example", UserInfo),
    ("null", Opaque),
    ("file://", Opaque),
    ("file:///home", Opaque),
    ("FILE://host", Opaque),
    ("data:text/html,x", Opaque),
    ("javascript:alert(1)", Opaque),
    ("blob:https://app.example/1", Opaque),
    ("about:blank", Opaque),
    ("app.example", Scheme),
    ("//app.example", Scheme),
    ("https:app.example", Scheme),
    ("https:/app.example", Scheme),
    ("localhost:5173", Scheme),
    ("1http://app.example", Scheme),
    ("ht tp://app.example", Space),
    ("ht_tp://app.example", Scheme),
    ("://app.example", Scheme),
    ("https://", Scheme),
    ("https:///", Host),
    ("https://:443", Host),
    ("https://app.example/path", Path),
    ("https://app.example//", Path),
    ("https://app.example?q", Path),
    ("https://app.example#f", Path),
    ("https://app.example/?#", Path),
    ("https://user@app.example", UserInfo),
    ("https://user:pass@app.example", UserInfo),
    ("https://app.example@evil.example", UserInfo),
    ("https://app.example\\@evil.example", Space),
    (" https://app.example", Space),
    ("https://app.example ", Space),
    ("https://app.\u{a0}example", Space),
    ("https://app.example\n", Space),
    ("https://app.exa\tmple", Space),
    ("https://app.example\0", Space),
    ("https://app.example:", Port),
    ("https://app.example:0443", Port),
    ("https://app.example:+443", Port),
    ("https://app.example:65536", Port),
    ("https://app.example:99999999999", Port),
    ("https://app.example:4a", Port),
    ("https://app.example:80:80", Port),
    ("https://app..example", Host),
    ("https://.app.example", Host),
    ("https://app.example.", Host),
    ("https://b\u{fc}cher.example", Host),
    ("https://\u{430}pp.example", Host),
    ("https://app%2eexample", Host),
    ("https://app.example,https://b.example", Path),
    ("https://app.example,b.example", Host),
    ("http://127.1", Host),
    ("http://0x7f.0.0.1", Host),
    ("http://0x7f000001", Host),
    ("http://2130706433", Host),
    ("http://127.0.0.01", Host),
    ("http://127.0.0.256", Host),
    ("http://1.2.3.4.5", Host),
    ("http://[::1", Port),
    ("http://::1", Port),
    ("http://[::1]x", Host),
    ("http://x[::1]", Host),
    ("http://[::g]", Host),
    ("http://[fe80::1%25eth0]", Host),
    ("http://[127.0.0.1]", Host),
    ("http://[]", Host),
];

#[test]
fn malformed_entries_are_refused_with_their_place_and_reason() {
    for &(text, fault) in MALFORMED {
        assert_eq!(OriginPattern::parse(text).err(), Some(fault), "{text:?}");
        assert_eq!(Origin::parse(text), None, "{text:?}");
        let list = ["https://fine.example", text];
        let parsed = Allowlist::parse(list.into_iter(), Some("https://own.example"));
        assert_eq!(parsed.err(), Some(BadOrigin { index: 1, fault }), "{text:?}");
        assert!(!fault.text().is_empty());
    }
}

#[test]
fn one_trailing_slash_is_dropped_in_configuration_only() {
    assert_eq!(Origin::parse("https://app.example/"), None);
    assert_eq!(
        Origin::parse_config("https://app.example/").map(|o| o.as_str().to_owned()),
        Ok("https://app.example".into())
    );
    assert_eq!(Origin::parse_config("https://app.example//"), Err(Path));
    let list = list(&["https://app.example/", "https://*.b.example/"]);
    assert!(list.allows("https://app.example") && list.allows("https://x.b.example"));
    assert!(!list.allows("https://app.example/") && !list.allows("https://x.b.example/"));
}

fn list(entries: &[&str]) -> Allowlist {
    Allowlist::parse(entries.iter().copied(), None).unwrap()
}

#[test]
fn an_exact_entry_lets_in_no_look_alike() {
    let list = list(&["https://app.example"]);
    assert!(list.allows("https://app.example"));
    for stranger in [
        "http://app.example",
        "wss://app.example",
        "https://app.example:443",
        "https://app.example:8443",
        "https://app.example.",
        "https://app.example/",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "https://evilapp.example",
        "https://sub.app.example",
        "https://app.exampl",
        "https://app.examplee",
        "https://App.example",
        "HTTPS://app.example",
        "https://app.example ",
        " https://app.example",
        "https://app.example\0",
        "https://app.example@evil.example",
        "https://evil.example/https://app.example",
        "https://evil.example#https://app.example",
        "https://xn--pp-7kc.example",
        "https://\u{430}pp.example",
        "xhttps://app.example",
        "https:app.example",
        "app.example",
        "example",
        "null",
        "",
        "*",
        "https://",
    ] {
        assert!(!list.allows(stranger), "{stranger:?}");
    }
}

#[test]
fn a_pattern_lets_in_any_depth_of_subdomain_and_never_the_apex() {
    let list = list(&[
        "https://*.app.example",
        "http://*.localhost:8080",
        "HTTPS://*.Upper.Example:443",
    ]);
    for friend in [
        "https://a.app.example",
        "https://a.b.c.app.example",
        "https://xn--bcher-kva.app.example",
        "https://a_b.app.example",
        "https://1.app.example",
        "http://x.localhost:8080",
        "http://x.y.localhost:8080",
        "https://a.upper.example",
    ] {
        assert!(list.allows(friend), "{friend:?}");
    }
    for stranger in [
        "https://app.example",
        "https://.app.example",
        "https://..app.example",
        "https://a..app.example",
        "https://.a.app.example",
        "https://*.app.example",
        "https://evilapp.example",
        "https://evil-app.example",
        "https://a.app.example.evil.example",
        "https://a.app.example.",
        "https://a.app.example:443",
        "https://a.app.example:8443",
        "http://a.app.example",
        "wss://a.app.example",
        "https://A.app.example",
        "https://a.App.example",
        "https://evil.example/.app.example",
        "https://evil.example?.app.example",
        "https://evil.example#.app.example",
        "https://evil.example:80.app.example",
        "https://user@x.app.example",
        "https://evil.example\\.app.example",
        "https://a b.app.example",
        "https://a%2e.app.example",
        "https://\u{e9}.app.example",
        "https://[::1].app.example",
        "http://localhost:8080",
        "http://x.localhost",
        "http://x.localhost:80800",
        "http://x.localhost:18080",
        "https://x.localhost:8080",
    ] {
        assert!(!list.allows(stranger), "{stranger:?}");
    }
}

#[test]
fn any_port_of_this_machine_may_be_meant_and_no_other_host() {
    let list = list(&[
        "http://localhost:*",
        "https://[0:0:0:0:0:0:0:1]:*",
        "HTTP://127.0.0.1:*/",
    ]);
    for friend in [
        "http://localhost",
        "http://localhost:1",
        "http://localhost:5173",
        "http://localhost:65535",
        "https://[::1]",
        "https://[::1]:3000",
        "http://127.0.0.1:8080",
    ] {
        assert!(list.allows(friend), "{friend:?}");
    }
    for stranger in [
        "https://localhost:5173",
        "https://127.0.0.1:8080",
        "http://[::1]:3000",
        "http://localhost:",
        "http://localhost:80",
        "http://localhost:080",
        "http://localhost:65536",
        "http://localhost:5173/",
        "http://localhost:5173.evil.example",
        "http://localhost.evil.example:5173",
        "http://localhost.:5173",
        "http://x.localhost:5173",
        "http://localhost:5173@evil.example",
        "http://localhost@evil.example:5173",
        "http://Localhost:5173",
        "http://127.0.0.2:8080",
        "http://127.1:8080",
        "ws://localhost:5173",
        "null",
    ] {
        assert!(!list.allows(stranger), "{stranger:?}");
    }
    for refused in [
        "https://app.example:*",
        "http://192.168.1.2:*",
        "http://*.localhost:*",
        "http://localhost.example:*",
        "ws://localhost:*",
        "http://*:*",
    ] {
        assert_eq!(OriginPattern::parse(refused), Err(Wildcard), "{refused:?}");
    }
    let pattern = |text| OriginPattern::parse(text).unwrap();
    let any = pattern("http://localhost:*");
    assert!(any.covers(&pattern("http://localhost:5173")) && any.covers(&any));
    assert!(!any.covers(&pattern("https://localhost:5173")) && !any.covers(&pattern("http://127.0.0.1:*")));
    assert!(!pattern("http://localhost:5173").covers(&any) && !pattern("http://*.localhost").covers(&any));
    assert!(pattern("http://localhost:1").exactness() > any.exactness());
}

#[test]
fn ip_addresses_are_compared_as_the_browser_writes_them() {
    let list = list(&["http://[0:0:0:0:0:0:0:1]:3000", "http://127.0.0.1"]);
    assert!(list.allows("http://[::1]:3000") && list.allows("http://127.0.0.1"));
    for stranger in [
        "http://[0:0:0:0:0:0:0:1]:3000",
        "http://[::1]",
        "http://[::2]:3000",
        "http://127.1",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.10",
        "http://localhost",
    ] {
        assert!(!list.allows(stranger), "{stranger:?}");
    }
}

#[test]
fn opaque_origins_match_nothing_not_even_themselves() {
    for own in ["null", "file://", "data:", ""] {
        for list in [Allowlist::own_only(Some(own)), Allowlist::own_only(None)] {
            for origin in ["null", "", "file://", "data:", own] {
                assert!(!list.allows(origin), "own {own:?}, {origin:?}");
            }
        }
    }
    for own in ["null", "file://"] {
        let list = Allowlist::parse([own, "https://app.example"].into_iter(), Some(own)).unwrap();
        assert!(!list.allows(own) && list.allows("https://app.example"));
        let stranger = Allowlist::parse([own].into_iter(), Some("https://app.example"));
        assert_eq!(
            stranger.err(),
            Some(BadOrigin {
                index: 0,
                fault: Opaque
            })
        );
    }
}

#[test]
fn the_own_origin_is_taken_as_the_browser_reports_it() {
    let own = "https://app.example.";
    assert!(Allowlist::own_only(Some(own)).allows(own));
    let list = Allowlist::parse([own].into_iter(), Some(own)).unwrap();
    assert!(list.allows(own) && !list.allows("https://app.example"));
    assert!(!Allowlist::own_only(Some("https://app.example")).allows("https://app.example."));
    let nobody = Allowlist::parse([].into_iter(), Some(own)).unwrap();
    assert!(!nobody.allows(own), "an empty list lets nobody in");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_any_text_ends_and_a_normal_form_is_its_own(text in ".{0,60}") {
        let _ = OriginPattern::parse(&text);
        if let Some(origin) = Origin::parse(&text) {
            let again = Origin::parse(origin.as_str());
            prop_assert_eq!(again.as_ref(), Some(&origin));
        }
    }

    #[test]
    fn an_exact_entry_lets_in_its_normal_form_and_no_edit_of_it(
        host in "[a-z]{1,5}(\\.[a-z][a-z0-9-]{0,5}){0,3}",
        port in proptest::option::of(1u16..),
        at in any::<proptest::sample::Index>(),
        edit in any::<char>(),
    ) {
        let mut text = format!("https://{host}");
        if let Some(port) = port.filter(|&port| port != 443) {
            text.push_str(&format!(":{port}"));
        }
        let list = list(&[&text]);
        prop_assert!(list.allows(&text));
        let mut edited: Vec<char> = text.chars().collect();
        let place = at.index(edited.len());
        edited[place] = edit;
        let edited: String = edited.into_iter().collect();
        prop_assert_eq!(list.allows(&edited), edited == text);
    }

    #[test]
    fn a_pattern_lets_in_exactly_the_hosts_below_it(
        below in "[a-zA-Z.:/@*-]{0,6}",
        glue in "[.a-]?",
        suffix in "(app\\.example|b\\.example|example)",
    ) {
        let list = list(&["https://*.app.example"]);
        let labels = below.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        let expected = labels && glue == "." && suffix == "app.example";
        let origin = format!("https://{below}{glue}{suffix}");
        // Glue that ends a label of `below` and so on is covered by spelling the expectation as text once more.
        let spelled = origin.strip_prefix("https://").and_then(|h| h.strip_suffix(".app.example")).is_some_and(|h| {
            h.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        });
        prop_assert!(!expected || spelled);
        prop_assert_eq!(list.allows(&origin), spelled, "{}", origin);
    }
}
