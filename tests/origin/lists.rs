//! Whom a list lets in.

use parley_sync::core::origin::{Allowlist, BadOrigin, OriginFault::*, OriginPattern};

use crate::list;

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
