//! Nothing that one window does is lost to what others do at the same time: rounds of changes that nobody else knows of,
//! then everyone hears of everything, against what must come out.

use std::collections::{BTreeMap, BTreeSet};

use parley_sync::core::merge::unapply;

use super::rounds::all_hear;
use super::value::{Json, object};
use super::{Batch, Window};
use parley_sync_kit::Random;

/// The merged value, in a form that is easily changed.
#[derive(Clone)]
struct State {
    number: f64,
    items: Vec<String>,
    text: Vec<char>,
    fields: BTreeMap<String, Json>,
}

impl State {
    fn start() -> Self {
        Self {
            number: 0.25,
            items: ["i0", "i1", "i2", "i3"].map(String::from).into(),
            text: ('\u{4e00}'..'\u{4e14}').collect(),
            fields: BTreeMap::new(),
        }
    }

    fn json(&self) -> Json {
        object([
            ("number", self.number.into()),
            (
                "items",
                Json::Array(self.items.iter().map(|item| item.as_str().into()).collect()),
            ),
            ("deep", object([("text", Json::Text(self.text.iter().collect()))])),
            ("fields", Json::Object(self.fields.clone())),
        ])
    }

    fn of(json: &Json) -> Option<Self> {
        let Json::Object(all) = json else {
            return None;
        };
        let (Json::Number(number), Json::Array(items)) = (&all["number"], &all["items"]) else {
            return None;
        };
        let (Json::Object(deep), Json::Object(fields)) = (&all["deep"], &all["fields"]) else {
            return None;
        };
        let text = |json: &Json| match json {
            Json::Text(text) => Some(text.clone()),
            _ => None,
        };
        Some(Self {
            number: *number,
            items: items.iter().map(text).collect::<Option<_>>()?,
            text: text(&deep["text"])?.chars().collect(),
            fields: fields.clone(),
        })
    }
}

/// What one round did, all windows together.
#[derive(Default)]
struct Round {
    added: f64,
    new: u32,
    items_gone: BTreeSet<String>,
    items_new: BTreeSet<String>,
    chars_gone: BTreeSet<char>,
    chars_new: BTreeSet<char>,
    fields: BTreeMap<String, Option<Json>>,
}

impl Round {
    /// A change that no other window makes in this round.
    fn change(
        &mut self,
        random: &mut Random,
        state: &mut State,
        (at, windows): (usize, usize),
        start: &State,
    ) {
        match random.below(6) {
            0 => {
                let by = random.pick(&[1.0, -3.0, 0.5]);
                state.number += by;
                self.added += by;
            }
            1 => {
                self.new += 1;
                let item = format!("n{}", self.new);
                state
                    .items
                    .insert(random.below(state.items.len() + 1), item.clone());
                self.items_new.insert(item);
            }
            2 => {
                self.new += 1;
                let char = char::from_u32(0x5000 + self.new).unwrap();
                state.text.insert(random.below(state.text.len() + 1), char);
                self.chars_new.insert(char);
            }
            3 => {
                let mine = start
                    .items
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| place % windows == at);
                let mine: Vec<&String> = mine.map(|(_, item)| item).collect();
                if let Some(item) = mine.get(random.below(mine.len().max(4))) {
                    state.items.retain(|other| other != *item);
                    self.items_gone.insert((*item).clone());
                }
            }
            4 => {
                let mine = start
                    .text
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| place % windows == at);
                let mine: Vec<&char> = mine.map(|(_, char)| char).collect();
                if let Some(char) = mine.get(random.below(mine.len().max(12))) {
                    state.text.retain(|other| other != *char);
                    self.chars_gone.insert(**char);
                }
            }
            _ => {
                let name = format!("f{at}{}", random.below(2));
                let value = random.percent(70).then(|| super::draw::any(random, 2));
                match &value {
                    Some(value) => state.fields.insert(name.clone(), value.clone()),
                    None => state.fields.remove(&name),
                };
                self.fields.insert(name, value);
            }
        }
    }
}

/// Whether `all` has the ones of `some` that it has in their order.
fn keeps_order<T: Ord>(all: &[T], some: &[T]) -> bool {
    let known: BTreeSet<&T> = some.iter().collect();
    let there: BTreeSet<&T> = all.iter().collect();
    let ours = some.iter().filter(|one| there.contains(one));
    all.iter().filter(|one| known.contains(one)).eq(ours)
}

fn set<T: Ord + Clone>(list: &[T]) -> BTreeSet<T> {
    let set: BTreeSet<T> = list.iter().cloned().collect();
    assert_eq!(set.len(), list.len(), "something is there twice");
    set
}

