//! Ordered sets: each element has a cell with its fractional index. A number distinguishes equal elements, so arrays keep
//! their duplicates.

use super::diff::Diff;
use super::fractional_index::FractionalIndex;
use super::ident;
use super::path::{self, Detail};
use super::tree::Tree;
use super::{Era, Node, is_part};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::order;
use crate::core::value::{Atom, Value};

/// An element in the set. Compares by position.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    index: Key,
    pub atom: Key,
    pub nth: u32,
}

/// The elements of a set of that era, in order.
pub(super) fn items<V>(tree: &Tree<V>, era: Era) -> Vec<Item> {
    let mut items: Vec<Item> = tree
        .details
        .iter()
        .filter_map(|(detail, cell)| match (detail, &cell.node) {
            (Detail::Item(atom, nth), Some(Node::Item(index))) if is_part(era, cell.stamp) => Some(Item {
                index: index.clone(),
                atom: atom.clone(),
                nth: *nth,
            }),
            _ => None,
        })
        .gather();
    order::sort(&mut items);
    items
}

/// An element of the next value: which one it is, and its index if it does not move.
struct Goal {
    atom: Key,
    nth: Option<u32>,
    index: Option<FractionalIndex>,
    /// The visible element that it is, by position.
    was: Option<usize>,
}

/// The result of arranging elements.
pub(super) struct Arranged {
    /// For each element: the number that distinguishes it from equal ones, and the position of the visible element that it
    /// was.
    pub goals: Vec<(u32, Option<usize>)>,
    /// The positions of the visible elements that were removed.
    pub gone: Vec<usize>,
}

impl<V: Value> Diff<'_, V> {
    /// Writes what makes these the elements, in this order.
    pub(super) fn items(&mut self, tree: &Tree<V>, path: &str, era: Era, next: &[Atom]) {
        let mut visible = items(tree, era);
        visible.keep(|item| !ident::has_content(&item.atom));
        self.arrange(path, &visible, next.iter().map(path::push_atom).gather());
    }

    /// Changes the visible elements into those with these names, in this order. Removes, moves and adds few elements,
    /// though not always the fewest.
    pub(super) fn arrange(&mut self, path: &str, visible: &[Item], next: Vec<Key>) -> Arranged {
        let same = |(item, atom): &(&Item, &Key)| item.atom == **atom;
        let head = visible.iter().zip(&next).take_while(same).count();
        let most = visible.len().min(next.len()) - head;
        let tail = visible
            .iter()
            .rev()
            .zip(next.iter().rev())
            .take(most)
            .take_while(same)
            .count();
        if head + tail == visible.len() && visible.len() == next.len() {
            let goals = visible.iter().enumerate().map(|(at, item)| (item.nth, Some(at)));
            return Arranged {
                goals: goals.gather(),
                gone: Vec::new(),
            };
        }
        let mut goals: Vec<Goal> = next
            .into_iter()
            .map(|atom| Goal {
                atom,
                nth: None,
                index: None,
                was: None,
            })
            .gather();
        let (from, to) = (head..visible.len() - tail, head..goals.len() - tail);
        let mut pairs = pair(
            visible.get(from.clone()).unwrap_or_default(),
            goals.get(to.clone()).unwrap_or_default(),
        );
        for (old, new) in &mut pairs {
            (*old, *new) = (*old + head, *new + head);
        }
        let ends = (0..head).map(|at| (at, at));
        let ends = ends.chain((0..tail).map(|at| (from.end + at, to.end + at)));
        // Pairs of the middle, by their new position. Those whose old positions also ascend need not move.
        order::sort_by_key(&mut pairs, |pair| pair.1);
        let indices = indices(visible);
        let index_of = |old: usize| indices.get(old).and_then(Option::as_ref);
        let fixed: Vec<(usize, usize)> = pairs
            .iter()
            .copied()
            .filter(|pair| index_of(pair.0).is_some())
            .gather();
        let stay = longest_rising(&fixed);
        let mut gone = vec![true; visible.len()];
        for (old, new) in ends.clone().chain(pairs) {
            if let (Some(item), Some(goal), Some(gone)) =
                (visible.get(old), goals.get_mut(new), gone.get_mut(old))
            {
                goal.nth = Some(item.nth);
                goal.was = Some(old);
                *gone = false;
            }
        }
        for (old, new) in ends.chain(stay) {
            if let Some(goal) = goals.get_mut(new) {
                goal.index = index_of(old).cloned();
            }
        }
        let gone: Vec<usize> = gone
            .iter()
            .enumerate()
            .filter_map(|(at, gone)| gone.then_some(at))
            .gather();
        for item in gone.iter().filter_map(|at| visible.get(*at)) {
            self.write_beside(path, &Detail::Item(item.atom.clone(), item.nth), None);
        }
        number_new(visible, &mut goals);
        let arranged = goals
            .iter()
            .map(|goal| (goal.nth.unwrap_or(0), goal.was))
            .gather();
        self.settle(path, goals);
        Arranged {
            goals: arranged,
            gone,
        }
    }

    /// Gives the elements that move or are new an index, and writes them.
    fn settle(&mut self, path: &str, goals: Vec<Goal>) {
        let mut right = goals.iter().filter_map(|goal| goal.index.clone()).gather();
        right.reverse();
        let mut left: Option<FractionalIndex> = None;
        for goal in goals {
            left = Some(if let Some(index) = goal.index {
                right.pop();
                index
            } else {
                let index = FractionalIndex::between(left.as_ref(), right.last(), self.actor);
                let detail = Detail::Item(goal.atom, goal.nth.unwrap_or(0));
                self.write_beside(path, &detail, Some(Node::Item(Key::from(index.write()))));
                index
            });
        }
    }
}

