//! Entries and origins of any spelling: one normal form, wildcards that mean subdomains only, and a list that lets in nothing
//! that no entry of it means. (`node/origins.mjs` holds the same to the URL parser of another implementation.)

use parley_sync::core::origin::{Allowlist, Origin, OriginPattern};

use crate::choices::Choices;

const PARTS: [&str; 56] = [
    "http",
    "https",
    "HTTPS",
    "ws",
    "file",
    "null",
    "chrome-extension",
    "data",
    "a+b",
    "1x",
    ":",
    "://",
    "//",
    "/",
    ":/",
    "",
    ".",
    "..",
    "*",
    "*.",
    "**.",
    "app",
    "example",
    "App.Example",
    "app.example",
    "localhost",
    "com",
    "co.uk",
    "xn--bcher-kva",
    "b\u{fc}cher",
    "evil",
    "-",
    "_",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "1.2.3.256",
    "[::1]",
    "[::]",
    "[1:2::3]",
    "[::ffff:1.2.3.4]",
    "[",
    "]",
    ":80",
    ":443",
    ":0",
    ":65535",
    ":65536",
    ":080",
    ":8x",
    "@",
    "user@",
    "?",
    "#",
    "\\",
    "\t",
]; // prettier-ignore

fn text(choices: &mut Choices) -> String {
    let mut text = String::new();
    if !choices.once(4) {
        text.push_str(choices.pick(&["http://", "https://", "https://*.", "ws://", "app://"]));
    }
    for _ in 0..choices.below(7) {
        text.push_str(choices.pick(&PARTS));
    }
    text
}

pub fn run(choices: &mut Choices) {
    let (entry, other) = (text(choices), text(choices));
    let exact = Origin::parse_config(&entry);
    let pattern = OriginPattern::parse(&entry);
    choices.note(0, usize::from(exact.is_ok()));
    choices.note(1, usize::from(pattern.is_ok()));
    if let Ok(origin) = &exact {
        let normal = origin.as_str();
        assert_eq!(
            Origin::parse(normal).as_ref(),
            Some(origin),
            "the normal form of {entry} is one"
        );
        assert!(
            normal.is_ascii() && !normal.ends_with('/') && normal.len() < 600,
            "{normal}"
        );
        let pattern = pattern.as_ref().unwrap();
        assert!(
            pattern.matches(normal) && pattern.is_exactly(normal),
            "{entry} means itself"
        );
        assert_eq!(pattern.matches(&other), other == normal, "{entry} and {other}");
    }
    let Ok(pattern) = pattern else {
        assert!(exact.is_err(), "an origin is an entry: {entry}");
        let list = Allowlist::parse([entry.as_str()].into_iter(), None);
        assert!(list.is_err(), "a bad entry is told of: {entry}");
        return;
    };
    let list = Allowlist::parse([entry.as_str()].into_iter(), None).unwrap();
    let lets_in = |origin: &str| {
        assert_eq!(
            list.allows(origin),
            pattern.matches(origin),
            "{entry} and {origin}"
        );
        pattern.matches(origin)
    };
    let reported = Origin::parse(&other).is_some_and(|origin| origin.as_str() == other);
    assert!(
        reported || !lets_in(&other),
        "{entry} lets in {other}, which no browser reports"
    );
    for (spelling, what) in [
        (format!("{other}/"), "a slash"),
        (format!("{other}."), "a dot"),
        (format!("{other}:"), "a colon"),
        (format!(" {other}"), "a space"),
        (other.to_uppercase(), "capitals"),
    ] {
        if spelling != other && lets_in(&spelling) {
            assert!(
                Origin::parse(&spelling).is_some(),
                "{entry} lets in {spelling}: {what}"
            );
        }
    }
    if let Some((head, suffix)) = entry.strip_suffix('/').unwrap_or(&entry).split_once("*.") {
        let head = head.to_ascii_lowercase();
        let suffix = suffix.to_ascii_lowercase();
        let of =
            |host: &str| Origin::parse(&format!("{head}{host}")).map(|origin| origin.as_str().to_owned());
        let apex = of(&suffix);
        assert!(
            !apex.is_some_and(|apex| lets_in(&apex)),
            "{entry} lets in its apex"
        );
        for evil in [
            format!("evil{suffix}"),
            format!("{suffix}.evil.example"),
            format!("x.{suffix}.evil"),
        ] {
            assert!(
                !of(&evil).is_some_and(|origin| lets_in(&origin)),
                "{entry} lets in {evil}"
            );
        }
        for below in ["x", "x.y", "a-b.c"] {
            let origin = of(&format!("{below}.{suffix}"));
            assert!(
                origin.is_none_or(|origin| lets_in(&origin)),
                "{entry} keeps out {below}"
            );
        }
        choices.note(2, suffix.len());
    }
}