fn play(seed: u64, shipped: bool) {
    let mut random = Random::new(seed);
    let count = random.between(2, 4) as usize;
    let mut start = State::start();
    let mut windows: Vec<Window> = (0..count as u64)
        .map(|id| Window::starting(id, &start.json()))
        .collect();
    for window in &mut windows {
        window.engine = random.percent(60);
        window.shipped = shipped;
    }
    let mut names = 0;
    for _ in 0..random.between(1, 4) {
        let mut rounds: Vec<Round> = Vec::new();
        let mut sent: Vec<Vec<Batch>> = Vec::new();
        let mut views = Vec::new();
        for (at, window) in windows.iter_mut().enumerate() {
            window.at_least(random.below(1000) as f64);
            let mut round = Round {
                new: names,
                ..Round::default()
            };
            let mut state = start.clone();
            let mut batches = Vec::new();
            for _ in 0..random.below(6) {
                round.change(&mut random, &mut state, (at, count), &start);
                batches.push(window.write(Some(&state.json())));
            }
            if !window.engine {
                batches.push(window.load());
            }
            names = round.new;
            rounds.push(round);
            sent.push(batches);
            views.push(state);
        }
        let shown = all_hear(&mut windows, &sent, &mut random);
        let all: Vec<&Round> = rounds.iter().collect();
        let others: Vec<&State> = views.iter().collect();
        let merged = State::of(&shown).expect("the kinds are as they were");
        check(&start, &all, &others, &merged);
        // And without what one of them did.
        let undone = random.below(count);
        let without = unapply(
            Some(&shown),
            Some(&start.json()),
            Some(&views[undone].json()),
            "id",
        );
        let without = State::of(&without.unwrap()).expect("the kinds are as they were");
        // What comes back may stand on either side of what others put where it had been.
        let placed = |view: &State| State {
            items: view
                .items
                .iter()
                .filter(|item| !rounds[undone].items_gone.contains(*item))
                .cloned()
                .collect(),
            text: view
                .text
                .iter()
                .copied()
                .filter(|char| !rounds[undone].chars_gone.contains(char))
                .collect(),
            ..view.clone()
        };
        let rest = rounds.iter().enumerate().filter(|(at, _)| *at != undone);
        let rest: Vec<&Round> = rest.map(|(_, round)| round).collect();
        let others = views.iter().enumerate().filter(|(at, _)| *at != undone);
        let others: Vec<State> = others.map(|(_, view)| placed(view)).collect();
        let others: Vec<&State> = others.iter().collect();
        check(&start, &rest, &others, &without);
        start = merged;
    }
}

/// Whether all that was done in these rounds is in `merged` and nothing else, in the order of each one's view.
fn check(start: &State, rounds: &[&Round], views: &[&State], merged: &State) {
    let added: f64 = rounds.iter().map(|round| round.added).sum();
    assert_eq!(merged.number, start.number + added);
    let mut items = set(&start.items);
    let mut chars = set(&start.text);
    let mut fields = start.fields.clone();
    for round in rounds {
        items.retain(|item| !round.items_gone.contains(item));
        items.extend(round.items_new.iter().cloned());
        chars.retain(|char| !round.chars_gone.contains(char));
        chars.extend(&round.chars_new);
        for (name, value) in &round.fields {
            match value {
                Some(value) => fields.insert(name.clone(), value.clone()),
                None => fields.remove(name),
            };
        }
    }
    assert_eq!(set(&merged.items), items);
    assert_eq!(set(&merged.text), chars);
    assert_eq!(
        Json::Object(merged.fields.clone()).json_text(),
        Json::Object(fields).json_text()
    );
    for view in views {
        assert!(
            keeps_order(&merged.items, &view.items),
            "{:?} {:?}",
            merged.items,
            view.items
        );
        assert!(
            keeps_order(&merged.text, &view.text),
            "{:?} {:?}",
            merged.text,
            view.text
        );
    }
}

fn play_all(count: usize, shipped: bool) {
    let mut seeds = Random::new(0x6b65_6570);
    for _ in 0..count {
        let seed = seeds.next();
        if std::panic::catch_unwind(|| play(seed, shipped)).is_err() {
            panic!("seed {seed:#x}");
        }
    }
}

#[test]
fn nothing_is_lost() {
    play_all(10_000, false);
}

#[test]
fn nothing_is_lost_with_the_engine_that_is_shipped() {
    play_all(1_000, true);
}
