//! What may be applied now, and what waits for what it builds on.

use crate::ranges::Ranges;
use crate::update::{Id, Run, Runs, Update};

/// Lets through each character once, after those of its writer before it and those it was put between.
#[derive(Default)]
pub(crate) struct Gate {
    /// What went through: of each writer the first characters.
    through: Ranges,
    waiting: Runs,
    /// The character without which the first waiting run of a writer cannot go, and that writer.
    blocked: Vec<(Id, u64)>,
    /// Deletions of characters that are not there yet.
    deleted: Ranges,
}

/// What can be applied: runs, each after all it builds on, and then deletions.
#[derive(Default)]
pub(crate) struct Ready {
    pub(crate) runs: Vec<Run>,
    pub(crate) deleted: Ranges,
}

impl Gate {
    /// How many characters of the writer went through.
    pub(crate) fn through(&self, client: u64) -> u32 {
        match self.through.alike(Id { client, clock: 0 }, u32::MAX) {
            (length, true) => length,
            (_, false) => 0,
        }
    }

    /// Notes characters that are in the text already.
    pub(crate) fn pass(&mut self, client: u64, end: u32) {
        self.through.insert(Id { client, clock: 0 }, end);
    }

    /// Of this update and what waited: all that can be applied.
    pub(crate) fn admit(&mut self, mut update: Update) -> Ready {
        let mut ready = Ready::default();
        let mut touched = Vec::new();
        for (first, end) in update.deleted.iter() {
            self.deleted.insert(first, end);
            touched.push(first.client);
        }
        let mut queue = Vec::new();
        while let Some(run) = update.runs.pop() {
            if queue.last() != Some(&run.first.client) {
                queue.push(run.first.client);
            }
            if run.end() > self.through(run.first.client) {
                self.waiting.insert(run);
            }
        }
        while let Some(client) = queue.pop() {
            let before = self.through(client);
            self.advance(client, &mut ready.runs);
            let now = self.through(client);
            if now > before {
                touched.push(client);
                self.unblock(client, now, &mut queue);
            }
        }
        for client in touched {
            let through = self.through(client);
            self.deleted.take_below(client, through, &mut ready.deleted);
        }
        ready
    }

    /// Moves the writer's waiting runs to `ready` up to the first that lacks something.
    fn advance(&mut self, client: u64, ready: &mut Vec<Run>) {
        while let Some(run) = self.waiting.first_of(client) {
            let first = run.first;
            if let Some(lacking) = self.lacking(run) {
                let entry = (lacking, client);
                if !self.blocked.contains(&entry) {
                    self.blocked.push(entry);
                }
                return;
            }
            let known = self.through(client);
            if let Some(run) = self.waiting.remove(first)
                && run.end() > known
            {
                self.pass(client, run.end());
                ready.push(run.without_first(known - first.clock));
            }
        }
    }

    /// A character that has to come before this run, and is not there.
    fn lacking(&self, run: &Run) -> Option<Id> {
        let Id { client, clock } = run.first;
        let previous = clock.checked_sub(1).map(|clock| Id { client, clock });
        [previous, run.left, run.right]
            .into_iter()
            .flatten()
            .find(|id| id.clock >= self.through(id.client))
    }

    /// Moves to `queue` the writers that waited for characters of this one below the clock.
    fn unblock(&mut self, client: u64, clock: u32, queue: &mut Vec<u64>) {
        self.blocked.retain(|&(lacking, writer)| {
            let free = lacking.client == client && lacking.clock < clock;
            if free {
                queue.push(writer);
            }
            !free
        });
    }
}