/// The indices of the visible elements, without those that do not ascend.
fn indices(visible: &[Item]) -> Vec<Option<FractionalIndex>> {
    let mut last: Option<FractionalIndex> = None;
    visible
        .iter()
        .map(|item| {
            let index = FractionalIndex::parse(&item.index)
                .filter(|index| last.as_ref().is_none_or(|last| last < index))?;
            last = Some(index.clone());
            Some(index)
        })
        .gather()
}

/// Pairs visible elements with next ones of the same content: the first with the first.
fn pair(visible: &[Item], goals: &[Goal]) -> Vec<(usize, usize)> {
    let mut old: Vec<(&Key, usize)> = visible
        .iter()
        .enumerate()
        .map(|(at, item)| (&item.atom, at))
        .gather();
    let mut new: Vec<(&Key, usize)> = goals
        .iter()
        .enumerate()
        .map(|(at, goal)| (&goal.atom, at))
        .gather();
    order::sort(&mut old);
    order::sort(&mut new);
    let mut old = old.into_iter().peekable();
    let mut pairs = Vec::new();
    for (atom, to) in new {
        while old.next_if(|(other, _)| *other < atom).is_some() {}
        if let Some((_, from)) = old.next_if(|(other, _)| *other == atom) {
            pairs.push((from, to));
        }
    }
    pairs
}

/// Of pairs whose second numbers ascend, a longest run whose first numbers ascend too.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the end of the best run so far, and for each pair its predecessor in its run.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| end.0 < pair.0);
        before.push(
            length
                .checked_sub(1)
                .and_then(|shorter| ends.get(shorter))
                .map(|end| end.1),
        );
        ends.truncate(ends.len().max(length));
        match ends.get_mut(length) {
            Some(end) => *end = (pair.0, at),
            None => ends.push((pair.0, at)),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().map(|end| end.1);
    while let Some(here) = at {
        run.extend(pairs.get(here));
        at = before.get(here).copied().flatten();
    }
    run
}

/// Numbers new elements, so that no two elements with the same content have the same number.
fn number_new(visible: &[Item], goals: &mut [Goal]) {
    let mut used: Vec<(Key, u32)> = visible.iter().map(|item| (item.atom.clone(), item.nth)).gather();
    order::sort(&mut used);
    let mut new: Vec<&mut Goal> = goals.iter_mut().filter(|goal| goal.nth.is_none()).gather();
    order::sort_by(&mut new, |a, b| a.atom.cmp(&b.atom));
    let mut used = used.into_iter().peekable();
    let mut last: Option<(Key, u32)> = None;
    for goal in new {
        let mut nth = match &last {
            Some((atom, nth)) if *atom == goal.atom => nth + 1,
            _ => 0,
        };
        while used.next_if(|(atom, _)| *atom < goal.atom).is_some() {}
        while used
            .next_if(|(atom, taken)| *atom == goal.atom && *taken <= nth)
            .is_some_and(|(_, taken)| {
                nth = nth.max(taken.saturating_add(1));
                true
            })
        {}
        goal.nth = Some(nth);
        last = Some((goal.atom.clone(), nth));
    }
}
