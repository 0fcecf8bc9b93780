//! Any text as an entry, and any edit of one.

use parley_sync::core::origin::{Origin, OriginPattern};
use proptest::prelude::*;

use crate::list;

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
