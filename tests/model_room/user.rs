//! What the users of the windows do.

use parley_sync::core::id::Key;
use parley_sync::core::model::{How, Model, ModelEffect, Op, WriteId};

use super::Room;
use super::text::Text;

/// Keys that win or lose together.
pub fn transaction() -> How {
    How {
        is_transaction: true,
        ..How::default()
    }
}

impl Room {
    pub fn write(&mut self, at: usize, entries: &[(&str, &str)], how: How) -> WriteId {
        let id = self.write_open(at, entries, how);
        self.flush(at);
        id
    }

    /// How many effects deleting the key has.
    pub fn delete(&mut self, at: usize, key: &str) -> usize {
        let ops = vec![(Key::from(key), Op::Set(None))];
        let written = self.windows[at].model.write(ops, How::default(), self.now);
        let effects = written.unwrap().1;
        let count = effects.len();
        self.carry_out(at, effects);
        self.flush(at);
        count
    }

    /// Without the flush that ends the turn.
    pub fn write_open(&mut self, at: usize, entries: &[(&str, &str)], how: How) -> WriteId {
        let ops = entries
            .iter()
            .map(|(key, value)| (Key::from(*key), Op::Set(Some(Text((*value).to_owned())))))
            .collect();
        self.now += 1.0;
        let (id, effects) = self.windows[at].model.write(ops, how, self.now).unwrap();
        self.carry_out(at, effects);
        id
    }

    pub fn set(&mut self, at: usize, key: &str, value: &str) {
        self.write(at, &[(key, value)], How::default());
    }

    pub fn add(&mut self, at: usize, key: &str, by: f64) {
        self.act(at, |model, now| {
            model
                .write(vec![(Key::from(key), Op::Add(by))], How::default(), now)
                .unwrap()
                .1
        });
        self.flush(at);
    }

    pub fn retract(&mut self, at: usize, id: WriteId) {
        self.act(at, |model, now| model.retract(id, now));
    }

    /// Adds, if there is a number to add to.
    pub fn try_add(&mut self, at: usize, key: &str, by: f64) {
        self.act(at, |model, now| {
            let ops = vec![(Key::from(key), Op::Add(by))];
            model
                .write(ops, How::default(), now)
                .map_or_else(|_| Vec::new(), |done| done.1)
        });
        self.flush(at);
    }

    pub fn undo(&mut self, at: usize) -> bool {
        self.back(at, |model, now| model.undo(now))
    }

    pub fn redo(&mut self, at: usize) -> bool {
        self.back(at, |model, now| model.redo(now))
    }

    fn back(
        &mut self,
        at: usize,
        back: impl FnOnce(&mut Model<Text>, f64) -> Option<Vec<ModelEffect<Text>>>,
    ) -> bool {
        self.now += 1.0;
        let Some(effects) = back(&mut self.windows[at].model, self.now) else {
            return false;
        };
        self.carry_out(at, effects);
        self.flush(at);
        true
    }
}
