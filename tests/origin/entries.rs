//! What an entry of a list may be.

use parley_sync::core::origin::{Allowlist, BadOrigin, Origin, OriginFault, OriginFault::*, OriginPattern};

use crate::list;

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
